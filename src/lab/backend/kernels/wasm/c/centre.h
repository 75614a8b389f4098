// Centring of features over rows and normalisation, in float64 where digits could be lost.
#pragma once

#include "common.h"

INLINE sum4 divide(sum4 s, double by) {
  const vec divisor = wasm_f64x2_splat(by);
  return (sum4){wasm_f64x2_div(s.low, divisor), wasm_f64x2_div(s.high, divisor)};
}

/** The first n (1 to 4) sums to p. As in `store_n`, no other lane than 0 is stored by itself. */
INLINE void store_doubles(double *p, sum4 s, int n) {
  if (n == 1) wasm_v128_store64_lane(p, s.low, 0);
  else STORE(p, s.low);
  if (n == 3) wasm_v128_store64_lane(p + 2, s.high, 0);
  if (n == 4) STORE(p + 2, s.high);
}

INLINE vec squared_times(vec v, vec factor) { return wasm_f64x2_mul(wasm_f64x2_mul(v, v), factor); }

/** z = x − column mean; per feature Σz² and rows·mean² in `squares` and `means` (float64). x may be z. */
INLINE void centre_block(
    const float *x, float *z, double *squares, double *means, int rows, int features, int vectors, int lanes) {
  sum4 mean[4], square[4];
  for (int v = 0; v < vectors; v++) mean[v] = square[v] = sum_zero();
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) mean[v] = sum_add(mean[v], load_n(x + r * features + 4 * v, lanes));
  }
  for (int v = 0; v < vectors; v++) mean[v] = divide(mean[v], rows);
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const vec value = load_n(x + r * features + 4 * v, lanes);
      const vec low = wasm_f64x2_sub(low_f64(value), mean[v].low), high = wasm_f64x2_sub(high_f64(value), mean[v].high);
      const vec d = to_f32(low, high);
      store_n(z + r * features + 4 * v, d, lanes);
      square[v] = sum_add_product(square[v], d, d);
    }
  }
  const vec count = wasm_f64x2_splat(rows);
  for (int v = 0; v < vectors; v++) {
    store_doubles(squares + 4 * v, square[v], lanes);
    store_doubles(means + 4 * v, (sum4){squared_times(mean[v].low, count), squared_times(mean[v].high, count)}, lanes);
  }
}

/** Features that are centred together: those of a cache line, whose rows may lie far apart. */
enum { CENTRED = 16 };

/** `count` features of one member, CENTRED at most. */
static NOINLINE void centre_columns(
    const float *x, float *z, double *squares, double *means, int rows, int features, int count) {
  if (count == CENTRED) {
    centre_block(x, z, squares, means, rows, features, 4, 4);
    return;
  }
  int f = 0;
  for (; f + 4 <= count; f += 4) centre_block(x + f, z + f, squares + f, means + f, rows, features, 1, 4);
  if (f < count) centre_block(x + f, z + f, squares + f, means + f, rows, features, 1, count - f);
}

/** All features of one member; `sums` [2, F] for `normalise_range`. */
INLINE void centre_member(const float *x, float *z, double *sums, int rows, int features) {
  for (int f = 0; f < features; f += CENTRED) {
    centre_columns(x + f, z + f, sums + f, sums + features + f, rows, features, min_int(CENTRED, features - f));
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
