// CKA of centred Gram matrices and its gradient. The debiased measure subtracts shares[i] + shares[j] from element
// (i, j) of the Gram matrix and leaves out the diagonal (Song et al. 2007); the biased one takes it as it is.
#include "common.h"

static double row_sum(const float *x, int n) {
  sum4 sum = sum_zero();
  for (int j = 0; j < n; j += 4) sum = sum_add(sum, load_n(x + j, min_int(4, n - j)));
  return sum_total(sum);
}

static void u_centring_shares(const float *gram, float *shares, int n) {
  double total = 0;
  for (int i = 0; i < n; i++) total += row_sum(gram + i * n, n) - gram[i * n + i];
  for (int i = 0; i < n; i++) {
    const double off_diagonal = row_sum(gram + i * n, n) - gram[i * n + i];
    shares[i] = (float)((off_diagonal - total / (2 * (n - 1))) / (n - 2));
  }
}

typedef struct {
  sum4 kk, ll, kl, whole_k, whole_l;
} dots;

/** Columns j to j + lanes of one row; lane `hole` (if it is one) is the diagonal. */
INLINE vec centred(const float *row, const float *shares, int i, int j, int lanes, int debiased) {
  vec v = load_n(row + j, lanes);
  if (!debiased) return v;
  v = SUB(SUB(v, SPLAT(shares[i])), load_n(shares + j, lanes));
  const vec column = wasm_i32x4_add(wasm_i32x4_splat(j), wasm_i32x4_const(0, 1, 2, 3));
  v = wasm_v128_andnot(v, wasm_i32x4_eq(column, wasm_i32x4_splat(i)));
  // Lanes behind the end hold −shares[i] now.
  return lanes == 4 ? v : wasm_v128_and(v, wasm_i32x4_lt(column, wasm_i32x4_splat(j + lanes)));
}

INLINE void add_row(
    dots *sums, const float *k, const float *l, const float *shares_k, const float *shares_l, int i, int n,
    int debiased) {
  for (int j = 0; j < n; j += 4) {
    const int lanes = min_int(4, n - j);
    const vec a = centred(k, shares_k, i, j, lanes, debiased), b = centred(l, shares_l, i, j, lanes, debiased);
    sums->kk = sum_add_product(sums->kk, a, a);
    sums->ll = sum_add_product(sums->ll, b, b);
    sums->kl = sum_add_product(sums->kl, a, b);
    if (debiased) {
      const vec whole_k = load_n(k + j, lanes), whole_l = load_n(l + j, lanes);
      sums->whole_k = sum_add_product(sums->whole_k, whole_k, whole_k);
      sums->whole_l = sum_add_product(sums->whole_l, whole_l, whole_l);
    }
  }
}

INLINE void cka_member(
    const float *k, const float *l, float *value, float *g, const float *shares_k, const float *shares_l, int n,
    int debiased, double floor_ratio) {
  dots sums = {sum_zero(), sum_zero(), sum_zero(), sum_zero(), sum_zero()};
  for (int i = 0; i < n; i++) add_row(&sums, k + i * n, l + i * n, shares_k, shares_l, i, n, debiased);
  const double kk = sum_total(sums.kk), ll = sum_total(sums.ll);
  const int collapsed = floor_ratio > 1 ||
                        kk <= sum_total(sums.whole_k) * floor_ratio * floor_ratio ||
                        ll <= sum_total(sums.whole_l) * floor_ratio * floor_ratio;
  const double norms = __builtin_sqrt(kk) * __builtin_sqrt(ll), similarity = sum_total(sums.kl) / norms;
  *value = collapsed ? 0 : (float)similarity;
  if (collapsed) {
    for (int i = 0; i < n * n; i++) g[i] = 0;
    return;
  }
  const vec for_l = SPLAT((float)(2 / norms)), for_k = SPLAT((float)(2 * similarity / kk));
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j += 4) {
      const int lanes = min_int(4, n - j);
      const vec a = centred(k + i * n, shares_k, i, j, lanes, debiased);
      const vec b = centred(l + i * n, shares_l, i, j, lanes, debiased);
      store_n(g + i * n + j, SUB(MUL(b, for_l), MUL(a, for_k)), lanes);
    }
  }
}

/** See Kernels.cka; l_step is 0 where all members share l, scratch holds 2·n floats; floor_ratio > 1: all is 0. */
EXPORT(cka)(
    const float *k, const float *l, int l_step, float *value, float *g, int members, int n, int debiased,
    double floor_ratio, float *scratch, int part, int parts) {
  float *shares_k = scratch, *shares_l = scratch + n;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const float *own = k + e * n * n, *other = l + e * l_step;
    if (debiased) {
      u_centring_shares(own, shares_k, n);
      u_centring_shares(other, shares_l, n);
      cka_member(own, other, value + e, g + e * n * n, shares_k, shares_l, n, 1, floor_ratio);
    } else {
      cka_member(own, other, value + e, g + e * n * n, shares_k, shares_l, n, 0, floor_ratio);
    }
  }
}
