// What the convolution kernels share: their scratch memory, images in frames of zeros, tiles of 12 columns.
#pragma once

#include "tile.h"

// Scratch memory begins with a tile for results at the edges, and zeros for where there is no bias.
enum { ZEROS_AT = 72, TILE_FLOATS = 88, SLACK_FLOATS = 16 };

// A tile of half as many rows and 12 columns takes the same registers: what two tiles would waste on 9 to 12 columns.
enum { WIDE = 12, WIDE_ROWS = MR / 2 };
#if MR == 6
#define WIDE_TILE_ROWS(DO) DO(0) DO(1) DO(2)
#else
#define WIDE_TILE_ROWS(DO) DO(0) DO(1)
#endif
#define WIDE_ZERO_ROW(i) vec c##i##0 = SPLAT(0), c##i##1 = SPLAT(0), c##i##2 = SPLAT(0);
#define WIDE_STEP_ROW(i, address)                        \
  {                                                      \
    vec element = wasm_v128_load32_splat(address);       \
    c##i##0 = MADD(element, b0, c##i##0);                \
    c##i##1 = MADD(element, b1, c##i##1);                \
    c##i##2 = MADD(element, b2, c##i##2);                \
    BARRIER(c##i##0, c##i##1);                           \
  }
#define WIDE_STORE_ROW(i)                                \
  STORE(c + i * stride, ADD(c##i##0, bias0));            \
  STORE(c + i * stride + 4, ADD(c##i##1, bias1));        \
  STORE(c + i * stride + 8, ADD(c##i##2, bias2));
#define WIDE_ADD_ROW(i)                                                      \
  STORE(c + i * stride, ADD(c##i##0, LOAD(c + i * stride)));                 \
  STORE(c + i * stride + 4, ADD(c##i##1, LOAD(c + i * stride + 4)));         \
  STORE(c + i * stride + 8, ADD(c##i##2, LOAD(c + i * stride + 8)));

/** Columns of the panel that begins with column n: 12 where that saves one. */
INLINE int panel_width(int n, int columns) { return columns - n > NR && columns - n <= WIDE ? WIDE : NR; }
/** Of all panels together. */
INLINE int panels_width(int columns) {
  int n = 0;
  while (n < columns) n += panel_width(n, columns);
  return n;
}

INLINE int padded_floats(int height, int width, int channels, int pad) {
  return (height + 2 * pad) * (width + 2 * pad) * channels + SLACK_FLOATS;
}

/** Images that are convolved together, so that small ones share tiles: as many as the cache holds beside the filter. */
enum { TOGETHER_FLOATS = 4096 };
INLINE int frames_together(int frame) { return frame < TOGETHER_FLOATS ? TOGETHER_FLOATS / frame : 1; }
/** At least what they take, of this size or a smaller one. */
INLINE int frames_floats(int frame) { return frame < TOGETHER_FLOATS ? TOGETHER_FLOATS : frame; }

INLINE void zero(float *out, int count) {
  for (int i = 0; i < count; i++) out[i] = 0;
}

/** Copies an image into the middle of a frame of zeros. */
static NOINLINE void pad_image(float *restrict out, const float *restrict image, int height, int width, int channels, int pad) {
  const int row = width * channels, padded_row = row + 2 * pad * channels;
  out += pad * padded_row + pad * channels;
  for (int y = 0; y < height; y++, out += padded_row, image += row) {
    for (int i = 0; i < row; i++) out[i] = image[i];
  }
}

