/**
 * Dropout masks from a counter-based hash: element i of a mask depends only on (seed, step, layer, i), so masks need
 * no state, a checkpoint need not hold any, and a GPU can compute the same bits on its own.
 */
import { mix32 } from '../../experiment/course/math.ts';

const FIRST_KEY = 0x9e3779b9;
const SECOND_KEY = 0x7f4a7c15;

/** The two 32-bit keys of a mask: m(m(m(seed + K) ^ step) ^ layer) with m = `mix32` and one constant K for each key. */
export function maskKeys(seed: number, step: number, layer: number): [number, number] {
  const key = (start: number) => mix32(mix32(mix32((seed + start) | 0) ^ step) ^ layer);
  return [key(FIRST_KEY), key(SECOND_KEY)];
}

/** An element is dropped when the upper 31 bits of its hash are below this: ⌊rate·2³¹⌋. */
export const dropThreshold = (rate: number): number => Math.floor(rate * 2 ** 31);

/**
 * Inverted dropout mask: 0 with probability `rate`, else 1/(1 − rate), so that the expectation stays.
 *
 * The hash, on unsigned 32-bit integers (wrapping), with (k0, k1) = `maskKeys(seed, step, layer)`:
 *
 *     x = i ^ k0
 *     x = (x ^ (x >> 16)) * 0x21f0aaad
 *     x = (x ^ (x >> 15)) + k1
 *     x = x * 0x735a2d97
 *     mask[i] = (x >> 1) < floor(rate * 2^31) ? 0 : f32(1 / (1 - rate))
 *
 * (Two of Wellons' low-bias rounds; his last one would only mix the lowest bits, which a comparison hardly sees. The
 * second key keeps two masks from being the same values in another order.)
 * @param seed, step, layer whole numbers below 2³²
 * @param rate share of elements to drop, 0 ≤ rate < 1
 * @param out filled and returned when given; `count` elements or more
 */
export function dropoutMask(
  seed: number,
  step: number,
  layer: number,
  count: number,
  rate: number,
  out: Float32Array<ArrayBuffer> = new Float32Array(count),
): Float32Array<ArrayBuffer> {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`a dropout rate must be at least 0 and below 1, not ${rate}`);
  const [k0, k1] = maskKeys(seed, step, layer);
  const threshold = dropThreshold(rate);
  const kept = Float32Array.of(1 / (1 - rate));
  const keptBits = new Int32Array(kept.buffer)[0];
  const bits = new Int32Array(out.buffer, out.byteOffset, count);
  for (let i = 0; i < count; i++) {
    let x = i ^ k0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = (x ^ (x >>> 15)) + k1;
    x = Math.imul(x, 0x735a2d97);
    // All ones when dropped, else zeros: a branch that is taken at random would cost more than the hash.
    const dropped = ((x >>> 1) - threshold) >> 31;
    bits[i] = keptBits & ~dropped;
  }
  return out;
}
