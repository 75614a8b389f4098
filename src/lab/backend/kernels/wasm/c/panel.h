// Packed operands of small products, see gemm.c: what recurrent layers and attention multiply between other work.
#pragma once

#include "tile.h"

void pack_a_rows(float *restrict out, const float *a, int stride, int rows, int kc);
void pack_a_columns(float *restrict out, const float *a, int stride, int rows, int kc);
void pack_b_rows(float *restrict out, const float *b, int stride, int columns, int kc);
void pack_b_columns(float *restrict out, const float *b, int stride, int columns, int kc);
void tile(int kc, const float *ap, const float *bp, float *c, int stride, const float *bias, int accumulate);

/** A matrix by its first element and the distance of its rows, transposed where it says so. */
typedef struct {
  const float *at;
  int stride, transposed;
} matrix;

/** All of a k×n matrix; `out` holds k times n rounded up to NR. */
INLINE void pack_b(float *out, matrix b, int n, int k) {
  for (int j = 0; j < n; j += NR) {
    const int columns = min_int(NR, n - j);
    if (b.transposed) pack_b_columns(out + j * k, b.at + j * b.stride, b.stride, columns, k);
    else pack_b_rows(out + j * k, b.at + j, b.stride, columns, k);
  }
}

/**
 * out ← a·b for an m×k matrix and a packed k×n one. packed_a holds k times m rounded up to MR; out has that many
 * rows, at a distance of at least n rounded up to NR: what lies beyond m and n is undefined.
 */
INLINE void multiply_packed(
    float *out, int out_stride, matrix a, const float *packed_b, float *packed_a, int m, int n, int k) {
  for (int i = 0; i < m; i += MR) {
    const int rows = min_int(MR, m - i);
    if (a.transposed) pack_a_columns(packed_a + i * k, a.at + i, a.stride, rows, k);
    else pack_a_rows(packed_a + i * k, a.at + i * a.stride, a.stride, rows, k);
  }
  for (int j = 0; j < n; j += NR) {
    for (int i = 0; i < m; i += MR) {
      tile(k, packed_a + i * k, packed_b + j * k, out + i * out_stride + j, out_stride, 0, 0);
    }
  }
}
