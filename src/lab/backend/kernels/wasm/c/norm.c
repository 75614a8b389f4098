// Normalisation over rows, for blocks of eight features: sums in float64, so that neither many rows nor a large mean
// costs accuracy.
#include "centre.h"

/** Features that are taken together. */
enum { BLOCK = 8 };

/** Runs CALL(vectors, lanes of the last one) on each block of at most 8 features of this share. */
#define FOR_BLOCKS(members, features, CALL)                                                     \
  {                                                                                             \
    const int blocks = (features + BLOCK - 1) / BLOCK;                                          \
    const int first = share(members * blocks, part, parts);                                     \
    const int last = share(members * blocks, part + 1, parts);                                  \
    for (int unit = first; unit < last; unit++) {                                               \
      const int e = unit / blocks, f0 = unit % blocks * BLOCK;                                  \
      const int count = min_int(BLOCK, features - f0);                                          \
      if (count == BLOCK) CALL(e, f0, 2, 4);                                                    \
      else {                                                                                    \
        if (count >= 4) CALL(e, f0, 1, 4);                                                      \
        if (count % 4) CALL(e, f0 + count / 4 * 4, 1, count % 4);                               \
      }                                                                                         \
    }                                                                                           \
  }

INLINE vec inverse_deviation(vec variance, float epsilon) {
  return DIV(SPLAT(1), wasm_f32x4_sqrt(ADD(variance, SPLAT(epsilon))));
}

INLINE sum4 column_sum(const float *x, int rows, int features, int lanes) {
  sum4 sum = sum_zero();
  for (int r = 0; r < rows; r++) sum = sum_add(sum, load_n(x + r * features, lanes));
  return sum;
}

INLINE void sum_block(const float *x, float *out, int rows, int features, int vectors, int lanes) {
  for (int v = 0; v < vectors; v++) {
    store_n(out + 4 * v, sum_f32(column_sum(x + 4 * v, rows, features, lanes)), lanes);
  }
}

/** out[e, f] = Σ over rows of x[e, r, f]. */
EXPORT(sum_rows)(const float *x, float *out, int members, int rows, int features, float *scratch, int part, int parts) {
  (void)scratch;
#define SUM(e, f, vectors, lanes) \
  sum_block(x + e * rows * features + f, out + e * features + f, rows, features, vectors, lanes)
  FOR_BLOCKS(members, features, SUM)
}

INLINE void normalise_block(
    const float *x, const float *mask, float *y, int rows, int features, int vectors, int lanes, int relu,
    const vec *mean, const vec *slope, const vec *shift) {
  const vec zero = SPLAT(0);
  for (int r = 0; r < rows; r++, x += features, y += features) {
    for (int v = 0; v < vectors; v++) {
      vec value = ADD(MUL(SUB(load_n(x + 4 * v, lanes), mean[v]), slope[v]), shift[v]);
      if (relu) value = wasm_f32x4_pmax(value, zero);
      if (mask) value = MUL(value, load_n(mask + r * features + 4 * v, lanes));
      store_n(y + 4 * v, value, lanes);
    }
  }
}

INLINE void batch_norm_block(
    const float *x, const float *gamma, const float *beta, const float *mask, float *y, float *mean_out,
    float *variance_out, int rows, int features, float epsilon, int relu, int vectors, int lanes) {
  sum4 sum[2] = {sum_zero(), sum_zero()}, squares[2] = {sum_zero(), sum_zero()};
  vec mean[2], slope[2], shift[2];
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) sum[v] = sum_add(sum[v], load_n(x + r * features + 4 * v, lanes));
  }
  for (int v = 0; v < vectors; v++) mean[v] = sum_f32(divide(sum[v], rows));
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const vec d = SUB(load_n(x + r * features + 4 * v, lanes), mean[v]);
      squares[v] = sum_add_product(squares[v], d, d);
    }
  }
  for (int v = 0; v < vectors; v++) {
    const vec variance = sum_f32(divide(squares[v], rows));
    store_n(mean_out + 4 * v, mean[v], lanes);
    store_n(variance_out + 4 * v, variance, lanes);
    slope[v] = MUL(load_n(gamma + 4 * v, lanes), inverse_deviation(variance, epsilon));
    shift[v] = load_n(beta + 4 * v, lanes);
  }
  if (relu) normalise_block(x, mask, y, rows, features, vectors, lanes, 1, mean, slope, shift);
  else normalise_block(x, mask, y, rows, features, vectors, lanes, 0, mean, slope, shift);
}

/** See Kernels.batchNorm; mask may be 0, mask_step is 0 where all members share it. */
EXPORT(batch_norm)(
    const float *x, const float *gamma, const float *beta, const float *mask, int mask_step, float *y, float *mean,
    float *variance, int members, int rows, int features, float epsilon, int relu, float *scratch, int part,
    int parts) {
  (void)scratch;
#define NORM(e, f, vectors, lanes)                                                                         \
  batch_norm_block(                                                                                        \
      x + e * rows * features + f, gamma + e * features + f, beta + e * features + f,                      \
      mask ? mask + e * mask_step + f : 0, y + e * rows * features + f, mean + e * features + f,           \
      variance + e * features + f, rows, features, epsilon, relu, vectors, lanes)
  FOR_BLOCKS(members, features, NORM)
}

INLINE void inference_block(
    const float *x, const float *gamma, const float *beta, const float *mean, const float *variance, float *y,
    int rows, int features, float epsilon, int relu, int vectors, int lanes) {
  vec centre[2], slope[2], shift[2];
  for (int v = 0; v < vectors; v++) {
    centre[v] = load_n(mean + 4 * v, lanes);
    slope[v] = MUL(load_n(gamma + 4 * v, lanes), inverse_deviation(load_n(variance + 4 * v, lanes), epsilon));
    shift[v] = load_n(beta + 4 * v, lanes);
  }
  normalise_block(x, 0, y, rows, features, vectors, lanes, relu, centre, slope, shift);
}

/** See Kernels.batchNormInference. */
EXPORT(batch_norm_inference)(
    const float *x, const float *gamma, const float *beta, const float *mean, const float *variance, float *y,
    int members, int rows, int features, float epsilon, int relu, float *scratch, int part, int parts) {
  (void)scratch;
#define INFER(e, f, vectors, lanes)                                                                        \
  inference_block(                                                                                         \
      x + e * rows * features + f, gamma + e * features + f, beta + e * features + f,                      \
      mean + e * features + f, variance + e * features + f, y + e * rows * features + f, rows, features,   \
      epsilon, relu, vectors, lanes)
  FOR_BLOCKS(members, features, INFER)
}

/** The gradient of what batch norm returned before ReLU and mask, for one vector. */
INLINE vec inner_gradient(const float *dy, const float *y, const float *mask, int relu, int at, int lanes) {
  vec d = load_n(dy + at, lanes);
  if (mask) d = MUL(d, load_n(mask + at, lanes));
  if (relu) d = wasm_v128_and(d, wasm_f32x4_gt(load_n(y + at, lanes), SPLAT(0)));
  return d;
}

INLINE void batch_norm_grad_block(
    const float *dy, const float *x, const float *gamma, const float *y, const float *mean_in, const float *variance,
    const float *mask, float *dx, float *d_gamma, float *d_beta, int rows, int features, float epsilon, int relu,
    int vectors, int lanes) {
  sum4 sum[2] = {sum_zero(), sum_zero()}, moment[2] = {sum_zero(), sum_zero()};
  vec mean[2], from_sum[2], from_moment[2], slope[2];
  for (int v = 0; v < vectors; v++) mean[v] = load_n(mean_in + 4 * v, lanes);
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const int at = r * features + 4 * v;
      const vec d = inner_gradient(dy, y, mask, relu, at, lanes);
      sum[v] = sum_add(sum[v], d);
      moment[v] = sum_add_product(moment[v], d, SUB(load_n(x + at, lanes), mean[v]));
    }
  }
  const vec count = SPLAT((float)rows);
  for (int v = 0; v < vectors; v++) {
    const vec inverse = inverse_deviation(load_n(variance + 4 * v, lanes), epsilon);
    const vec beta_gradient = sum_f32(sum[v]), gamma_gradient = MUL(sum_f32(moment[v]), inverse);
    store_n(d_beta + 4 * v, beta_gradient, lanes);
    store_n(d_gamma + 4 * v, gamma_gradient, lanes);
    from_sum[v] = DIV(beta_gradient, count);
    from_moment[v] = MUL(DIV(gamma_gradient, count), inverse);
    slope[v] = MUL(load_n(gamma + 4 * v, lanes), inverse);
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const int at = r * features + 4 * v;
      const vec d = SUB(inner_gradient(dy, y, mask, relu, at, lanes), from_sum[v]);
      const vec centred = SUB(load_n(x + at, lanes), mean[v]);
      store_n(dx + at, MUL(SUB(d, MUL(centred, from_moment[v])), slope[v]), lanes);
    }
  }
}

/** See Kernels.batchNormGrad. */
EXPORT(batch_norm_grad)(
    const float *dy, const float *x, const float *gamma, const float *y, const float *mean, const float *variance,
    const float *mask, int mask_step, float *dx, float *d_gamma, float *d_beta, int members, int rows, int features,
    float epsilon, int relu, float *scratch, int part, int parts) {
  (void)scratch;
#define GRAD(e, f, vectors, lanes)                                                                           \
  batch_norm_grad_block(                                                                                     \
      dy + e * rows * features + f, x + e * rows * features + f, gamma + e * features + f,                   \
      y + e * rows * features + f, mean + e * features + f, variance + e * features + f,                     \
      mask ? mask + e * mask_step + f : 0, dx + e * rows * features + f, d_gamma + e * features + f,         \
      d_beta + e * features + f, rows, features, epsilon, relu, vectors, lanes)
  FOR_BLOCKS(members, features, GRAD)
}

/** First half of Kernels.centreNormalise: centring. `sums` holds 2·E·F doubles for the second half. */
EXPORT(centre)(
    const float *x, float *z, double *sums, int members, int rows, int features, float *scratch, int part, int parts) {
  (void)scratch;
  const int blocks = (features + CENTRED - 1) / CENTRED;
  for (int unit = share(members * blocks, part, parts); unit < share(members * blocks, part + 1, parts); unit++) {
    const int e = unit / blocks, f = unit % blocks * CENTRED, at = e * rows * features + f;
    double *own = sums + 2 * e * features + f;
    centre_columns(x + at, z + at, own, own + features, rows, features, min_int(CENTRED, features - f));
  }
}

/** Second half: divides each member by its norm, or zeroes it where the norm is rounding noise of the means. */
EXPORT(normalise)(
    float *z, float *norm, const double *sums, int members, int rows, int features, double constant_ratio,
    float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = 0; e < members; e++) {
    const int first = share(rows, part, parts) * features, last = share(rows, part + 1, parts) * features;
    const double *squares = sums + 2 * e * features;
    const float length = normalise_range(z + e * rows * features, squares, features, first, last, constant_ratio);
    if (part == 0) norm[e] = length;
  }
}
