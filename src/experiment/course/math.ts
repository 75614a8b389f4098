/**
 * Elementary functions that give the same bits in every JavaScript engine. `Math.sin` and its relatives may differ in
 * their last bits between engines (measured: Node 20 against Chromium 156), and a data set or an initialisation built
 * on them would differ between browsers. These use only +, −, ×, ÷ on float64, which IEEE 754 fixes to the bit, and
 * truncated Taylor series after an exact reduction of the argument. Errors are at most about 2 units in the last
 * place (tests compare with `Math`). `Math.sqrt`, `floor`, `imul` and `fround` are exact everywhere and used as they
 * are; `x ** 2` is not guaranteed to be x·x and is not used where data is made.
 */

/** π to the nearest float64. */
export const PI = 3.141592653589793;
const PI_LOW = 1.2246467991473532e-16;
const HALF_PI = 1.5707963267948966;
const HALF_PI_LOW = 6.123233995736766e-17;
const TWO_OVER_PI = 0.6366197723675814;

/** π/2 in parts of 33 bits, so that a quotient below 2²⁰ times a part is exact. */
const HALF_PI_PART_1 = 1.5707963267341256;
const HALF_PI_PART_2 = 6.077100506303966e-11;
const HALF_PI_PART_3 = 2.0222662487111665e-21;
const HALF_PI_PART_4 = 8.4784276603689e-32;
/** Largest argument of `sin` and `cos`: 2²⁰·π/2, about 1.6 million. */
export const MAX_ANGLE = 2 ** 20 * HALF_PI;

/** ln 2 in a part of 32 bits and the rest, so that an exponent times the first part is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const ONE_OVER_LN2 = 1.4426950408889634;

/** `POWERS_OF_TWO[k + 1022]` = 2ᵏ for the normal range −1022 ≤ k ≤ 1023. */
const POWERS_OF_TWO = new Float64Array(2046);
POWERS_OF_TWO[1022] = 1;
for (let k = 1; k <= 1023; k++) POWERS_OF_TWO[1022 + k] = 2 * POWERS_OF_TWO[1021 + k];
for (let k = 1; k <= 1022; k++) POWERS_OF_TWO[1022 - k] = POWERS_OF_TWO[1023 - k] / 2;

/** y·2ᵏ, rounded once, also into the subnormal range and at the edge of overflow. */
function scale(y: number, k: number): number {
  if (k > 1023) return y * 2 * POWERS_OF_TWO[1022 + k - 1];
  if (k < -1022) return y * POWERS_OF_TWO[1022 + k + 60] * POWERS_OF_TWO[1022 - 60];
  return y * POWERS_OF_TWO[1022 + k];
}

/** sin(r + c) for |r| ≤ π/4, where c is the part of the argument below r's last bit. */
function sinKernel(r: number, c: number): number {
  const z = r * r;
  const p =
    -1 / 6 +
    z * (1 / 120 + z * (-1 / 5040 + z * (1 / 362880 + z * (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000)))))));
  return r + (r * z * p + c * (1 - 0.5 * z));
}

/** cos(r + c), as above. */
function cosKernel(r: number, c: number): number {
  const z = r * r;
  const p = 1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * (-1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000))))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * z * p - r * c));
}

/** Sine or cosine: remove the nearest multiple of π/2, then take the kernel of the quadrant. */
function sinusoid(x: number, quadrantShift: 0 | 1): number {
  if (!(Math.abs(x) <= MAX_ANGLE)) {
    if (x === x && Math.abs(x) !== Infinity) throw new RangeError(`angle ${x} is beyond ±${MAX_ANGLE}`);
    return NaN;
  }
  const n = Math.floor(x * TWO_OVER_PI + 0.5);
  // Each subtraction carries the rounding error of the one before, so that cancellation near a multiple of π/2 costs nothing.
  const a = x - n * HALF_PI_PART_1;
  const b = n * HALF_PI_PART_2;
  const d = a - b;
  const dError = a - d - b;
  const e = n * HALF_PI_PART_3 - dError;
  const f = d - e;
  const low = d - f - e - n * HALF_PI_PART_4;
  const r = f + low;
  const c = f - r + low;
  const quadrant = (n + quadrantShift) & 3;
  const value = quadrant & 1 ? cosKernel(r, c) : sinKernel(r, c);
  return quadrant & 2 ? -value : value;
}

/** Sine of x radians. @throws {RangeError} beyond ±`MAX_ANGLE` */
export const sin = (x: number): number => (x === 0 ? x : sinusoid(x, 0));

/** Cosine of x radians. @throws {RangeError} beyond ±`MAX_ANGLE` */
export const cos = (x: number): number => sinusoid(x, 1);

/** eˣ */
export function exp(x: number): number {
  if (x !== x) return NaN;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * ONE_OVER_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = high - r - low;
  const q =
    1 / 2 +
    r *
      (1 / 6 +
        r *
          (1 / 24 +
            r *
              (1 / 120 +
                r *
                  (1 / 720 +
                    r *
                      (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * (1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800)))))))))));
  return scale(1 + (r + (c + r * r * q)), k);
}

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
double[0] = 1;
/** Index of the word with sign and exponent: depends on the machine's byte order. */
const HIGH = words[1] !== 0 ? 1 : 0;

/** Natural logarithm; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2⁵⁴ lifts subnormal numbers into the normal range
    k = -54;
  }
  double[0] = x;
  k += (words[HIGH] >>> 20) - 1023;
  words[HIGH] = (words[HIGH] & 0xfffff) | 0x3ff00000;
  let m = double[0];
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  // ln(1+f) = 2·artanh(s) with s = f/(2+f), arranged so that f itself is added last.
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r = z * (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + z * (2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21))))))))));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
}

/** eˣ − 1 for |x| ≤ 1, exact to the last bits also near 0. */
function expm1Small(x: number): number {
  let q = 0;
  for (let n = 19; n >= 3; n--) q = (1 + q) * (x / n);
  return x + x * x * 0.5 * (1 + q);
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  const a = 2 * Math.abs(x);
  if (a > 44) return x < 0 ? -1 : 1;
  const e = a <= 1 ? expm1Small(a) : exp(a) - 1;
  const t = e / (e + 2);
  return x < 0 || Object.is(x, -0) ? -t : t;
}

/** atan(k/8) for k = 0…8 in two parts. */
const ATAN_HIGH = [
  0, 0.12435499454676144, 0.24497866312686414, 0.35877067027057225, 0.4636476090008061, 0.5585993153435624, 0.6435011087932844, 0.7188299996216245,
  0.7853981633974483,
] as const;
const ATAN_LOW = [
  0, -3.1253241424539383e-18, 1.0698755618734451e-17, -2.4623815582638635e-17, 2.2698777452961687e-17, -5.4556305485916264e-18, 1.5834785051444286e-17,
  -2.1478388444456983e-17, 3.061616997868383e-17,
] as const;

/** atan(t) for 0 ≤ t ≤ 1: the nearest tabulated angle plus a series in what is left (at most 1/16). */
function atanUnit(t: number): number {
  const k = Math.floor(8 * t + 0.5);
  const c = k / 8;
  const u = (t - c) / (1 + t * c);
  const z = u * u;
  const p = z * (-1 / 3 + z * (1 / 5 + z * (-1 / 7 + z * (1 / 9 + z * (-1 / 11 + z * (1 / 13))))));
  return ATAN_HIGH[k] + (u + (u * p + ATAN_LOW[k]));
}

/** Angle of the point (x, y) in radians, −π to π, with the signs of zero and infinity of `Math.atan2`. */
export function atan2(y: number, x: number): number {
  if (x !== x || y !== y) return NaN;
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const steep = ay > ax;
  let t = steep ? ax / ay : ay / ax;
  if (t !== t) t = ax === 0 ? 0 : 1; // 0/0 and ∞/∞
  let angle = atanUnit(t);
  if (steep) angle = HALF_PI - (angle - HALF_PI_LOW);
  if (x < 0 || Object.is(x, -0)) angle = PI - (angle - PI_LOW);
  return y < 0 || Object.is(y, -0) ? -angle : angle;
}

/**
 * baseᵉ. Whole exponents by repeated squaring (relative error about |e|·10⁻¹⁶), others as exp(e·ln base)
 * (|e·ln base|·10⁻¹⁶), for base > 0.
 */
export function pow(base: number, exponent: number): number {
  if (!Number.isInteger(exponent)) return base === 0 && exponent > 0 ? 0 : exp(exponent * log(base));
  let result = 1;
  let square = base;
  for (let n = Math.abs(exponent); n >= 1; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}

/** The finaliser of MurmurHash3, on 32-bit integers: each input bit changes each output bit with probability about ½. */
export function mix32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
