// CKA of centred Gram matrices and its gradient. The debiased measure subtracts shares[i] + shares[j] from element
// (i, j) of the Gram matrix and leaves out the diagonal (Song et al. 2007); the biased one takes it as it is.
#include "centre.h"
#include "columns.h"
#include "multiply.h"
#include "ucentre.h"

typedef struct {
  sum4 kk, ll, kl;
} dots;

/** Columns j to j + lanes of row i, centred, the diagonal included. */
INLINE vec centred(const float *row, const float *shares, int i, int j, int lanes, int debiased) {
  vec v = load_n(row + j, lanes);
  if (!debiased) return v;
  v = SUB(SUB(v, SPLAT(shares[i])), load_n(shares + j, lanes));
  if (lanes == 4) return v;
  // Lanes behind the end hold −shares[i] now.
  return wasm_v128_and(v, wasm_i32x4_lt(wasm_i32x4_const(0, 1, 2, 3), wasm_i32x4_splat(lanes)));
}

INLINE void cka_member(
    const float *k, const float *l, float *value, float *g, const float *shares_k, const float *shares_l, float scale,
    int n, int debiased, double floor_k, double floor_l) {
  dots sums = {sum_zero(), sum_zero(), sum_zero()};
  double diagonal_kk = 0, diagonal_ll = 0, diagonal_kl = 0;
  for (int i = 0; i < n; i++) {
    const float *row_k = k + i * n, *row_l = l + i * n;
#define ADD_DOTS(j, lanes)                                                \
  {                                                                       \
    const vec a = centred(row_k, shares_k, i, j, lanes, debiased);        \
    const vec b = centred(row_l, shares_l, i, j, lanes, debiased);        \
    sums.kk = sum_add_product(sums.kk, a, a);                             \
    sums.ll = sum_add_product(sums.ll, b, b);                             \
    sums.kl = sum_add_product(sums.kl, a, b);                             \
  }
    FOR_VECTORS(n, ADD_DOTS)
    if (debiased) {
      const float a = row_k[i] - shares_k[i] - shares_k[i], b = row_l[i] - shares_l[i] - shares_l[i];
      diagonal_kk += (double)a * a;
      diagonal_ll += (double)b * b;
      diagonal_kl += (double)a * b;
    }
  }
  const double kk = sum_total(sums.kk) - diagonal_kk, ll = sum_total(sums.ll) - diagonal_ll;
  const int collapsed = kk <= floor_k || ll <= floor_l;
  const double norms = __builtin_sqrt(kk) * __builtin_sqrt(ll);
  const double similarity = (sum_total(sums.kl) - diagonal_kl) / norms;
  *value = collapsed ? 0 : (float)similarity;
  if (collapsed) {
    for (int i = 0; i < n * n; i++) g[i] = 0;
    return;
  }
  const vec for_l = SPLAT((float)(2 / norms)), for_k = SPLAT((float)(2 * similarity / kk));
  const vec factor = SPLAT(scale);
  for (int i = 0; i < n; i++) {
    const float *row_k = k + i * n, *row_l = l + i * n;
    float *out = g + i * n;
#define GRADIENT(j, lanes)                                                \
  {                                                                       \
    const vec a = centred(row_k, shares_k, i, j, lanes, debiased);        \
    const vec b = centred(row_l, shares_l, i, j, lanes, debiased);        \
    store_n(out + j, MUL(SUB(MUL(b, for_l), MUL(a, for_k)), factor), lanes); \
  }
    FOR_VECTORS(n, GRADIENT)
    if (debiased) out[i] = 0;
  }
}

/** See Kernels.cka, for one member; g is multiplied by `scale`. floor_ratio > 1: all is 0. */
static void cka_one(
    const float *k, const float *l, float *value, float *g, float *shares, float scale, int n, int debiased,
    double floor_ratio) {
  float *shares_k = shares, *shares_l = shares + n;
  if (!debiased) {
    cka_member(k, l, value, g, shares_k, shares_l, scale, n, 0, 0, 0);
  } else if (floor_ratio > 1) {
    *value = 0;
    for (int i = 0; i < n * n; i++) g[i] = 0;
  } else {
    const double ratio = floor_ratio * floor_ratio;
    const double floor_k = u_centring(k, shares_k, n) * ratio;
    const double floor_l = u_centring(l, shares_l, n) * ratio;
    cka_member(k, l, value, g, shares_k, shares_l, scale, n, 1, floor_k, floor_l);
  }
}

/** What the gradient of weight · (1 − CKA) at z is multiplied by on its way to x; shares may be 0. */
INLINE float alignment_scale(const float *weights, const float *shares, float norm, int e, int matrix) {
  const float weight = shares ? shares[matrix] * weights[e] : weights[e];
  return norm > 0 ? -weight / norm : 0;
}

/**
 * See Kernels.cka; l_step is 0 where all members share l, scratch holds 2·n floats. With norms (of what z was divided
 * by) and weights, g is scaled to be −weight · G / norm; with shares (or 0) the values are multiplied by them, too.
 */
EXPORT(cka)(
    const float *k, const float *l, int l_step, float *value, float *g, const float *norms, const float *weights,
    const float *shares, int members, int n, int debiased, double floor_ratio, float *scratch, int part, int parts) {
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const float scale = norms ? alignment_scale(weights, shares, norms[e], e, e) : 1;
    cka_one(k + e * n * n, l + e * l_step, value + e, g + e * n * n, scratch, scale, n, debiased, floor_ratio);
    if (shares) value[e] *= shares[e];
  }
}

/**
 * See Kernels.alignmentGradient: x [members, n, positions·F], all by position, values [members, positions] times their
 * shares; a position's matrices live in scratch alone: 2·F doubles, what `multiply` needs, 2·n·F + 2·n·n + 2·n floats.
 */
EXPORT(alignment_gradient)(
    const float *x, const float *guide, int guide_step, const float *weights, const float *shares, float *out,
    float *values, int members, int n, int positions, int features, int debiased, double constant_ratio, double floor_ratio,
    float *scratch, int part, int parts) {
  double *sums = (double *)scratch;
  float *packed = scratch + 4 * features, *z = packed + MULTIPLY_SCRATCH, *dz = z + n * features;
  float *k = dz + n * features, *g = k + n * n, *rows = g + n * n;
  const int stride = positions * features, units = members * positions;
  for (int unit = share(units, part, parts); unit < share(units, part + 1, parts); unit++) {
    const int e = unit / positions, at = e * n * stride + unit % positions * features;
    copy_columns(z, features, x + at, stride, n, features);
    centre_member(z, z, sums, n, features);
    const float norm = normalise_range(z, sums, features, 0, n * features, constant_ratio);
    const product gram = {.a = z, .b = z, .c = k, .m = n, .n = n, .k = features, .transpose_b = 1, .symmetric = 1};
    multiply(&gram, packed, 0, n, 0, n);
    mirror_matrix(k, n);
    const float scale = alignment_scale(weights, shares, norm, e, unit);
    cka_one(k, guide + unit * guide_step, values + unit, g, rows, scale, n, debiased, floor_ratio);
    if (shares) values[unit] *= shares[unit];
    const product gradient = {.a = g, .b = z, .c = dz, .m = n, .n = features, .k = n};
    multiply(&gradient, packed, 0, n, 0, features);
    copy_columns(out + at, stride, dz, features, n, features);
  }
}
