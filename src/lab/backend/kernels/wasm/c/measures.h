// Measures of similarity of two Gram matrices over the same examples, see measures.c.
#pragma once

#include "common.h"

/** Floats that `compare_matrices` needs of its own for matrices over n examples. */
#define COMPARISON_SCRATCH(n) (4 * (n) + (n) * (n))

/**
 * The value of a measure of two Gram matrices, and in g ∂f/∂K + (∂f/∂K)ᵀ; both are 0 where a side has collapsed. k is
 * overwritten; scratch begins at a multiple of 8 bytes.
 */
double compare_matrices(int measure, float *k, const float *l, float *g, int n, float option, float *scratch);

/** Σ a·b */
double dot(const float *a, const float *b, int count);

/** p = b·for_b − a·for_a; p may be one of them. */
void combine(const float *a, const float *b, float *p, double for_a, double for_b, int count);
