// Measures of similarity of two Gram matrices over the same examples, with the gradient for the first of them: what
// lab/similarity/measures says in tensor operations. Sums are taken in float64.
#include "measures.h"
#include "functions.h"
#include "median.h"

/** In the order of GRAM_MEASURES (kernels/measureTypes.ts). */
enum { RBF_CKA, RSA, SP, RKD, SOFT_KNN };

/** Below this share of what its terms add up to, a squared norm is rounding. */
#define ROUNDING 1e-12
/** A median below this is that of a layer that has collapsed. */
#define NO_DISTANCE 1e-30

INLINE double inverse(double x) { return x > 0 ? 1 / x : 0; }

double dot(const float *a, const float *b, int count) {
  sum4 sum = sum_zero();
#define ADD_PRODUCT(i, lanes) sum = sum_add_product(sum, load_n(a + i, lanes), load_n(b + i, lanes));
  FOR_VECTORS(count, ADD_PRODUCT)
  return sum_total(sum);
}

static NOINLINE double total(const float *a, int count) {
  sum4 sum = sum_zero();
#define ADD_VALUES(i, lanes) sum = sum_add(sum, load_n(a + i, lanes));
  FOR_VECTORS(count, ADD_VALUES)
  return sum_total(sum);
}

void combine(const float *a, const float *b, float *p, double for_a, double for_b, int count) {
  const vec of_a = SPLAT((float)for_a), of_b = SPLAT((float)for_b);
#define COMBINE(i, lanes) store_n(p + i, SUB(MUL(load_n(b + i, lanes), of_b), MUL(load_n(a + i, lanes), of_a)), lanes);
  FOR_VECTORS(count, COMBINE)
}

/** a ← a·factor + offset, without the diagonal of an n×n matrix, which becomes 0. */
static NOINLINE void scale_pairs(float *a, double factor, double offset, int n) {
  const vec times = SPLAT((float)factor), plus = SPLAT((float)offset);
#define SCALE(i, lanes) store_n(a + i, ADD(MUL(load_n(a + i, lanes), times), plus), lanes);
  FOR_VECTORS(n * n, SCALE)
  for (int i = 0; i < n; i++) a[i * (n + 1)] = 0;
}

static NOINLINE void roots(float *a, int count) {
#define ROOT(i, lanes) store_n(a + i, wasm_f32x4_sqrt(load_n(a + i, lanes)), lanes);
  FOR_VECTORS(count, ROOT)
}

/** d_ij = max(0, k_ii + k_jj − 2·k_ij), 0 on the diagonal; d may be k, `diagonal` holds n floats. */
static NOINLINE void distances(const float *k, float *d, float *diagonal, int n) {
  for (int i = 0; i < n; i++) diagonal[i] = k[i * (n + 1)];
  for (int i = 0; i < n; i++) {
    const vec own = SPLAT(diagonal[i]);
#define DISTANCE(j, lanes)                                                                                            \
  {                                                                                                                   \
    const vec v = load_n(k + i * n + j, lanes);                                                                       \
    store_n(d + i * n + j, wasm_f32x4_max(SUB(ADD(own, load_n(diagonal + j, lanes)), ADD(v, v)), SPLAT(0)), lanes);   \
  }
    FOR_VECTORS(n, DISTANCE)
    d[i * (n + 1)] = 0;
  }
}

/** p + pᵀ, times a number each: off the diagonal, and on it for the sum of the others of its row. `sums` holds n doubles. */
static NOINLINE void symmetrise(float *p, double *sums, float off, float on, int n) {
  for (int i = 0; i < n; i++) sums[i] = 0;
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int j = i + 1; j < n; j++) {
      const float both = p[i * n + j] + p[j * n + i];
      p[i * n + j] = p[j * n + i] = off * both;
      sum += both;
      sums[j] += both;
    }
    sums[i] += sum;
  }
  for (int i = 0; i < n; i++) p[i * (n + 1)] = on == 0 ? 2 * off * p[i * (n + 1)] : (float)(on * sums[i]);
}

/** The cosine between matrices that are centred in some way, and its gradient for a (p may be a); 0 where one is rounding. */
static double cosine(const float *a, const float *b, float *p, double floor_a, double floor_b, int count) {
  const double aa = dot(a, a, count), bb = dot(b, b, count);
  const int defined = aa > floor_a && bb > floor_b;
  const double scale = defined ? 1 / (__builtin_sqrt(aa) * __builtin_sqrt(bb)) : 0, value = dot(a, b, count) * scale;
  combine(a, b, p, defined ? value / aa : 0, scale, count);
  return value;
}

/**
 * d becomes exp(−d/(2·width²·median d)), and `centred`, which may be d, what is left of that without the means of rows and columns.
 * Returns the factor of d; *squares is the squared norm before. `above` as for `median`; it may be `centred`.
 */
static double gaussian(float *d, float *centred, float *above, float *means, double width, double *squares, int n) {
  const float middle = median(d, above, n);
  const double rate = -0.5 / (width * width) / (middle > NO_DISTANCE ? middle : NO_DISTANCE);
  const vec factor = SPLAT((float)rate);
  double mean = 0;
  for (int i = 0; i < n; i++) {
    sum4 sum = sum_zero();
#define EXPONENTIAL(j, lanes)                                                             \
  {                                                                                       \
    const vec v = exp4(MUL(load_n(d + i * n + j, lanes), factor));                        \
    store_n(d + i * n + j, v, lanes);                                                     \
    sum = sum_add(sum, lanes == 4 ? v : first_lanes(v, lanes));                           \
  }
    FOR_VECTORS(n, EXPONENTIAL)
    means[i] = (float)(sum_total(sum) / n);
    mean += sum_total(sum) / n / n;
  }
  *squares = dot(d, d, n * n);
  for (int i = 0; i < n; i++) {
    const vec own = SPLAT((float)(means[i] - mean));
#define CENTRE(j, lanes) store_n(centred + i * n + j, SUB(SUB(load_n(d + i * n + j, lanes), own), load_n(means + j, lanes)), lanes);
    FOR_VECTORS(n, CENTRE)
  }
  return rate;
}

static double rbf_cka(float *a, float *b, float *g, float *means, double width, int n) {
  double squares_a, squares_b;
  gaussian(b, b, g, means, width, &squares_b, n);
  const double rate = gaussian(a, g, g, means, width, &squares_a, n);
  const double value = cosine(g, b, g, squares_a * ROUNDING, squares_b * ROUNDING, n * n);
  const vec by = SPLAT((float)rate);
#define TIMES(i, lanes) store_n(g + i, MUL(MUL(load_n(g + i, lanes), load_n(a + i, lanes)), by), lanes);
  FOR_VECTORS(n * n, TIMES)
  return value;
}

/** Pearson's correlation of the entries off the diagonals. */
static double correlation(float *a, float *b, float *g, int n) {
  const int all = n * n, pairs = n * (n - 1);
  const double floor_a = dot(a, a, all) * ROUNDING, floor_b = dot(b, b, all) * ROUNDING;
  scale_pairs(a, 1, -total(a, all) / pairs, n);
  scale_pairs(b, 1, -total(b, all) / pairs, n);
  return cosine(a, b, g, floor_a, floor_b, all);
}

/** 1 − mean Huber loss between distances over their mean. */
static double huber(float *a, float *b, float *g, int n) {
  const int all = n * n, pairs = n * (n - 1);
  roots(a, all);
  roots(b, all);
  const double inverse_a = inverse(total(a, all) / pairs), inverse_b = inverse(total(b, all) / pairs);
  const vec of_a = SPLAT((float)inverse_a), of_b = SPLAT((float)inverse_b), half = SPLAT(0.5f);
  sum4 loss = sum_zero(), moved = sum_zero();
#define SLOPE(i, lanes)                                                                                     \
  {                                                                                                         \
    const vec x = MUL(load_n(a + i, lanes), of_a), d = SUB(x, MUL(load_n(b + i, lanes), of_b));             \
    const vec slope = wasm_f32x4_max(wasm_f32x4_min(d, SPLAT(1)), SPLAT(-1));                               \
    loss = sum_add_product(loss, slope, SUB(d, MUL(slope, half)));                                          \
    moved = sum_add_product(moved, slope, x);                                                               \
    store_n(g + i, slope, lanes);                                                                           \
  }
  FOR_VECTORS(all, SLOPE)
  // All distances move with their mean.
  const vec shared = SPLAT((float)(sum_total(moved) / pairs)), factor = SPLAT((float)(-inverse_a / 2 / all));
#define OF_ROOT(i, lanes)                                                                                   \
  {                                                                                                         \
    const vec root = load_n(a + i, lanes), v = MUL(SUB(load_n(g + i, lanes), shared), factor);              \
    store_n(g + i, where(wasm_f32x4_gt(root, SPLAT(0)), DIV(v, root), SPLAT(0)), lanes);                    \
  }
  FOR_VECTORS(all, OF_ROOT)
  return 1 - sum_total(loss) / all;
}

/** p = softmax over j ≠ i of −d/(temperature · mean d), which may be d; returns what d is divided by. */
static double neighbours(const float *d, float *p, double temperature, int n) {
  const double scale = total(d, n * n) / (n * (n - 1)) * temperature;
  const vec rate = SPLAT((float)-inverse(scale));
  for (int i = 0; i < n; i++) {
    const float *from = d + i * n;
    float *row = p + i * n;
    const float before = least_above(from, i, -1), after = least_above(from + i + 1, n - i - 1, -1);
    const vec least = SPLAT(before < after ? before : after);
    // On the diagonal stands 0, which is nearer than the nearest.
#define OPEN(j, lanes) store_n(row + j, exp4(wasm_f32x4_min(MUL(SUB(load_n(from + j, lanes), least), rate), SPLAT(0))), lanes);
    FOR_VECTORS(n, OPEN)
    row[i] = 0;
    const vec share = SPLAT((float)inverse(total(row, n)));
#define SHARE(j, lanes) store_n(row + j, MUL(load_n(row + j, lanes), share), lanes);
    FOR_VECTORS(n, SHARE)
  }
  return scale;
}

/** How alike the soft neighbourhoods of examples are: the mean of Σ √(p·q). */
static double soft_neighbours(const float *a, float *b, float *g, float *line, double temperature, int n) {
  neighbours(b, b, temperature, n);
  const double scale = neighbours(a, g, temperature, n);
  double value = 0, moved = 0;
  for (int i = 0; i < n; i++) {
    float *p = g + i * n;
    const float *q = b + i * n;
#define BOTH(j, lanes) store_n(line + j, wasm_f32x4_sqrt(MUL(load_n(p + j, lanes), load_n(q + j, lanes))), lanes);
    FOR_VECTORS(n, BOTH)
    const double sum = total(line, n);
    combine(p, line, p, sum / 2 / n, 0.5 / n, n);
    value += sum / n;
  }
  // The mean distance moves, too.
  moved = dot(g, a, n * n) / (n * (n - 1)) * temperature * inverse(scale) * inverse(scale);
  scale_pairs(g, -inverse(scale), moved, n);
  return value;
}

/** The mean cosine between an example's rows in both matrices. */
static double row_cosines(const float *a, const float *b, float *g, int n) {
  double value = 0;
  for (int i = 0; i < n; i++) {
    const float *x = a + i * n, *y = b + i * n;
    const double of_x = inverse(__builtin_sqrt(dot(x, x, n))), of_y = inverse(__builtin_sqrt(dot(y, y, n)));
    const double cosine = dot(x, y, n) * of_x * of_y;
    combine(x, y, g + i * n, cosine * of_x * of_x / n, of_y * of_x / n, n);
    value += cosine / n;
  }
  return value;
}

static double trace(const float *k, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += k[i * (n + 1)];
  return sum;
}

double compare_matrices(int measure, float *k, const float *l, float *g, int n, float option, float *scratch) {
  double *sums = (double *)scratch;
  float *line = scratch + 2 * n, *other = line + n;
  const double of_k = trace(k, n), of_l = trace(l, n);
  // Rows that are all the same, or none, or no numbers: those show as such.
  if (n < 2 || !(of_k > 0 && of_l > 0)) {
    const double nothing = 0 * (of_k + of_l);
    for (int i = 0; i < n * n; i++) g[i] = (float)nothing;
    return nothing;
  }
  if (measure == SP) {
    const double value = row_cosines(k, l, g, n);
    symmetrise(g, sums, 1, 0, n);
    return value;
  }
  distances(l, other, line, n);
  distances(k, k, line, n);
  double value;
  switch (measure) {
    case RBF_CKA: value = rbf_cka(k, other, g, line, option, n); break;
    case RKD: value = huber(k, other, g, n); break;
    case SOFT_KNN: value = soft_neighbours(k, other, g, line, option, n); break;
    default: value = correlation(k, other, g, n);
  }
  symmetrise(g, sums, -2, 2, n);
  return value;
}

/** Rows and columns of an n×n matrix, `count` of them, one behind the other. */
static NOINLINE void take_pairs(const float *from, float *to, const int *rows, int count, int n) {
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < count; j++) to[i * count + j] = from[rows[i] * n + rows[j]];
  }
}

static NOINLINE void copy(const float *from, float *to, int count) {
#define COPY(i, lanes) store_n(to + i, load_n(from + i, lanes), lanes);
  FOR_VECTORS(count, COPY)
}

/**
 * See MeasureKernels.compareGrams; l_step and real_step are 0 where all members share them, real is 0 where all n are examples. Scratch:
 * what `compare_matrices` needs, n ints and 3·n·n floats.
 */
EXPORT(compare_grams)(
    const float *k, const float *l, int l_step, const float *real, int real_step, float *value, float *g, int members,
    int n, int measure, float option, float *scratch, int part, int parts) {
  int *rows = (int *)(scratch + COMPARISON_SCRATCH(n));
  float *own = (float *)(rows + n), *other = own + n * n, *own_g = other + n * n;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const float *from = k + e * n * n, *guide = l + e * l_step;
    float *out = g + e * n * n;
    if (!real) {
      copy(from, own, n * n);
      value[e] = (float)compare_matrices(measure, own, guide, out, n, option, scratch);
      continue;
    }
    int count = 0;
    for (int i = 0; i < n; i++) {
      if (real[e * real_step + i] > 0) rows[count++] = i;
    }
    take_pairs(from, own, rows, count, n);
    take_pairs(guide, other, rows, count, n);
    value[e] = (float)compare_matrices(measure, own, other, own_g, count, option, scratch);
    for (int i = 0; i < n * n; i++) out[i] = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) out[rows[i] * n + rows[j]] = own_g[i * count + j];
    }
  }
}
