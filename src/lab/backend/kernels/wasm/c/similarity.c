// What CKA needs to compare layers: products of centred Gram matrices. They are symmetric: of those of others what lies
// below the diagonal is not read.
#include "centre.h"
#include "multiply.h"
#include "ucentre.h"

/** Σ a·b: float32 within a row, of few terms per lane. */
static NOINLINE double row_product(const float *a, const float *b, int count) {
  vec sums[2] = {SPLAT(0), SPLAT(0)};
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    sums[0] = MADD(LOAD(a + i), LOAD(b + i), sums[0]);
    sums[1] = MADD(LOAD(a + i + 4), LOAD(b + i + 4), sums[1]);
  }
  for (; i < count; i += 4) {
    const int lanes = min_int(4, count - i);
    sums[0] = MADD(load_n(a + i, lanes), load_n(b + i, lanes), sums[0]);
  }
  return sum_total(sum_add(sum_add(sum_zero(), sums[0]), sums[1]));
}

/** ⟨K, L⟩, and of matrices with a zero diagonal ⟨U, V⟩. */
INLINE void matrix_products(const float *k, const float *l, const float *u, const float *v, int n, float *dot, float *centred) {
  double above = 0, on = 0, hollow = 0;
  for (int i = 0, at = 0; i < n; i++, at += n + 1) {
    above += row_product(k + at + 1, l + at + 1, n - 1 - i);
    hollow += row_product(u + at + 1, v + at + 1, n - 1 - i);
    on += (double)k[at] * l[at];
  }
  *dot = (float)(2 * above + on);
  *centred = (float)(2 * hollow);
}

/** u = k, U-centred and, other than `centred` in cka.c, symmetric to the last bit; u may be k. */
static NOINLINE void u_centre(const float *k, float *u, float *shares, int n) {
  u_centring(k, shares, n);
  for (int i = 0; i < n; i++) {
    const float *row = k + i * n;
    float *out = u + i * n;
    const vec own = SPLAT(shares[i]);
#define CENTRE(j, lanes) store_n(out + j, SUB(load_n(row + j, lanes), ADD(own, load_n(shares + j, lanes))), lanes);
    FOR_VECTORS(n, CENTRE)
    out[i] = 0;
  }
}

/** Where one matrix per set of rows and instance lies, steps in floats; `dot` and `centred`: columns of the result. */
typedef struct {
  const float *at;
  int set_step, instance_step, instances, dot, centred;
} other;

/** One row of the result of Kernels.gramProducts; scratch holds n·n + n floats. */
static void products(
    const float *k, int n, const other *others, int count, int e, int set, float *out, float *scratch) {
  float *u = scratch;
  double trace = 0;
  for (int i = 0; i < n; i++) trace += k[i * (n + 1)];
  // Twice: see `uCentreExactly`.
  u_centre(k, u, u + n * n, n);
  u_centre(u, u, u + n * n, n);
  matrix_products(k, k, u, u, n, out, out + 1);
  out[2] = (float)trace;
  for (const other *o = others; o < others + count; o++) {
    const float *l = o->at + e % o->instances * o->instance_step + set * o->set_step;
    matrix_products(k, l, u, l, n, out + o->dot, out + o->centred);
  }
}

/** Of Gram matrices that are there, [E, n, n] → [E, columns]; scratch as for `products`. */
EXPORT(gram_products)(
    const float *grams, const other *others, int count, float *out, int columns, int members, int n, float *scratch,
    int part, int parts) {
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    products(grams + e * n * n, n, others, count, e, 0, out + e * columns, scratch);
  }
}

static NOINLINE void copy_row(float *to, const float *from, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) STORE(to + i, LOAD(from + i));
  for (; i < count; i++) to[i] = from[i];
}

/**
 * Of the Gram matrices of x [E, rows, F] for each set of n of its rows, [E, sets, columns]. A matrix lives in scratch
 * alone: 2·F doubles, what `multiply` needs, n·F and n·n floats, what `products` needs.
 */
EXPORT(row_gram_products)(
    const float *x, const int *rows, const other *others, int count, float *out, int columns, int members,
    int all_rows, int features, int sets, int n, double constant_ratio, float *scratch, int part, int parts) {
  double *sums = (double *)scratch;
  float *packed = scratch + 4 * features, *z = packed + MULTIPLY_SCRATCH, *gram = z + n * features;
  int instances = 1;
  for (int i = 0; i < count; i++) instances = others[i].instances > instances ? others[i].instances : instances;
  const int arms = members / instances;
  for (int unit = share(members * sets, part, parts); unit < share(members * sets, part + 1, parts); unit++) {
    // Members that meet the same other matrices one behind the other, while those are in the cache.
    const int set = unit / members, rank = unit % members, e = rank % arms * instances + rank / arms;
    const float *own = x + e * all_rows * features;
    for (int i = 0; i < n; i++) copy_row(z + i * features, own + rows[set * n + i] * features, features);
    centre_member(z, z, sums, n, features);
    normalise_range(z, sums, features, 0, n * features, constant_ratio);
    const product gram_of = {.a = z, .b = z, .c = gram, .m = n, .n = n, .k = features, .transpose_b = 1, .symmetric = 1};
    multiply(&gram_of, packed, 0, n, 0, n);
    mirror_matrix(gram, n);
    products(gram, n, others, count, e, set, out + (e * sets + set) * columns, gram + n * n);
  }
}
