/**
 * Named streams of random numbers. Every draw in an experiment comes from a stream that is fixed by a seed and a path
 * of names, e.g. `stream(seed, 'order', epoch)`: what one part draws never shifts what another part gets.
 */
import { log, mix32 } from '../../experiment/course/math.ts';

/** A part of a stream's name. Words and numbers differ: 'a', 1 and '1' name three streams. */
export type StreamName = string | number;

const rotl = (x: number, by: number) => (x << by) | (x >>> (32 - by));

const LANES = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667] as const; // digits of φ, π, e, √2
const FACTORS = [0x85ebca6b, 0xcc9e2d51, 0x1b873593, 0xe6546b65] as const;
const NUMBER_TAG = 0x6e756d62;
const WORD_TAG = 0x776f7264;

const number = new DataView(new ArrayBuffer(8));

/** 128 bits that depend on all bits of the seed and of every name. */
function hashNames(seed: number, names: readonly StreamName[]): Uint32Array {
  const state = new Uint32Array(LANES);
  let length = 0;
  const absorb = (word: number) => {
    length++;
    for (let lane = 0; lane < 4; lane++) {
      const k = Math.imul(rotl(Math.imul(word ^ length, FACTORS[lane]), 15), FACTORS[(lane + 1) & 3]);
      state[lane] = Math.imul(rotl(state[lane] ^ k, 13), 5) + LANES[(lane + 2) & 3];
    }
  };
  const absorbNumber = (value: number) => {
    if (Number.isNaN(value)) throw new RangeError('a stream cannot be named NaN');
    number.setFloat64(0, value + 0, true); // + 0: −0 and 0 name the same stream
    absorb(NUMBER_TAG);
    absorb(number.getUint32(0, true));
    absorb(number.getUint32(4, true));
  };
  absorbNumber(seed);
  for (const name of names) {
    if (typeof name === 'number') {
      absorbNumber(name);
    } else {
      absorb(WORD_TAG);
      absorb(name.length);
      for (let i = 0; i < name.length; i++) absorb(name.charCodeAt(i));
    }
  }
  // Let every lane reach every other before the final mixing.
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < 4; lane++) state[lane] = mix32(state[lane] + state[(lane + 1) & 3] + state[(lane + 3) & 3]);
  }
  return state;
}

const TWO_32 = 4294967296;
const TO_UNIT = 1 / TWO_32;
const TO_SIGNED_UNIT = 2 / TWO_32;
const WARM_UP_DRAWS = 12;

function checkLimit(n: number): void {
  if (!(Number.isInteger(n) && n >= 1 && n <= TWO_32)) throw new RangeError(`cannot draw a whole number below ${n}`);
}

/** One stream: Doty-Humphrey's sfc32 (128 bits of state, passes PractRand; any state is a good one). */
export class Stream {
  readonly #state: Int32Array;
  #spareNormal: number | null = null;

  constructor(seed: number, names: readonly StreamName[]) {
    this.#state = new Int32Array(hashNames(seed, names).buffer);
    for (let i = 0; i < WARM_UP_DRAWS; i++) this.bits();
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const s = this.#state;
    const counter = s[3];
    const result = (s[0] + s[1] + counter) | 0;
    s[3] = counter + 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = rotl(s[2], 21) + result;
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    for (;;) {
      const u = (this.bits() + 0.5) * TO_SIGNED_UNIT;
      const v = (this.bits() + 0.5) * TO_SIGNED_UNIT;
      const s = u * u + v * v;
      if (s >= 1) continue;
      const factor = Math.sqrt((-2 * log(s)) / s);
      this.#spareNormal = v * factor;
      return u * factor;
    }
  }

  /** +1 or −1. */
  sign(): 1 | -1 {
    return this.bits() < 0 ? -1 : 1;
  }

  /** Unbiased whole number in [0, n), 1 ≤ n ≤ 2³². */
  integer(n: number): number {
    checkLimit(n);
    for (;;) {
      const x = this.bits() >>> 0;
      // The multiple of n below x. By division: a remainder of doubles is a call of a function, ten times as slow. It is exact,
      // since a quotient of whole numbers below 2³² cannot round up to the next one.
      const multiple = Math.floor(x / n) * n;
      // The last, short stretch before 2³² would favour small numbers.
      if (multiple <= TWO_32 - n) return x - multiple;
    }
  }

  /** Fill a piece of an array with whole numbers as `integer` draws them, a few times as fast. */
  fillIntegers(n: number, target: Int32Array, from: number, to: number): void {
    checkLimit(n);
    // State in variables, and no destructuring: that calls an iterator.
    const s = this.#state;
    let a = s[0];
    let b = s[1];
    let c = s[2];
    let counter = s[3];
    const last = TWO_32 - n;
    for (let i = from; i < to; ) {
      const bits = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (rotl(c, 21) + bits) | 0;
      const x = bits >>> 0;
      const multiple = Math.floor(x / n) * n;
      if (multiple <= last) target[i++] = x - multiple;
    }
    s[0] = a;
    s[1] = b;
    s[2] = c;
    s[3] = counter;
  }

  /** The numbers 0…n−1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  /** `count` standard normals in float32. */
  normals(count: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.normal();
    return values;
  }

  /** `count` uniform values in [low, high] in float32 (32 random bits each, before rounding). */
  uniforms(count: number, low: number, high: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    const width = high - low;
    for (let i = 0; i < count; i++) values[i] = low + width * ((this.bits() >>> 0) * TO_UNIT);
    return values;
  }
}

/**
 * The stream of that seed and name. Equal arguments give equal draws; any difference gives an independent stream.
 * @param seed any number; 0 is a seed like any other
 */
export function stream(seed: number, ...names: StreamName[]): Stream {
  return new Stream(seed, names);
}
