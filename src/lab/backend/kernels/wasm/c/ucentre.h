// U-centring of a Gram matrix (Song et al. 2007): shares[i] + shares[j] is taken from element (i, j), and the diagonal is 0.
#pragma once

#include "common.h"

/** Sets shares[i] for U-centring; returns the sum of squares of the whole matrix. */
static NOINLINE double u_centring(const float *gram, float *shares, int n) {
  double total = 0;
  sum4 squares = sum_zero();
  // Twice over the rows: a share needs the total, and there is no room for row sums in float64.
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < n; i++) {
      const float *row = gram + i * n;
      sum4 sum = sum_zero();
#define ADD_LANES(j, lanes)                                     \
  {                                                             \
    const vec v = load_n(row + j, lanes);                       \
    sum = sum_add(sum, v);                                      \
    if (pass == 0) squares = sum_add_product(squares, v, v);    \
  }
      FOR_VECTORS(n, ADD_LANES)
      const double off_diagonal = sum_total(sum) - row[i];
      if (pass == 0) total += off_diagonal;
      else shares[i] = (float)((off_diagonal - total / (2 * (n - 1))) / (n - 2));
    }
  }
  return sum_total(squares);
}
