// CKA of centred Gram matrices and its gradient. The debiased measure subtracts shares[i] + shares[j] from element
// (i, j) of the Gram matrix and leaves out the diagonal (Song et al. 2007); the biased one takes it as it is.
#include "common.h"

/** Sets shares[i] for U-centring; returns the sum of squares of the whole matrix. */
static NOINLINE double u_centring(const float *gram, float *shares, int n) {
  double total = 0;
  sum4 squares = sum_zero();
  // Twice over the rows: a share needs the total, and there is no room for row sums in float64.
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < n; i++) {
      const float *row = gram + i * n;
      sum4 sum = sum_zero();
#define ADD_LANES(j, lanes)                                     \
  {                                                             \
    const vec v = load_n(row + j, lanes);                       \
    sum = sum_add(sum, v);                                      \
    if (pass == 0) squares = sum_add_product(squares, v, v);    \
  }
      FOR_VECTORS(n, ADD_LANES)
      const double off_diagonal = sum_total(sum) - row[i];
      if (pass == 0) total += off_diagonal;
      else shares[i] = (float)((off_diagonal - total / (2 * (n - 1))) / (n - 2));
    }
  }
  return sum_total(squares);
}

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
    const float *k, const float *l, float *value, float *g, const float *shares_k, const float *shares_l, int n,
    int debiased, double floor_k, double floor_l) {
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
  for (int i = 0; i < n; i++) {
    const float *row_k = k + i * n, *row_l = l + i * n;
    float *out = g + i * n;
#define GRADIENT(j, lanes)                                                \
  {                                                                       \
    const vec a = centred(row_k, shares_k, i, j, lanes, debiased);        \
    const vec b = centred(row_l, shares_l, i, j, lanes, debiased);        \
    store_n(out + j, SUB(MUL(b, for_l), MUL(a, for_k)), lanes);           \
  }
    FOR_VECTORS(n, GRADIENT)
    if (debiased) out[i] = 0;
  }
}

/** See Kernels.cka; l_step is 0 where all members share l, scratch holds 2·n floats; floor_ratio > 1: all is 0. */
EXPORT(cka)(
    const float *k, const float *l, int l_step, float *value, float *g, int members, int n, int debiased,
    double floor_ratio, float *scratch, int part, int parts) {
  float *shares_k = scratch, *shares_l = scratch + n;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const float *own = k + e * n * n, *other = l + e * l_step;
    float *value_e = value + e, *g_e = g + e * n * n;
    if (!debiased) {
      cka_member(own, other, value_e, g_e, shares_k, shares_l, n, 0, 0, 0);
    } else if (floor_ratio > 1) {
      *value_e = 0;
      for (int i = 0; i < n * n; i++) g_e[i] = 0;
    } else {
      const double ratio = floor_ratio * floor_ratio;
      const double floor_k = u_centring(own, shares_k, n) * ratio;
      const double floor_l = u_centring(other, shares_l, n) * ratio;
      cka_member(own, other, value_e, g_e, shares_k, shares_l, n, 1, floor_k, floor_l);
    }
  }
}
