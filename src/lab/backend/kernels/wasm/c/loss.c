// Losses over classes with their gradients. The exponential and the logarithm are our own: those of JavaScript
// engines differ in their last bits.
#include "common.h"

/** eˣ to about 1e-7, for x ≤ 0 or so; 0 below −87, NaN for NaN. Cephes' polynomial. */
INLINE vec exp4(vec x) {
  const vec bounded = wasm_f32x4_pmax(wasm_f32x4_pmin(x, SPLAT(88.0f)), SPLAT(-87.3f));
  const vec n = wasm_f32x4_nearest(MUL(bounded, SPLAT(1.44269504088896341f)));
  vec r = SUB(bounded, MUL(n, SPLAT(0.693359375f)));
  r = SUB(r, MUL(n, SPLAT(-2.12194440e-4f)));
  vec p = SPLAT(1.9875691500e-4f);
  p = ADD(MUL(p, r), SPLAT(1.3981999507e-3f));
  p = ADD(MUL(p, r), SPLAT(8.3334519073e-3f));
  p = ADD(MUL(p, r), SPLAT(4.1665795894e-2f));
  p = ADD(MUL(p, r), SPLAT(1.6666665459e-1f));
  p = ADD(MUL(p, r), SPLAT(5.0000001201e-1f));
  p = ADD(ADD(MUL(MUL(p, r), r), r), SPLAT(1));
  const vec power = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  const vec result = wasm_v128_andnot(MUL(p, power), wasm_f32x4_lt(x, SPLAT(-87.3f)));
  return wasm_v128_bitselect(x, result, wasm_f32x4_ne(x, x));
}

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

/** The largest of a row; NaN is ignored, as what is computed from it will be NaN anyway. */
static float largest(const float *x, int count) {
  float top = x[0];
  for (int i = 1; i < count; i++) top = x[i] > top ? x[i] : top;
  return top;
}

/** out = exp(scale·(x − top)); returns the sum. */
static NOINLINE double exponentials(const float *x, float *out, float top, float scale, int count) {
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

/** See Kernels.softmaxCrossEntropy; labels_step is 0 where all members share the labels. */
EXPORT(cross_entropy)(
    const float *logits, const int *labels, int labels_step, float *loss, float *accuracy, float *gradient,
    int members, int rows, int classes, float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    double total = 0;
    int hits = 0;
    for (int r = 0; r < rows; r++) {
      const float *x = logits + (e * rows + r) * classes;
      float *d = gradient + (e * rows + r) * classes;
      const int label = labels[e * labels_step + r];
      const float top = largest(x, classes);
      const double sum = exponentials(x, d, top, 1, classes);
      if (label < 0 || label >= classes) {
        total = __builtin_nan("");
        continue;
      }
      total += log_of(sum) - ((double)x[label] - top);
      const float scale = (float)(1 / (sum * rows));
      for (int i = 0; i < classes; i++) d[i] *= scale;
      d[label] -= 1.0f / rows;
      int best = 0;
      for (int i = 1; i < classes; i++) best = x[i] > x[best] ? i : best;
      hits += best == label;
    }
    loss[e] = (float)(total / rows);
    accuracy[e] = (float)hits / rows;
  }
}

/** See Kernels.distillation; scratch holds 2·classes floats. */
EXPORT(distil)(
    const float *logits, const float *teacher, int teacher_step, float *loss, float *gradient, int members, int rows,
    int classes, float temperature, int reverse, float *scratch, int part, int parts) {
  float *p = scratch;
  const float inverse = 1 / temperature, gradient_scale = temperature / rows;
  for (int e = share(members, part, parts); e < share(members, part + 1, parts); e++) {
    double total = 0;
    for (int r = 0; r < rows; r++) {
      const float *z = logits + (e * rows + r) * classes, *t = teacher + e * teacher_step + r * classes;
      float *q = gradient + (e * rows + r) * classes;
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
    loss[e] = (float)(total * temperature * temperature / rows);
  }
}
