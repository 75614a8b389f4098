// Convolutions as matrix products whose left operand is read in place: within one padded image, the k·I values under
// one row of the filter are contiguous, so a tile of output pixels reads them through one pointer per pixel.
#include "conv.h"

typedef struct {
  int height, width, channels;
  int out_height, out_width, out_channels;
  int size, stride, pad;
} geometry;

/** Bytes of scratch memory the kernels of this file need for one geometry. */
__attribute__((export_name("conv_scratch"))) int conv_scratch(
    int height, int width, int channels, int out_height, int out_width, int out_channels, int size, int pad) {
  const int wide = round_up(out_channels, NR), deep = round_up(channels, NR);
  const int filter = size * size * wide * deep + size * round_up(size * channels, NR) * out_channels + wide;
  const int images = frames_floats(padded_floats(height, width, channels, pad)) +
                     frames_floats(padded_floats(out_height, out_width, wide, size));
  return (int)sizeof(float) * (TILE_FLOATS + filter + images);
}

#define POINTER_STEP(offset)                                                              \
  {                                                                                       \
    vec b0 = LOAD(b + 8 * offset), b1 = LOAD(b + 8 * offset + 4);                         \
    TILE_STEP_ROW(0, p0 + offset, b0, b1) TILE_STEP_ROW(1, p1 + offset, b0, b1)           \
    TILE_STEP_ROW(2, p2 + offset, b0, b1) TILE_STEP_ROW(3, p3 + offset, b0, b1)           \
    POINTER_STEP_MORE(offset)                                                             \
  }
#if MR == 6
#define POINTER_STEP_MORE(offset) \
  TILE_STEP_ROW(4, p4 + offset, b0, b1) TILE_STEP_ROW(5, p5 + offset, b0, b1)
#define ADVANCE(by) p0 += by, p1 += by, p2 += by, p3 += by, p4 += by, p5 += by
#else
#define POINTER_STEP_MORE(offset)
#define ADVANCE(by) p0 += by, p1 += by, p2 += by, p3 += by
#endif

/** Σ over `lines` runs of `run` values, `skip` apart, at each of the pixels, times the packed panel b, plus the bias. */
static NOINLINE void pixel_tile(
    const float *p0, const float *p1, const float *p2, const float *p3, const float *p4, const float *p5,
    int lines, int run, int skip, const float *b, const float *bias, float *c, int stride) {
  TILE_ZERO
  for (; lines > 0; lines--) {
    int i = run;
    for (; i >= 2; i -= 2, b += 2 * NR) {
      POINTER_STEP(0)
      POINTER_STEP(1)
      ADVANCE(2);
    }
    if (i > 0) {
      POINTER_STEP(0)
      ADVANCE(1);
      b += NR;
    }
    ADVANCE(skip);
  }
  vec low = LOAD(bias), high = LOAD(bias + 4);
  TILE_STORE(c, stride, low, high)
  (void)p4, (void)p5;
}

/** The same for WIDE_ROWS pixels and 12 columns. */
static NOINLINE void wide_pixel_tile(
    const float *p0, const float *p1, const float *p2, int lines, int run, int skip, const float *b, const float *bias,
    float *c, int stride) {
  WIDE_TILE_ROWS(WIDE_ZERO_ROW)
  for (; lines > 0; lines--) {
    for (int i = 0; i < run; i++, b += WIDE) {
      vec b0 = LOAD(b), b1 = LOAD(b + 4), b2 = LOAD(b + 8);
#define WIDE_PIXEL(i) WIDE_STEP_ROW(i, p##i)
      WIDE_TILE_ROWS(WIDE_PIXEL)
      p0++, p1++, p2++;
    }
    p0 += skip, p1 += skip, p2 += skip;
  }
  const vec bias0 = LOAD(bias), bias1 = LOAD(bias + 4), bias2 = LOAD(bias + 8);
  WIDE_TILE_ROWS(WIDE_STORE_ROW)
}

/** Convolves images in frames of zeros, `frame` floats apart, with a packed filter; the bias is as long as that is wide, or 0. */
static void convolve_frames(
    const float *frames, int frame, int count, const float *packed, const float *bias, float *out, float *tile,
    const geometry *g) {
  const int channels = g->channels, out_channels = g->out_channels, pixels = count * g->out_height * g->out_width;
  const int run = g->size * channels, line = (g->width + 2 * g->pad) * channels;
  const float *image = frames, *row = frames, *at = frames;
  int x = 0, y = 0;
  for (int first = 0; first < pixels; first += MR) {
    const float *p[6] = {at, at, at, at, at, at};
    for (int i = 0; i < MR; i++) {
      p[i] = at;
      if (first + i == pixels - 1) break;
      at += g->stride * channels;
      if (++x < g->out_width) continue;
      x = 0, row += g->stride * line;
      if (++y == g->out_height) y = 0, image += frame, row = image;
      at = row;
    }
    const int rows = min_int(MR, pixels - first);
    for (int n = 0, width; n < out_channels; n += width) {
      width = panel_width(n, out_channels);
      const float *b = packed + n * g->size * run;
      float *c = out + first * out_channels + n;
      const float *shift = bias ? bias + n : tile + ZEROS_AT;
      const int columns = min_int(width, out_channels - n), whole = rows == MR && columns == width;
      float *to = whole ? c : tile;
      const int stride = whole ? out_channels : width;
      if (width == WIDE) {
        wide_pixel_tile(p[0], p[1], p[2], g->size, run, line - run, b, shift, to, stride);
        const float *const *q = p + WIDE_ROWS;
        if (rows > WIDE_ROWS) wide_pixel_tile(q[0], q[1], q[2], g->size, run, line - run, b, shift, to + WIDE_ROWS * stride, stride);
      } else {
        pixel_tile(p[0], p[1], p[2], p[3], p[4], p[5], g->size, run, line - run, b, shift, to, stride);
      }
      if (whole) continue;
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) c[i * out_channels + j] = tile[i * width + j];
      }
    }
  }
}

/** Packs one panel of a matrix of given strides; columns that are missing are 0. @return what is behind it */
static NOINLINE float *pack_panel(float *out, const float *b, int depth, int columns, int width, int depth_step, int width_step) {
  for (int d = 0; d < depth; d++, out += width) {
    for (int j = 0; j < width; j++) out[j] = j < columns ? b[d * depth_step + j * width_step] : 0;
  }
  return out;
}

/** Packs the panels of a matrix. */
static void pack_panels(float *out, const float *b, int depth, int columns, int depth_step, int width_step) {
  for (int n = 0, width; n < columns; n += width) {
    width = panel_width(n, columns);
    out = pack_panel(out, b + n * width_step, depth, columns - n, width, depth_step, width_step);
  }
}

/** Convolves `count` images that lie behind each other, each of them in a frame of zeros in `padded` where it is padded. */
static void convolve(
    const float *images, int count, float *padded, const float *packed, const float *bias, float *out, float *tile,
    const geometry *g) {
  const int image = g->height * g->width * g->channels, out_image = g->out_height * g->out_width * g->out_channels;
  if (g->pad == 0) {
    convolve_frames(images, image, count, packed, bias, out, tile, g);
    return;
  }
  const int frame = padded_floats(g->height, g->width, g->channels, g->pad), most = frames_together(frame);
  zero(padded, min_int(count, most) * frame);
  for (int i = 0; i < count; i += most) {
    const int n = min_int(most, count - i);
    for (int j = 0; j < n; j++) pad_image(padded + j * frame, images + (i + j) * image, g->height, g->width, g->channels, g->pad);
    convolve_frames(padded, frame, n, packed, bias, out + i * out_image, tile, g);
  }
}

/** y[e, b] = x[e, b] * filter[e] + bias[e], bias 0 for none; x_step is 0 where all members share x. */
EXPORT(conv_forward)(
    const float *x, const float *filter, const float *bias, float *y, int members, int batch, int x_step, int height, int width,
    int channels, int out_height, int out_width, int out_channels, int size, int stride, int pad, float *scratch,
    int part, int parts) {
  const geometry g = {height, width, channels, out_height, out_width, out_channels, size, stride, pad};
  const int depth = size * size * channels, wide = round_up(out_channels, NR);
  float *packed = scratch + TILE_FLOATS, *shift = packed + depth * wide, *padded = shift + wide;
  zero(scratch + ZEROS_AT, WIDE);
  const int first = share(members * batch, part, parts), last = share(members * batch, part + 1, parts);
  for (int unit = first, count; unit < last; unit += count) {
    const int e = unit / batch;
    count = min_int(last, (e + 1) * batch) - unit;
    pack_panels(packed, filter + e * depth * out_channels, depth, out_channels, out_channels, 1);
    if (bias) pack_panels(shift, bias + e * out_channels, 1, out_channels, 0, 1);
    const float *images = x + e * x_step + (unit - e * batch) * height * width * channels;
    convolve(images, count, padded, packed, bias ? shift : 0, y + unit * out_height * out_width * out_channels, scratch, &g);
  }
}

/** With stride 1 the gradient is a convolution with the filter turned round and its channels exchanged. */
static void input_grad_by_convolution(
    const float *dy, const float *filter, float *dx, int members, int batch, const geometry *g, float *scratch,
    int part, int parts) {
  const int size = g->size, taps = size * size, channels = g->channels, out_channels = g->out_channels;
  const geometry turned = {
      g->out_height, g->out_width, out_channels, g->height, g->width, channels, size, 1, size - 1 - g->pad,
  };
  float *packed = scratch + TILE_FLOATS, *padded = packed + taps * out_channels * round_up(channels, NR);
  zero(scratch + ZEROS_AT, WIDE);
  const int first = share(members * batch, part, parts), last = share(members * batch, part + 1, parts);
  for (int unit = first, count; unit < last; unit += count) {
    const int e = unit / batch;
    count = min_int(last, (e + 1) * batch) - unit;
    float *out = packed;
    for (int n = 0, width; n < channels; n += width) {
      width = panel_width(n, channels);
      for (int tap = 0; tap < taps; tap++) {
        const float *source = filter + ((e * taps + taps - 1 - tap) * channels + n) * out_channels;
        out = pack_panel(out, source, out_channels, channels - n, width, 1, out_channels);
      }
    }
    const float *images = dy + unit * g->out_height * g->out_width * out_channels;
    convolve(images, count, padded, packed, 0, dx + unit * g->height * g->width * channels, scratch, &turned);
  }
}

/** Adds what one image's dy gives to its padded dx: for each filter row a product, scattered to its pixels. */
static void scatter_image(const float *dy, const float *packed, float *padded, float *tile, const geometry *g) {
  const int run = g->size * g->channels, line = (g->width + 2 * g->pad) * g->channels;
  const int pixels = g->out_height * g->out_width, depth = g->out_channels;
  for (int first = 0; first < pixels; first += MR) {
    const int rows = min_int(MR, pixels - first);
    const float *p[6];
    for (int i = 0; i < 6; i++) p[i] = dy + min_int(first + i, pixels - 1) * depth;
    for (int ky = 0; ky < g->size; ky++) {
      for (int n = 0; n < run; n += NR) {
        const float *b = packed + (ky * round_up(run, NR) + n) * depth;
        pixel_tile(p[0], p[1], p[2], p[3], p[4], p[5], 1, depth, 0, b, tile + ZEROS_AT, tile, NR);
        for (int i = 0; i < rows; i++) {
          const int pixel = first + i, y = pixel / g->out_width, x = pixel % g->out_width;
          float *at = padded + (y * g->stride + ky) * line + x * g->stride * g->channels + n;
          STORE(at, ADD(LOAD(at), LOAD(tile + i * NR)));
          STORE(at + 4, ADD(LOAD(at + 4), LOAD(tile + i * NR + 4)));
        }
      }
    }
  }
}

static void input_grad_by_scatter(
    const float *dy, const float *filter, float *dx, int members, int batch, const geometry *g, float *scratch,
    int part, int parts) {
  const int size = g->size, channels = g->channels, depth = g->out_channels, run = size * channels;
  const int row = g->width * channels, line = row + 2 * g->pad * channels;
  float *packed = scratch + TILE_FLOATS, *padded = packed + size * round_up(run, NR) * depth;
  zero(scratch + ZEROS_AT, WIDE);
  const int first = share(members * batch, part, parts), last = share(members * batch, part + 1, parts);
  int packed_member = -1;
  for (int unit = first; unit < last; unit++) {
    const int e = unit / batch;
    if (e != packed_member) {
      for (int ky = 0; ky < size; ky++) {
        const float *source = filter + (e * size + ky) * run * depth;
        float *out = packed + ky * round_up(run, NR) * depth;
        for (int n = 0; n < run; n += NR) out = pack_panel(out, source + n * depth, depth, run - n, NR, 1, depth);
      }
      packed_member = e;
    }
    zero(padded, padded_floats(g->height, g->width, channels, g->pad));
    scatter_image(dy + unit * g->out_height * g->out_width * depth, packed, padded, scratch, g);
    const float *from = padded + g->pad * line + g->pad * channels;
    float *to = dx + unit * g->height * row;
    for (int y = 0; y < g->height; y++, from += line, to += row) {
      for (int i = 0; i < row; i++) to[i] = from[i];
    }
  }
}

/** dx[e, b] from dy[e, b] and filter[e]. */
EXPORT(conv_input_grad)(
    const float *dy, const float *filter, float *dx, int members, int batch, int height, int width, int channels,
    int out_height, int out_width, int out_channels, int size, int stride, int pad, float *scratch, int part,
    int parts) {
  const geometry g = {height, width, channels, out_height, out_width, out_channels, size, stride, pad};
  if (stride == 1 && pad < size) input_grad_by_convolution(dy, filter, dx, members, batch, &g, scratch, part, parts);
  else input_grad_by_scatter(dy, filter, dx, members, batch, &g, scratch, part, parts);
}

