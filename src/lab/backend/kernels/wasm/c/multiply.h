// The product of two matrices in memory, see gemm.c.
#pragma once

#include "common.h"

/** How much of the operands is packed at a time. */
enum { KC = 384, MC = 96, NC = 512 };

/** Floats of scratch that `multiply` needs: two packed operands and a tile. */
enum { MULTIPLY_SCRATCH = MC * KC + KC * NC + 64 };

typedef struct {
  const float *a, *b, *bias;
  float *c;
  int m, n, k;
  int transpose_a, transpose_b;
  /** The result is symmetric: tiles that lie below its diagonal are left out. */
  int symmetric;
} product;

/** Rows [m0, m1) × columns [n0, n1) of one product. */
void multiply(const product *p, float *scratch, int m0, int m1, int n0, int n1);

/** What lies below the diagonal of an n×n matrix from what lies above. */
void mirror_matrix(float *c, int n);
