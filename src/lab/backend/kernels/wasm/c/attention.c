// Scaled dot-product self-attention. One head of one example is one unit of work.
#include "functions.h"
#include "panel.h"

/** Rounded up to full tiles of either height and to full panels. */
INLINE int padded(int n) { return round_up(n, 24); }

/** Where one head of one example lies: queries, keys and values have rows at a distance of 3·features. */
typedef struct {
  int features, first, batch_row;
} head_place;

INLINE head_place place_of(int unit, int heads, int width) {
  return (head_place){heads * width, unit % heads * width, unit / heads};
}

/** part 0: queries, 1: keys, 2: values. */
INLINE const float *part_of(const float *qkv, head_place p, int length, int part) {
  return qkv + p.batch_row * length * 3 * p.features + part * p.features + p.first;
}

static void copy_rows(float *to, int to_stride, const float *from, int from_stride, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    for (int i = 0; i < columns; i++) to[r * to_stride + i] = from[r * from_stride + i];
  }
}

/** Softmax over the first `count` scores, those that the mask shows; 0 for the others. */
static NOINLINE void weigh(float *scores, float *weights, const float *mask, float scale, int count, int length) {
  int seen = count;
  if (mask) {
    seen = 0;
    for (int j = 0; j < count; j++) {
      if (mask[j] > 0) seen++;
      else scores[j] = -__builtin_inff();
    }
  }
  float factor = 0;
  if (seen > 0) factor = (float)(1 / exponentials(scores, weights, largest(scores, count), scale, count));
  for (int j = 0; j < length; j++) weights[j] = seen > 0 && j < count ? weights[j] * factor : 0;
}

/** Floats of scratch: T'·(2·T' + 2·D' + the larger of both), where ' rounds up to 24. */
typedef struct {
  float *packed, *packed_rows, *scores, *out;
} workspace;

INLINE workspace workspace_of(float *scratch, int length, int width) {
  const int t = padded(length), d = padded(width), larger = t > d ? t : d;
  return (workspace){scratch, scratch + t * d, scratch + t * (d + larger), scratch + t * (d + larger + t)};
}

/** See Kernels.attention; mask may be 0, mask_step is 0 where all members share it. */
EXPORT(attention)(
    const float *qkv, const float *mask, int mask_step, float *y, float *weights, int members, int batch, int length,
    int heads, int width, int causal, float scale, float *scratch, int part, int parts) {
  const workspace w = workspace_of(scratch, length, width);
  const int units = members * batch * heads, ts = padded(length), ds = padded(width);
  for (int unit = share(units, part, parts); unit < share(units, part + 1, parts); unit++) {
    const head_place p = place_of(unit, heads, width);
    const int stride = 3 * p.features, e = p.batch_row / batch;
    const float *shown = mask ? mask + e * mask_step + p.batch_row % batch * length : 0;
    float *own = weights + unit * length * length;
    pack_b(w.packed, (matrix){part_of(qkv, p, length, 1), stride, 1}, length, width);
    const matrix queries = {part_of(qkv, p, length, 0), stride, 0};
    multiply_packed(w.scores, ts, queries, w.packed, w.packed_rows, length, length, width);
    for (int t = 0; t < length; t++) {
      weigh(w.scores + t * ts, own + t * length, shown, scale, causal ? t + 1 : length, length);
    }
    pack_b(w.packed, (matrix){part_of(qkv, p, length, 2), stride, 0}, width, length);
    multiply_packed(w.out, ds, (matrix){own, length, 0}, w.packed, w.packed_rows, length, width, length);
    copy_rows(y + p.batch_row * length * p.features + p.first, p.features, w.out, ds, length, width);
  }
}

/** d ← weights · (d − Σ d·weights) · scale, for one query. */
static NOINLINE void score_gradient(float *d, const float *weights, float scale, int length) {
  sum4 sum = sum_zero();
  for (int j = 0; j < length; j += 4) {
    const int lanes = min_int(4, length - j);
    sum = sum_add_product(sum, load_n(d + j, lanes), load_n(weights + j, lanes));
  }
  const vec mean = SPLAT((float)sum_total(sum)), factor = SPLAT(scale);
  for (int j = 0; j < length; j += 4) {
    const int lanes = min_int(4, length - j);
    const vec w = MUL(load_n(weights + j, lanes), factor);
    store_n(d + j, MUL(w, SUB(load_n(d + j, lanes), mean)), lanes);
  }
}

/** See Kernels.attentionGrad. */
EXPORT(attention_grad)(
    const float *dy, const float *qkv, const float *weights, float *d_qkv, int members, int batch, int length,
    int heads, int width, float scale, float *scratch, int part, int parts) {
  const workspace w = workspace_of(scratch, length, width);
  const int units = members * batch * heads, ts = padded(length), ds = padded(width);
  for (int unit = share(units, part, parts); unit < share(units, part + 1, parts); unit++) {
    const head_place p = place_of(unit, heads, width);
    const int stride = 3 * p.features;
    const float *own = weights + unit * length * length;
    const float *d = dy + p.batch_row * length * p.features + p.first;
    float *out[3];
    for (int i = 0; i < 3; i++) out[i] = d_qkv + (part_of(qkv, p, length, i) - qkv);
#define TIMES(left, right, to)                                                                     \
  pack_b(w.packed, right, width, length);                                                          \
  multiply_packed(w.out, ds, left, w.packed, w.packed_rows, length, width, length);                \
  copy_rows(to, stride, w.out, ds, length, width);
    TIMES(((matrix){own, length, 1}), ((matrix){d, p.features, 0}), out[2])
    pack_b(w.packed, (matrix){part_of(qkv, p, length, 2), stride, 1}, length, width);
    multiply_packed(w.scores, ts, (matrix){d, p.features, 0}, w.packed, w.packed_rows, length, length, width);
    for (int t = 0; t < length; t++) score_gradient(w.scores + t * ts, own + t * length, scale, length);
    TIMES(((matrix){w.scores, ts, 0}), ((matrix){part_of(qkv, p, length, 1), stride, 0}), out[0])
    TIMES(((matrix){w.scores, ts, 1}), ((matrix){part_of(qkv, p, length, 0), stride, 0}), out[1])
  }
}
