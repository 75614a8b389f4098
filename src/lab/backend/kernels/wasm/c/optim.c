// Elementwise kernels: rectifier, optimiser steps, running averages. Each share is a range of elements.
#include "common.h"

/** Runs CALL(from, to, e) on the ranges of this share that lie within one member. */
#define FOR_MEMBERS(members, size, CALL)                                                   \
  {                                                                                        \
    const long long total = (long long)(members) * (size);                                 \
    const int first = (int)(total * part / parts), last = (int)(total * (part + 1) / parts); \
    for (int e = 0; e < (members); e++) {                                                  \
      const int from = first > e * (size) ? first : e * (size);                            \
      const int to = min_int(last, (e + 1) * (size));                                      \
      if (from < to) CALL(from, to, e);                                                    \
    }                                                                                      \
  }

INLINE void relu_vector(const float *x, const float *mask, float *y, int i, int lanes) {
  vec value = wasm_f32x4_pmax(load_n(x + i, lanes), SPLAT(0));
  if (mask) value = MUL(value, load_n(mask + i, lanes));
  store_n(y + i, value, lanes);
}

static NOINLINE void relu_range(const float *x, const float *mask, float *y, int count) {
#define RELU_VECTOR(i, lanes) relu_vector(x, mask, y, i, lanes)
  FOR_VECTORS(count, RELU_VECTOR)
}

/** y = max(x, 0) · mask; mask may be 0, mask_step is 0 where all members share it. NaN stays NaN. */
EXPORT(relu)(
    const float *x, const float *mask, int mask_step, float *y, int members, int size, float *scratch, int part,
    int parts) {
  (void)scratch;
#define RELU(from, to, e) \
  relu_range(x + from, mask ? mask + e * mask_step + from - e * size : 0, y + from, to - from)
  FOR_MEMBERS(members, size, RELU)
}

INLINE void relu_grad_vector(const float *dy, const float *y, const float *mask, float *dx, int i, int lanes) {
  vec d = load_n(dy + i, lanes);
  if (mask) d = MUL(d, load_n(mask + i, lanes));
  store_n(dx + i, wasm_v128_and(d, wasm_f32x4_gt(load_n(y + i, lanes), SPLAT(0))), lanes);
}

static NOINLINE void relu_grad_range(const float *dy, const float *y, const float *mask, float *dx, int count) {
#define RELU_GRAD_VECTOR(i, lanes) relu_grad_vector(dy, y, mask, dx, i, lanes)
  FOR_VECTORS(count, RELU_GRAD_VECTOR)
}

/** dx = dy · mask where y > 0, else 0. */
EXPORT(relu_grad)(
    const float *dy, const float *y, const float *mask, int mask_step, float *dx, int members, int size,
    float *scratch, int part, int parts) {
  (void)scratch;
#define RELU_GRAD(from, to, e) \
  relu_grad_range(dy + from, y + from, mask ? mask + e * mask_step + from - e * size : 0, dx + from, to - from)
  FOR_MEMBERS(members, size, RELU_GRAD)
}

/** `rate`, `root_scale` and `keep` are the member's own; `rest` is 1 − beta, rounded once. */
typedef struct {
  float beta1, rest1, beta2, rest2, epsilon, coupled_decay, rate, root_scale, keep;
} adam_hyper;

INLINE void adam_vector(
    float *parameter, float *m, float *v, const float *gradient, float scale, const adam_hyper *h, int i, int lanes) {
  const vec p = load_n(parameter + i, lanes);
  const vec g = ADD(MUL(load_n(gradient + i, lanes), SPLAT(scale)), MUL(p, SPLAT(h->coupled_decay)));
  const vec next_m = ADD(MUL(load_n(m + i, lanes), SPLAT(h->beta1)), MUL(g, SPLAT(h->rest1)));
  const vec next_v = ADD(MUL(load_n(v + i, lanes), SPLAT(h->beta2)), MUL(MUL(g, g), SPLAT(h->rest2)));
  const vec root = ADD(MUL(wasm_f32x4_sqrt(next_v), SPLAT(h->root_scale)), SPLAT(h->epsilon));
  const vec update = MUL(DIV(next_m, root), SPLAT(h->rate));
  store_n(m + i, next_m, lanes);
  store_n(v + i, next_v, lanes);
  store_n(parameter + i, SUB(MUL(p, SPLAT(h->keep)), update), lanes);
}

static NOINLINE void adam_range(
    float *parameter, float *m, float *v, const float *gradient, float scale, const adam_hyper *hyper, int count) {
  const adam_hyper h = *hyper;
#define ADAM_VECTOR(i, lanes) adam_vector(parameter, m, v, gradient, scale, &h, i, lanes)
  FOR_VECTORS(count, ADAM_VECTOR)
}

/** One Adam step in place, see Kernels.adam; `factors` [3, members]: rate, root_scale, keep. */
EXPORT(adam)(
    float *parameter, float *m, float *v, const float *gradient, const float *scale, const float *active,
    const float *factors, int members, int size, float beta1, float rest1, float beta2, float rest2, float epsilon,
    float coupled_decay, float *scratch, int part, int parts) {
  (void)scratch;
#define ADAM(from, to, e)                                                                                      \
  if (active[e] != 0) {                                                                                        \
    const adam_hyper h = {beta1, rest1, beta2, rest2, epsilon, coupled_decay, factors[e], factors[members + e], \
                          factors[2 * members + e]};                                                           \
    adam_range(parameter + from, m + from, v + from, gradient + from, scale[e], &h, to - from);                 \
  }
  FOR_MEMBERS(members, size, ADAM)
}

INLINE void sgd_vector(
    float *parameter, float *velocity, const float *gradient, float scale, float rate, float momentum, float decay,
    int i, int lanes) {
  const vec p = load_n(parameter + i, lanes);
  const vec g = ADD(MUL(load_n(gradient + i, lanes), SPLAT(scale)), MUL(p, SPLAT(decay)));
  const vec next = ADD(MUL(load_n(velocity + i, lanes), SPLAT(momentum)), g);
  store_n(velocity + i, next, lanes);
  store_n(parameter + i, SUB(p, MUL(next, SPLAT(rate))), lanes);
}

static NOINLINE void sgd_range(
    float *parameter, float *velocity, const float *gradient, float scale, float rate, float momentum, float decay,
    int count) {
#define SGD_VECTOR(i, lanes) sgd_vector(parameter, velocity, gradient, scale, rate, momentum, decay, i, lanes)
  FOR_VECTORS(count, SGD_VECTOR)
}

/** One SGD step with momentum, in place; `factors` begins with each member's rate. */
EXPORT(sgd)(
    float *parameter, float *velocity, const float *gradient, const float *scale, const float *active,
    const float *factors, int members, int size, float momentum, float decay, float *scratch, int part, int parts) {
  (void)scratch;
#define SGD(from, to, e) \
  if (active[e] != 0)    \
  sgd_range(parameter + from, velocity + from, gradient + from, scale[e], factors[e], momentum, decay, to - from)
  FOR_MEMBERS(members, size, SGD)
}

static NOINLINE void average_range(float *running, const float *batch, float momentum, float factor, int count) {
  for (int i = 0; i < count; i++) running[i] += (batch[i] * factor - running[i]) * momentum;
}

/** running += momentum·(factor·batch − running) for active members, in place. */
EXPORT(running_average)(
    float *running, const float *batch, const float *active, int members, int size, float momentum, float factor,
    float *scratch, int part, int parts) {
  (void)scratch;
#define AVERAGE(from, to, e) \
  if (active[e] != 0) average_range(running + from, batch + from, momentum, factor, to - from)
  FOR_MEMBERS(members, size, AVERAGE)
}

/** See Kernels.control; clip_norm 0: no clipping. */
EXPORT(control)(
    float *active, const float *loss, const float *squared_norm, float *scale, int members, float clip_norm,
    float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = part; e < members; e += parts) {
    const float sum = loss[e] + squared_norm[e], clipped = clip_norm / (__builtin_sqrtf(squared_norm[e]) + 1e-6f);
    // What is not finite minus itself is NaN.
    if (sum - sum != 0) active[e] = 0;
    scale[e] = clip_norm > 0 && clipped < 1 ? clipped : 1;
  }
}

static NOINLINE void add_range(const float *x, const float *part, float *out, int count) {
#define ADD_VECTOR(i, lanes) \
  store_n(out + i, part ? ADD(load_n(x + i, lanes), load_n(part + i, lanes)) : load_n(x + i, lanes), lanes)
  FOR_VECTORS(count, ADD_VECTOR)
}

/** out = x, with `added` on the `count` members from `first_member` on. */
EXPORT(add_to_members)(
    const float *x, const float *added, float *out, int members, int size, int first_member, int count,
    float *scratch, int part, int parts) {
  (void)scratch;
#define ADD_TO(from, to, e)                                                                                     \
  add_range(x + from, e >= first_member && e < first_member + count ? added + from - first_member * size : 0,   \
            out + from, to - from)
  FOR_MEMBERS(members, size, ADD_TO)
}

enum { CHUNK = 1 << 14 };

static NOINLINE double squares(const float *x, int count) {
  sum4 sum[2] = {sum_zero(), sum_zero()};
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const vec a = LOAD(x + i), b = LOAD(x + i + 4);
    sum[0] = sum_add_product(sum[0], a, a);
    sum[1] = sum_add_product(sum[1], b, b);
  }
  for (; i < count; i += 4) {
    const vec a = load_n(x + i, min_int(4, count - i));
    sum[0] = sum_add_product(sum[0], a, a);
  }
  return sum_total(sum[0]) + sum_total(sum[1]);
}

/**
 * Sums of squares of chunks of a fixed size, which `add_chunks` adds up: the same whoever computes them. A member has
 * `per_member` chunks, this tensor's from `first_chunk` on.
 */
EXPORT(square_chunks)(
    const float *x, double *chunks, int members, int size, int per_member, int first_chunk, float *scratch, int part,
    int parts) {
  (void)scratch;
  const int own = (size + CHUNK - 1) / CHUNK;
  const int first = share(members * own, part, parts), last = share(members * own, part + 1, parts);
  for (int unit = first; unit < last; unit++) {
    const int e = unit / own, at = unit % own * CHUNK;
    chunks[e * per_member + first_chunk + unit % own] = squares(x + e * size + at, min_int(CHUNK, size - at));
  }
}

/** out[e] = Σ of the member's chunks. */
EXPORT(add_chunks)(const double *chunks, float *out, int members, int per_member, float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = part; e < members; e += parts) {
    double sum = 0;
    for (int i = 0; i < per_member; i++) sum += chunks[e * per_member + i];
    out[e] = (float)sum;
  }
}
