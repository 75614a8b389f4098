// What CKA needs to compare layers: products of centred Gram matrices. They are symmetric: what lies below the diagonal
// is not read.
#include "centre.h"
#include "multiply.h"

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

/** ⟨K, L⟩ and diag(K)·diag(L). */
INLINE void matrix_product(const float *k, const float *l, int n, float *dot, float *diagonal) {
  double above = 0, on = 0;
  for (int i = 0; i < n; i++, k += n + 1, l += n + 1) {
    above += row_product(k + 1, l + 1, n - 1 - i);
    on += (double)*k * *l;
  }
  *dot = (float)(2 * above + on);
  *diagonal = (float)on;
}

/** Where one matrix per set of rows and instance lies, steps in floats; `dot` and `diagonal`: columns of the result. */
typedef struct {
  const float *at;
  int set_step, instance_step, instances, dot, diagonal;
} other;

/** One row of the result of Kernels.gramProducts. */
static void products(const float *k, int n, const other *others, int count, int e, int set, float *out) {
  double trace = 0;
  for (int i = 0; i < n; i++) trace += k[i * (n + 1)];
  matrix_product(k, k, n, out, out + 1);
  out[2] = (float)trace;
  for (const other *o = others; o < others + count; o++) {
    const float *l = o->at + e % o->instances * o->instance_step + set * o->set_step;
    matrix_product(k, l, n, out + o->dot, out + o->diagonal);
  }
}

/** Of Gram matrices that are there, [E, n, n] → [E, columns]. */
EXPORT(gram_products)(
    const float *grams, const other *others, int count, float *out, int columns, int members, int n, float *scratch,
    int part, int parts) {
  (void)scratch;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    products(grams + e * n * n, n, others, count, e, 0, out + e * columns);
  }
}

static NOINLINE void copy_row(float *to, const float *from, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) STORE(to + i, LOAD(from + i));
  for (; i < count; i++) to[i] = from[i];
}

/**
 * Of the Gram matrices of x [E, rows, F] for each set of n of its rows, [E, sets, columns]. A matrix lives in scratch
 * alone: 2·F doubles, what `multiply` needs, n·F and n·n floats.
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
    products(gram, n, others, count, e, set, out + (e * sets + set) * columns);
  }
}
