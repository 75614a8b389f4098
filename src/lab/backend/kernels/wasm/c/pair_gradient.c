// Measures of pairs of examples as a term of a loss, by position: from activations to their gradient, a matrix at a time.
#include "centre.h"
#include "columns.h"
#include "measures.h"
#include "multiply.h"

/** In the order of FORMS (kernels/measureTypes.ts). */
enum { RAW, CENTRED_ROWS, UNIT, UNIT_CENTRED };

/** Below this an example's own squared norm counts as 0: it has no direction. */
#define NO_DIRECTION 1e-20

static NOINLINE void without_mean(float *row, int count) {
  sum4 sum = sum_zero();
#define ADD_VALUES(i, lanes) sum = sum_add(sum, load_n(row + i, lanes));
  FOR_VECTORS(count, ADD_VALUES)
  const vec mean = SPLAT((float)(sum_total(sum) / count));
#define SUBTRACT(i, lanes) store_n(row + i, SUB(load_n(row + i, lanes), mean), lanes);
  FOR_VECTORS(count, SUBTRACT)
}

/** Rows x become rows z of a form and of norm 1 altogether. Returns what they were divided by, or 0; `unit` and `inverse` as below. */
static float to_form(int form, float *z, float *unit, double *inverse, double *sums, int n, int features, double constant_ratio) {
  if (form >= UNIT) {
    for (int i = 0; i < n; i++) {
      float *row = z + i * features;
      if (form == UNIT_CENTRED) without_mean(row, features);
      const double square = dot(row, row, features);
      inverse[i] = square > NO_DIRECTION ? 1 / __builtin_sqrt(square) : 0;
      combine(row, row, row, 0, inverse[i], features);
    }
    combine(z, z, unit, 0, 1, n * features);
  }
  if (form != RAW) {
    centre_member(z, z, sums, n, features);
    return normalise_range(z, sums, features, 0, n * features, constant_ratio);
  }
  const float norm = (float)__builtin_sqrt(dot(z, z, n * features));
  combine(z, z, z, 0, norm > 0 ? 1 / norm : 0, n * features);
  return norm;
}

/** A gradient for rows of length 1, `unit`, as one for the rows that were multiplied by `inverse`. */
static void from_unit(int form, float *dz, const float *unit, const double *inverse, int n, int features) {
  for (int i = 0; i < n; i++) {
    float *row = dz + i * features;
    const float *own = unit + i * features;
    combine(own, row, row, dot(row, own, features) * inverse[i], inverse[i], features);
    if (form == UNIT_CENTRED) without_mean(row, features);
  }
}

/**
 * See MeasureKernels.pairGradient: x [members, n, positions·F], all by position, values [members, positions] times their shares. A
 * position's matrices live in scratch alone: 2·F and n doubles, what `multiply` and `compare_matrices` need, 3·n·F + 2·n·n floats.
 */
EXPORT(pair_gradient)(
    const float *x, const float *guide, int guide_step, const float *weights, const float *shares, float *out,
    float *values, int members, int n, int positions, int features, int measure, int form, float option,
    double constant_ratio, float *scratch, int part, int parts) {
  double *sums = (double *)scratch, *inverse = sums + 2 * features;
  float *comparison = (float *)(inverse + n), *packed = comparison + COMPARISON_SCRATCH(n), *z = packed + MULTIPLY_SCRATCH;
  float *unit = z + n * features, *dz = unit + n * features, *k = dz + n * features, *g = k + n * n;
  const int stride = positions * features, units = members * positions, size = n * features;
  for (int at = share(units, part, parts); at < share(units, part + 1, parts); at++) {
    const int e = at / positions, first = e * n * stride + at % positions * features;
    copy_columns(z, features, x + first, stride, n, features);
    const float norm = to_form(form, z, unit, inverse, sums, n, features, constant_ratio);
    const product gram = {.a = z, .b = z, .c = k, .m = n, .n = n, .k = features, .transpose_b = 1, .symmetric = 1};
    multiply(&gram, packed, 0, n, 0, n);
    mirror_matrix(k, n);
    const double weight = shares ? shares[at] * weights[e] : weights[e];
    const double value = compare_matrices(measure, k, guide + at * guide_step, g, n, option, comparison);
    values[at] = (float)(shares ? value * shares[at] : value);
    const product gradient = {.a = g, .b = z, .c = dz, .m = n, .n = features, .k = n};
    multiply(&gradient, packed, 0, n, 0, features);
    // Of what z was divided by, the gradient has no part.
    const double factor = norm > 0 ? -weight / norm : 0;
    combine(z, dz, dz, dot(dz, z, size) * factor, factor, size);
    if (form >= UNIT) from_unit(form, dz, unit, inverse, n, features);
    copy_columns(out + first, stride, dz, features, n, features);
  }
}
