// Losses over classes with their gradients.
#include "functions.h"

/** ln x for x ≥ 1 or so, to float64 accuracy: x = 2ⁿ·m, ln m = 2·artanh((m−1)/(m+1)). */
static double log_of(double x) {
  if (!(x < __builtin_inf())) return x;
  union {
    double value;
    unsigned long long bits;
  } u = {x};
  int n = (int)(u.bits >> 52) - 1023;
  u.bits = (u.bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m = u.value;
  if (m > 1.4142135623730951) m *= 0.5, n++;
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double series = 0;
  for (int k = 21; k >= 3; k -= 2) series = (series + 1.0 / k) * s2;
  return n * 0.6931471805599453 + 2 * s * (1 + series);
}

NOINLINE double exponentials(const float *x, float *out, float top, float scale, int count) {
  sum4 sum = sum_zero();
  const vec shift = SPLAT(top), factor = SPLAT(scale);
  for (int i = 0; i < count; i += 4) {
    const int lanes = min_int(4, count - i);
    const vec value = exp4(MUL(SUB(load_n(x + i, lanes), shift), factor));
    store_n(out + i, value, lanes);
    sum = sum_add(sum, lanes == 4 ? value : load_n(out + i, lanes));
  }
  return sum_total(sum);
}

/** How many rows have a label. */
static int supervised_rows(const int *labels, int rows) {
  int count = 0;
  for (int r = 0; r < rows; r++) count += labels[r] >= 0;
  return count;
}

static void clear(float *at, int count) {
  for (int i = 0; i < count; i++) at[i] = 0;
}

/** See Kernels.softmaxCrossEntropy; labels_step is 0 where all members share the labels. */
EXPORT(cross_entropy)(
    const float *logits, const int *labels, int labels_step, float *loss, float *accuracy, float *gradient,
    int members, int rows, int classes, float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const int count = supervised_rows(labels + e * labels_step, rows), divisor = count > 0 ? count : 1;
    double total = 0;
    int hits = 0;
    for (int r = 0; r < rows; r++) {
      const float *x = logits + (e * rows + r) * classes;
      float *d = gradient + (e * rows + r) * classes;
      const int label = labels[e * labels_step + r];
      if (label < 0) {
        clear(d, classes);
        continue;
      }
      const float top = largest(x, classes);
      const double sum = exponentials(x, d, top, 1, classes);
      if (label >= classes) {
        total = __builtin_nan("");
        continue;
      }
      total += log_of(sum) - ((double)x[label] - top);
      const float scale = (float)(1 / (sum * divisor));
      for (int i = 0; i < classes; i++) d[i] *= scale;
      d[label] -= 1.0f / divisor;
      int best = 0;
      for (int i = 1; i < classes; i++) best = x[i] > x[best] ? i : best;
      hits += best == label;
    }
    loss[e] = (float)(total / divisor);
    accuracy[e] = (float)hits / divisor;
  }
}

/** See Kernels.distillation; labels may be 0: all rows count. scratch holds `classes` floats. */
EXPORT(distil)(
    const float *logits, const float *teacher, int teacher_step, const int *labels, int labels_step, float *loss,
    float *gradient, int members, int rows, int classes, float temperature, int reverse, float *scratch, int part,
    int parts) {
  float *p = scratch;
  const float inverse = 1 / temperature;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    const int count = labels ? supervised_rows(labels + e * labels_step, rows) : rows, divisor = count > 0 ? count : 1;
    const float gradient_scale = temperature / divisor;
    double total = 0;
    for (int r = 0; r < rows; r++) {
      const float *z = logits + (e * rows + r) * classes, *t = teacher + e * teacher_step + r * classes;
      float *q = gradient + (e * rows + r) * classes;
      if (labels && labels[e * labels_step + r] < 0) {
        clear(q, classes);
        continue;
      }
      const float top_z = largest(z, classes), top_t = largest(t, classes);
      const double sum_q = exponentials(z, q, top_z, inverse, classes);
      const double sum_p = exponentials(t, p, top_t, inverse, classes);
      const double offset = log_of(sum_q) - log_of(sum_p);
      // ln p − ln q of class i is difference(i) + offset.
#define DIFFERENCE(i) (((double)(t[i] - top_t) - (double)(z[i] - top_z)) * inverse + offset)
      double divergence = 0;
      if (reverse) {
        for (int i = 0; i < classes; i++) divergence -= q[i] * DIFFERENCE(i);
        divergence /= sum_q;
        const double scale = gradient_scale / sum_q;
        for (int i = 0; i < classes; i++) q[i] = (float)(q[i] * scale * (-DIFFERENCE(i) - divergence));
      } else {
        for (int i = 0; i < classes; i++) divergence += p[i] * DIFFERENCE(i);
        divergence /= sum_p;
        const float scale_q = (float)(gradient_scale / sum_q), scale_p = (float)(gradient_scale / sum_p);
        for (int i = 0; i < classes; i++) q[i] = q[i] * scale_q - p[i] * scale_p;
      }
      total += divergence;
    }
    loss[e] = (float)(total * temperature * temperature / divisor);
  }
}
