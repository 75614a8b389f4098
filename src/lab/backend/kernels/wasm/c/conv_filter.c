// The gradient of a convolution's filter: products of what lies under the filter with dy, both read in place.
#include "conv.h"

/** One tile of the filter's gradient over one image: Σ over pixels of a[pixel, 0…MR−1]ᵀ · b[pixel, 0…7]. */
static NOINLINE void filter_tile(
    const float *a, int a_step, int a_skip, const float *b, int b_step, int height, int width, float *c, int stride,
    int add) {
  TILE_ZERO
  for (int y = 0; y < height; y++, a += a_skip) {
    for (int x = 0; x < width; x++, a += a_step, b += b_step) {
      vec b0 = LOAD(b), b1 = LOAD(b + 4);
      TILE_STEP(a, 1, b0, b1)
    }
  }
  if (add) {
    TILE_ADD(c, stride)
    return;
  }
  vec none = SPLAT(0);
  TILE_STORE(c, stride, none, none)
}

/** The same of WIDE_ROWS rows and 12 columns. */
static NOINLINE void wide_filter_tile(
    const float *a, int a_step, int a_skip, const float *b, int b_step, int height, int width, float *c, int stride,
    int add) {
  WIDE_TILE_ROWS(WIDE_ZERO_ROW)
  for (int y = 0; y < height; y++, a += a_skip) {
    for (int x = 0; x < width; x++, a += a_step, b += b_step) {
      vec b0 = LOAD(b), b1 = LOAD(b + 4), b2 = LOAD(b + 8);
#define WIDE_FILTER(i) WIDE_STEP_ROW(i, a + i)
      WIDE_TILE_ROWS(WIDE_FILTER)
    }
  }
  if (add) {
    WIDE_TILE_ROWS(WIDE_ADD_ROW)
    return;
  }
  const vec bias0 = SPLAT(0), bias1 = bias0, bias2 = bias0;
  WIDE_TILE_ROWS(WIDE_STORE_ROW)
}

/** dfilter[e] from dy[e] and x[e], image after image. */
EXPORT(conv_filter_grad)(
    const float *dy, const float *x, float *dfilter, int members, int batch, int x_step, int height, int width,
    int channels, int out_height, int out_width, int out_channels, int size, int stride, int pad, float *scratch,
    int part, int parts) {
  const int run = size * channels, line = (width + 2 * pad) * channels, wide = panels_width(out_channels);
  const int pixels = out_height * out_width, strips = (run + MR - 1) / MR, units = size * strips;
  float *padded = scratch + TILE_FLOATS, *even = padded + padded_floats(height, width, channels, pad);
  zero(padded, padded_floats(height, width, channels, pad));
  if (wide != out_channels) zero(even, pixels * wide);
  const int first = share(members * units, part, parts), last = share(members * units, part + 1, parts);
  for (int e = 0; e < members; e++) {
    const int from = first > e * units ? first - e * units : 0, to = min_int(last - e * units, units);
    if (from >= to) continue;
    float *gradient = dfilter + e * size * run * out_channels;
    for (int unit = from; unit < to; unit++) {
      const int row = unit / strips * run + unit % strips * MR, end = min_int(row + MR, (unit / strips + 1) * run);
      zero(gradient + row * out_channels, (end - row) * out_channels);
    }
    for (int b = 0; b < batch; b++) {
      pad_image(padded, x + e * x_step + b * height * width * channels, height, width, channels, pad);
      const float *source = dy + (e * batch + b) * pixels * out_channels;
      if (wide != out_channels) {
        for (int p = 0; p < pixels; p++) {
          for (int j = 0; j < out_channels; j++) even[p * wide + j] = source[p * out_channels + j];
        }
        source = even;
      }
      for (int unit = from; unit < to; unit++) {
        const int ky = unit / strips, row = unit % strips * MR, rows = min_int(MR, run - row);
        const float *a = padded + ky * line + row;
        const int a_step = stride * channels, a_skip = stride * line - out_width * a_step;
        for (int n = 0, panel; n < out_channels; n += panel) {
          panel = panel_width(n, out_channels);
          const int columns = min_int(panel, out_channels - n), whole = rows == MR && columns == panel;
          float *c = gradient + (ky * run + row) * out_channels + n, *to = whole ? c : scratch;
          const int to_stride = whole ? out_channels : panel;
          if (panel == WIDE) {
            wide_filter_tile(a, a_step, a_skip, source + n, wide, out_height, out_width, to, to_stride, whole);
            if (rows > WIDE_ROWS) {
              wide_filter_tile(
                  a + WIDE_ROWS, a_step, a_skip, source + n, wide, out_height, out_width, to + WIDE_ROWS * to_stride,
                  to_stride, whole);
            }
          } else {
            filter_tile(a, a_step, a_skip, source + n, wide, out_height, out_width, to, to_stride, whole);
          }
          if (whole) continue;
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) c[i * out_channels + j] += scratch[i * panel + j];
          }
        }
      }
    }
  }
}
