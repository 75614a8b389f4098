// Depth-wise convolutions: every channel has a filter of its own. Images are copied into a frame of zeros whose
// channels are rounded up to whole vectors; four pixels, or four columns of the filter, share what they load.
#include "common.h"

enum { STEP = 4 };

typedef struct {
  int height, width, channels, size;
  /** Channels rounded up, and floats from one row of the frame to the next. */
  int deep, line;
} geometry;

INLINE geometry geometry_of(int height, int width, int channels, int size) {
  const int deep = round_up(channels, 4);
  return (geometry){height, width, channels, size, deep, (width + size - 1) * deep};
}

/** The frame, and what four pixels at its end read beyond it. */
INLINE int frame_floats(const geometry *g) { return (g->height + g->size - 1) * g->line + STEP * g->deep; }

/** Bytes of scratch memory the kernels of this file need. */
__attribute__((export_name("depthwise_scratch"))) int depthwise_scratch(int height, int width, int channels, int size) {
  const geometry g = geometry_of(height, width, channels, size);
  return (int)sizeof(float) * ((size * size + 1 + height * width) * g.deep + frame_floats(&g));
}

static void zero(float *out, int count) {
  for (int i = 0; i < count; i++) out[i] = 0;
}

/** Rows of `channels` values to rows of `deep`. */
static NOINLINE void widen(float *restrict out, const float *restrict in, int rows, int channels, int deep) {
  for (int r = 0; r < rows; r++, out += deep, in += channels) {
    for (int i = 0; i < channels; i++) out[i] = in[i];
  }
}

static void frame_image(float *frame, const float *image, const geometry *g) {
  const int pad = g->size / 2;
  for (int y = 0; y < g->height; y++) {
    float *row = frame + (y + pad) * g->line + pad * g->deep;
    widen(row, image + y * g->width * g->channels, g->width, g->channels, g->deep);
  }
}

/** Four neighbouring pixels, four channels. */
static NOINLINE void pixels4(const float *at, const float *filter, const float *bias, float *out, int pixels, int lanes,
                             const geometry *g) {
  const int deep = g->deep, size = g->size;
  vec c0 = bias ? LOAD(bias) : SPLAT(0), c1 = c0, c2 = c0, c3 = c0;
  for (int ky = 0; ky < size; ky++, at += g->line) {
    const float *p = at;
    for (int kx = 0; kx < size; kx++, p += deep, filter += deep) {
      const vec w = LOAD(filter);
      c0 = MADD(w, LOAD(p), c0);
      c1 = MADD(w, LOAD(p + deep), c1);
      c2 = MADD(w, LOAD(p + 2 * deep), c2);
      c3 = MADD(w, LOAD(p + 3 * deep), c3);
    }
  }
  store_n(out, c0, lanes);
  if (pixels > 1) store_n(out + g->channels, c1, lanes);
  if (pixels > 2) store_n(out + 2 * g->channels, c2, lanes);
  if (pixels > 3) store_n(out + 3 * g->channels, c3, lanes);
}

/**
 * y[e, b] = x[e, b] * filter[e] + bias[e], of the size of x; bias 0 for none. `turned`: with the filter turned round,
 * which gives the gradient of the input.
 */
EXPORT(depthwise)(
    const float *x, const float *filter, const float *bias, float *y, int members, int batch, int height, int width,
    int channels, int size, int turned, float *scratch, int part, int parts) {
  const geometry g = geometry_of(height, width, channels, size);
  const int taps = size * size, image_floats = height * width * channels;
  float *packed = scratch, *shift = packed + taps * g.deep, *frame = shift + g.deep;
  zero(packed, (taps + 1) * g.deep);
  zero(frame, frame_floats(&g));
  int packed_member = -1;
  for (int unit = share(members * batch, part, parts); unit < share(members * batch, part + 1, parts); unit++) {
    const int e = unit / batch;
    if (e != packed_member) {
      for (int tap = 0; tap < taps; tap++) {
        widen(packed + tap * g.deep, filter + (e * taps + (turned ? taps - 1 - tap : tap)) * channels, 1, channels, g.deep);
      }
      if (bias) widen(shift, bias + e * channels, 1, channels, g.deep);
      packed_member = e;
    }
    frame_image(frame, x + unit * image_floats, &g);
    float *out = y + unit * image_floats;
    for (int row = 0; row < height; row++) {
      for (int i = 0; i < channels; i += 4) {
        for (int column = 0; column < width; column += STEP) {
          pixels4(frame + row * g.line + column * g.deep + i, packed + i, bias ? shift + i : 0,
                  out + (row * width + column) * channels + i, min_int(STEP, width - column), min_int(4, channels - i), &g);
        }
      }
    }
  }
}

/** Adds to four neighbouring columns of one row of the filter what one image gives, for four channels. */
static NOINLINE void taps4(const float *at, const float *dy, float *gradient, int taps, int lanes, const geometry *g) {
  const int deep = g->deep, skip = g->line - g->width * deep;
  vec c0 = SPLAT(0), c1 = c0, c2 = c0, c3 = c0;
  for (int y = 0; y < g->height; y++, at += skip) {
    for (int x = 0; x < g->width; x++, at += deep, dy += deep) {
      const vec d = LOAD(dy);
      c0 = MADD(d, LOAD(at), c0);
      c1 = MADD(d, LOAD(at + deep), c1);
      c2 = MADD(d, LOAD(at + 2 * deep), c2);
      c3 = MADD(d, LOAD(at + 3 * deep), c3);
    }
  }
  const vec sums[4] = {c0, c1, c2, c3};
  for (int i = 0; i < taps; i++, gradient += g->channels) store_n(gradient, ADD(load_n(gradient, lanes), sums[i]), lanes);
}

/** dfilter[e] from dy[e] and x[e], image after image. Shares are vectors of channels. */
EXPORT(depthwise_filter_grad)(
    const float *dy, const float *x, float *dfilter, int members, int batch, int height, int width, int channels,
    int size, float *scratch, int part, int parts) {
  const geometry g = geometry_of(height, width, channels, size);
  const int vectors = g.deep / 4, image_floats = height * width * channels;
  float *even = scratch, *frame = even + height * width * g.deep;
  zero(even, height * width * g.deep);
  zero(frame, frame_floats(&g));
  const int first = share(members * vectors, part, parts), last = share(members * vectors, part + 1, parts);
  for (int e = 0; e < members; e++) {
    const int from = first > e * vectors ? first - e * vectors : 0, to = min_int(last - e * vectors, vectors);
    if (from >= to) continue;
    float *gradient = dfilter + e * size * size * channels;
    for (int tap = 0; tap < size * size; tap++) {
      zero(gradient + tap * channels + 4 * from, min_int(4 * to, channels) - 4 * from);
    }
    for (int b = e * batch; b < (e + 1) * batch; b++) {
      frame_image(frame, x + b * image_floats, &g);
      const float *above = dy + b * image_floats;
      if (g.deep != channels) {
        widen(even, above, height * width, channels, g.deep);
        above = even;
      }
      for (int i = 4 * from; i < 4 * to; i += 4) {
        for (int ky = 0; ky < size; ky++) {
          for (int kx = 0; kx < size; kx += STEP) {
            taps4(frame + ky * g.line + kx * g.deep + i, above + i, gradient + (ky * size + kx) * channels + i,
                  min_int(STEP, size - kx), min_int(4, channels - i), &g);
          }
        }
      }
    }
  }
}
