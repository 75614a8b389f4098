// Exponentials and what is made of them. They are our own: those of JavaScript engines differ in their last bits.
#pragma once

#include "common.h"

/** eˣ to about 1e-7, for x ≤ 0 or so; 0 below −87, NaN for NaN. Cephes' polynomial. */
INLINE vec exp4(vec x) {
  const vec bounded = wasm_f32x4_pmax(wasm_f32x4_pmin(x, SPLAT(88.0f)), SPLAT(-87.3f));
  const vec n = wasm_f32x4_nearest(MUL(bounded, SPLAT(1.44269504088896341f)));
  vec r = SUB(bounded, MUL(n, SPLAT(0.693359375f)));
  r = SUB(r, MUL(n, SPLAT(-2.12194440e-4f)));
  vec p = SPLAT(1.9875691500e-4f);
  p = ADD(MUL(p, r), SPLAT(1.3981999507e-3f));
  p = ADD(MUL(p, r), SPLAT(8.3334519073e-3f));
  p = ADD(MUL(p, r), SPLAT(4.1665795894e-2f));
  p = ADD(MUL(p, r), SPLAT(1.6666665459e-1f));
  p = ADD(MUL(p, r), SPLAT(5.0000001201e-1f));
  p = ADD(ADD(MUL(MUL(p, r), r), r), SPLAT(1));
  const vec power = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  const vec result = wasm_v128_andnot(MUL(p, power), wasm_f32x4_lt(x, SPLAT(-87.3f)));
  return wasm_v128_bitselect(x, result, wasm_f32x4_ne(x, x));
}

INLINE vec where(vec condition, vec yes, vec no) { return wasm_v128_bitselect(yes, no, condition); }

/** tanh to a few units in the last place: Eigen's rational approximation, odd in x, flat beyond ±7.9. */
INLINE vec tanh4(vec x) {
  const vec bounded = wasm_f32x4_pmax(wasm_f32x4_pmin(x, SPLAT(7.90531110763549805f)), SPLAT(-7.90531110763549805f));
  const vec z = MUL(bounded, bounded);
  vec p = MADD(z, SPLAT(-2.76076847742355e-16f), SPLAT(2.00018790482477e-13f));
  p = MADD(p, z, SPLAT(-8.60467152213735e-11f));
  p = MADD(p, z, SPLAT(5.12229709037114e-08f));
  p = MADD(p, z, SPLAT(1.48572235717979e-05f));
  p = MADD(p, z, SPLAT(6.37261928875436e-04f));
  p = MADD(p, z, SPLAT(4.89352455891786e-03f));
  vec q = MADD(z, SPLAT(1.19825839466702e-06f), SPLAT(1.18534705686654e-04f));
  q = MADD(q, z, SPLAT(2.26843463243900e-03f));
  q = MADD(q, z, SPLAT(4.89352518554385e-03f));
  return DIV(MUL(bounded, p), q);
}

/** 1/(1 + e⁻ˣ) to about 2e-7; by tanh, which is several times cheaper than the exponential. */
INLINE vec sigmoid4(vec x) {
  const vec half = SPLAT(0.5f);
  return MADD(tanh4(MUL(x, half)), half, half);
}

/** The normal distribution function to about 1e-7 (Abramowitz and Stegun 7.1.26); `bell` is exp(−x²/2). */
INLINE vec normal_cdf4(vec x, vec bell) {
  const vec t = DIV(SPLAT(1), ADD(SPLAT(1), MUL(wasm_f32x4_abs(x), SPLAT(0.3275911f * 0.70710678f))));
  vec series = MUL(t, SPLAT(1.061405429f));
  series = MUL(t, ADD(series, SPLAT(-1.453152027f)));
  series = MUL(t, ADD(series, SPLAT(1.421413741f)));
  series = MUL(t, ADD(series, SPLAT(-0.284496736f)));
  series = MUL(t, ADD(series, SPLAT(0.254829592f)));
  const vec tail = MUL(MUL(series, bell), SPLAT(0.5f));
  return where(wasm_f32x4_lt(x, SPLAT(0)), tail, SUB(SPLAT(1), tail));
}

/** The first n lanes of v, 0 in the others. */
INLINE vec first_lanes(vec v, int n) {
  return wasm_v128_and(v, wasm_i32x4_lt(wasm_i32x4_make(0, 1, 2, 3), wasm_i32x4_splat(n)));
}

/** The largest of a row; NaN is ignored, as what is computed from it will be NaN anyway. */
INLINE float largest(const float *x, int count) {
  float top = x[0];
  for (int i = 1; i < count; i++) top = x[i] > top ? x[i] : top;
  return top;
}

/** out = exp(scale·(x − top)); returns the sum. */
double exponentials(const float *x, float *out, float top, float scale, int count);
