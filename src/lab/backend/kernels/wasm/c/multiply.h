// The product of two matrices in memory, see gemm.c.
#pragma once

#include "common.h"

/** How much of the operands is packed at a time. */
enum { KC = 384, MC = 96, NC = 512 };

/** Floats of scratch that `multiply` needs: two packed operands, a tile, NC float64 sums, a packed strip of a mask. */
enum { MULTIPLY_SCRATCH = MC * KC + KC * NC + 64 + 2 * NC + 6 * KC };

typedef struct {
  const float *a, *b, *bias;
  float *c;
  int m, n, k;
  int transpose_a, transpose_b;
  /** The result is symmetric: tiles that lie below its diagonal are left out. */
  int symmetric;
  /** Of a only what is above 0 is multiplied, and times a mask of its shape, where they say so. */
  int relu_a;
  const float *mask_a;
  /** The result times a mask, and 0 where `gate_c` is not above 0: of the shape of c, or 0 for none. */
  const float *mask_c, *gate_c;
  /** Where to put the sums of b over k, or 0; not of a transposed b. */
  float *sums_b;
} product;

/** Rows [m0, m1) × columns [n0, n1) of one product. */
void multiply(const product *p, float *scratch, int m0, int m1, int n0, int n1);

/** What lies below the diagonal of an n×n matrix from what lies above. */
void mirror_matrix(float *c, int n);
