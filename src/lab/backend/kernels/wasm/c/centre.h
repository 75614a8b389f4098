// Centring of features over rows and normalisation, in float64 where digits could be lost.
#pragma once

#include "common.h"

/** Features that are taken together. */
enum { BLOCK = 8 };

INLINE sum4 divide(sum4 s, double by) {
  const vec divisor = wasm_f64x2_splat(by);
  return (sum4){wasm_f64x2_div(s.low, divisor), wasm_f64x2_div(s.high, divisor)};
}

INLINE sum4 column_sum(const float *x, int rows, int features, int lanes) {
  sum4 sum = sum_zero();
  for (int r = 0; r < rows; r++) sum = sum_add(sum, load_n(x + r * features, lanes));
  return sum;
}

/** The first n (1 to 4) sums to p. As in `store_n`, no other lane than 0 is stored by itself. */
INLINE void store_doubles(double *p, sum4 s, int n) {
  if (n == 1) wasm_v128_store64_lane(p, s.low, 0);
  else STORE(p, s.low);
  if (n == 3) wasm_v128_store64_lane(p + 2, s.high, 0);
  if (n == 4) STORE(p + 2, s.high);
}

INLINE vec squared_times(vec v, vec factor) { return wasm_f64x2_mul(wasm_f64x2_mul(v, v), factor); }

/** z = x − column mean; per member and feature Σz² and rows·mean² in `squares` [E, 2, F] (float64). */
INLINE void centre_block(
    const float *x, float *z, double *squares, double *means, int rows, int features, int vectors, int lanes) {
  for (int v = 0; v < vectors; v++) {
    const sum4 mean = divide(column_sum(x + 4 * v, rows, features, lanes), rows);
    sum4 square = sum_zero();
    for (int r = 0; r < rows; r++) {
      const vec value = load_n(x + r * features + 4 * v, lanes);
      const vec d = to_f32(wasm_f64x2_sub(low_f64(value), mean.low), wasm_f64x2_sub(high_f64(value), mean.high));
      store_n(z + r * features + 4 * v, d, lanes);
      square = sum_add_product(square, d, d);
    }
    const vec count = wasm_f64x2_splat(rows);
    store_doubles(squares + 4 * v, square, lanes);
    store_doubles(means + 4 * v, (sum4){squared_times(mean.low, count), squared_times(mean.high, count)}, lanes);
  }
}

/** All features of one member, in place where x is z; `sums` [2, F] for `normalise_range`. */
INLINE void centre_member(const float *x, float *z, double *sums, int rows, int features) {
  int f = 0;
  for (; f + 4 <= features; f += 4) centre_block(x + f, z + f, sums + f, sums + features + f, rows, features, 1, 4);
  if (f < features) {
    centre_block(x + f, z + f, sums + f, sums + features + f, rows, features, 1, features - f);
  }
}

/**
 * Divides elements [first, last) of a member by its norm, or zeroes them where the norm is rounding noise of the means;
 * `sums` [2, F] as `centre_block` leaves them. Returns the norm, or 0.
 */
INLINE float normalise_range(float *z, const double *sums, int features, int first, int last, double constant_ratio) {
  double squares = 0, means = 0;
  for (int f = 0; f < features; f++) squares += sums[f];
  for (int f = 0; f < features; f++) means += sums[features + f];
  const int constant = squares <= means * constant_ratio * constant_ratio;
  const float length = (float)__builtin_sqrt(squares), scale = constant ? 0 : 1 / length;
  for (int i = first; i < last; i++) z[i] *= scale;
  return constant ? 0 : length;
}
