// What networks for sequences do to each token: embedding, layer norm, activations.
#include "functions.h"

/** See Kernels.embedding; tokens_step is 0 where all members share the tokens. */
EXPORT(embedding)(
    const int *tokens, int tokens_step, const float *table, float *y, int members, int positions, int vocabulary,
    int features, float *scratch, int part, int parts) {
  (void)scratch;
  for (int at = share(members * positions, part, parts); at < share(members * positions, part + 1, parts); at++) {
    const int e = at / positions, token = tokens[e * tokens_step + at % positions];
    const int known = token >= 0 && token < vocabulary;
    const float *row = table + (e * vocabulary + (known ? token : 0)) * features;
    for (int i = 0; i < features; i++) y[at * features + i] = known ? row[i] : 0;
  }
}

enum { STRIP = 16 };

/** See Kernels.embeddingGrad. Shares are strips of columns: each sums its tokens in the order they come in. */
EXPORT(embedding_grad)(
    const float *dy, const int *tokens, int tokens_step, float *gradient, int members, int positions, int vocabulary,
    int features, float *scratch, int part, int parts) {
  (void)scratch;
  const int strips = (features + STRIP - 1) / STRIP;
  for (int unit = share(members * strips, part, parts); unit < share(members * strips, part + 1, parts); unit++) {
    const int e = unit / strips, first = unit % strips * STRIP, columns = min_int(STRIP, features - first);
    float *out = gradient + e * vocabulary * features + first;
    const float *d = dy + e * positions * features + first;
    for (int token = 0; token < vocabulary; token++) {
      for (int i = 0; i < columns; i++) out[token * features + i] = 0;
    }
    for (int at = 0; at < positions; at++) {
      const int token = tokens[e * tokens_step + at];
      if (token < 0 || token >= vocabulary) continue;
      for (int i = 0; i < columns; i += 4) {
        const int lanes = min_int(4, columns - i);
        float *sum = out + token * features + i;
        store_n(sum, ADD(load_n(sum, lanes), load_n(d + at * features + i, lanes)), lanes);
      }
    }
  }
}

/** Runs BODY for every four of `features` columns; i and lanes say which. */
#define FOR_COLUMNS(BODY)                       \
  for (int i = 0; i < features; i += 4) {       \
    const int lanes = min_int(4, features - i); \
    BODY                                        \
  }

/** See Kernels.layerNorm. */
EXPORT(layer_norm)(
    const float *x, const float *gamma, const float *beta, float *y, float *mean, float *inverse, int members, int rows,
    int features, double epsilon, float *scratch, int part, int parts) {
  (void)scratch;
  for (int r = share(members * rows, part, parts); r < share(members * rows, part + 1, parts); r++) {
    const float *from = x + r * features, *slope = gamma + r / rows * features, *shift = beta + r / rows * features;
    sum4 sum = sum_zero(), square = sum_zero();
    FOR_COLUMNS(sum = sum_add(sum, load_n(from + i, lanes));)
    mean[r] = (float)(sum_total(sum) / features);
    const vec middle = SPLAT(mean[r]);
    FOR_COLUMNS(const vec d = first_lanes(SUB(load_n(from + i, lanes), middle), lanes);
                square = sum_add_product(square, d, d);)
    inverse[r] = (float)(1 / __builtin_sqrt(sum_total(square) / features + epsilon));
    const vec scale = SPLAT(inverse[r]);
    FOR_COLUMNS(const vec standard = MUL(SUB(load_n(from + i, lanes), middle), scale);
                const vec value = ADD(MUL(standard, load_n(slope + i, lanes)), load_n(shift + i, lanes));
                store_n(y + r * features + i, value, lanes);)
  }
}

/** The gradient of layer norm's input. */
EXPORT(layer_norm_grad)(
    const float *dy, const float *x, const float *gamma, const float *mean, const float *inverse, float *dx,
    int members, int rows, int features, float *scratch, int part, int parts) {
  (void)scratch;
  for (int r = share(members * rows, part, parts); r < share(members * rows, part + 1, parts); r++) {
    const float *from = x + r * features, *above = dy + r * features, *slope = gamma + r / rows * features;
    const vec middle = SPLAT(mean[r]), scale = SPLAT(inverse[r]);
    sum4 sum = sum_zero(), moment = sum_zero();
    FOR_COLUMNS(const vec d = MUL(load_n(above + i, lanes), load_n(slope + i, lanes));
                sum = sum_add(sum, d);
                moment = sum_add_product(moment, d, MUL(SUB(load_n(from + i, lanes), middle), scale));)
    const vec share_of_sum = SPLAT((float)(sum_total(sum) / features));
    const vec share_of_moment = SPLAT((float)(sum_total(moment) / features));
    FOR_COLUMNS(const vec d = MUL(load_n(above + i, lanes), load_n(slope + i, lanes));
                const vec standard = MUL(SUB(load_n(from + i, lanes), middle), scale);
                const vec inner = SUB(SUB(d, share_of_sum), MUL(standard, share_of_moment));
                store_n(dx + r * features + i, MUL(inner, scale), lanes);)
  }
}

/** The gradients of layer norm's parameters. Shares are vectors of columns. */
EXPORT(layer_norm_parameters_grad)(
    const float *dy, const float *x, const float *mean, const float *inverse, float *d_gamma, float *d_beta,
    int members, int rows, int features, float *scratch, int part, int parts) {
  (void)scratch;
  const int vectors = (features + 3) / 4;
  for (int unit = share(members * vectors, part, parts); unit < share(members * vectors, part + 1, parts); unit++) {
    const int e = unit / vectors, i = unit % vectors * 4, lanes = min_int(4, features - i);
    sum4 sum = sum_zero(), moment = sum_zero();
    for (int r = e * rows; r < (e + 1) * rows; r++) {
      const vec d = load_n(dy + r * features + i, lanes);
      const vec centred = SUB(load_n(x + r * features + i, lanes), SPLAT(mean[r]));
      sum = sum_add(sum, d);
      moment = sum_add_product(moment, d, MUL(centred, SPLAT(inverse[r])));
    }
    store_n(d_beta + e * features + i, sum_f32(sum), lanes);
    store_n(d_gamma + e * features + i, sum_f32(moment), lanes);
  }
}

/** Runs BODY for every four elements of this share; i and lanes say which. */
#define FOR_ELEMENTS(size, BODY)                                                           \
  const int last = share(size, part + 1, parts);                                           \
  (void)scratch;                                                                           \
  for (int i = share(size, part, parts); i < last; i += 4) {                               \
    const int lanes = min_int(4, last - i);                                                \
    BODY                                                                                   \
  }

EXPORT(tanh)(const float *x, float *y, int size, float *scratch, int part, int parts) {
  FOR_ELEMENTS(size, store_n(y + i, tanh4(load_n(x + i, lanes)), lanes);)
}

EXPORT(tanh_grad)(const float *dy, const float *y, float *dx, int size, float *scratch, int part, int parts) {
  FOR_ELEMENTS(size, const vec value = load_n(y + i, lanes);
               const vec slope = SUB(SPLAT(1), MUL(value, value));
               store_n(dx + i, MUL(load_n(dy + i, lanes), slope), lanes);)
}

INLINE vec bell4(vec x) { return exp4(MUL(MUL(x, x), SPLAT(-0.5f))); }

EXPORT(gelu)(const float *x, float *y, int size, float *scratch, int part, int parts) {
  FOR_ELEMENTS(size, const vec value = load_n(x + i, lanes);
               store_n(y + i, MUL(value, normal_cdf4(value, bell4(value))), lanes);)
}

EXPORT(gelu_grad)(const float *dy, const float *x, float *dx, int size, float *scratch, int part, int parts) {
  FOR_ELEMENTS(size, const vec value = load_n(x + i, lanes);
               const vec bell = bell4(value);
               const vec slope = ADD(normal_cdf4(value, bell), MUL(MUL(value, bell), SPLAT(0.39894228f)));
               store_n(dx + i, MUL(load_n(dy + i, lanes), slope), lanes);)
}
