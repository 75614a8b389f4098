// Inverses of symmetric positive definite matrices.
#include "common.h"

/** The entry on the diagonal that all others are at most as large as. */
static float largest_entry(const float *a, int n) {
  float top = a[0];
  for (int i = 1; i < n; i++) top = a[i * (n + 1)] > top ? a[i * (n + 1)] : top;
  return top;
}

/**
 * Sweeps column k of what is on and above the diagonal: with d its diagonal entry and u the column minus that of the identity,
 * A ← A − u·uᵀ/d. When all are swept, A⁻¹ = 2·I − A. What is below the diagonal is not read.
 */
static NOINLINE void sweep(float *a, float *u, int k, int n) {
  const float inverse = 1 / a[k * (n + 1)];
  for (int j = 0; j < k; j++) u[j] = a[j * n + k];
  for (int j = k; j < n; j++) u[j] = a[k * n + j];
  u[k] -= 1;
  for (int i = 0; i < n; i++) {
    const vec factor = SPLAT(-u[i] * inverse);
    float *row = a + i * n;
    int j = i & ~3;
    for (; j + 4 <= n; j += 4) STORE(row + j, MADD(factor, LOAD(u + j), LOAD(row + j)));
    if (j < n) store_n(row + j, MADD(factor, load_n(u + j, n - j), load_n(row + j, n - j)), n - j);
  }
}

/** See MeasureKernels.invert; scratch holds n floats. */
EXPORT(invert)(const float *a, float *out, int matrices, int n, float *scratch, int part, int parts) {
  for (int m = share(matrices, part, parts); m < share(matrices, part + 1, parts); m++) {
    const float *from = a + m * n * n;
    float *to = out + m * n * n;
    // No pivot is larger than the largest entry of the diagonal: none above 1 is subtracted from what is of the size of 1.
    const float scale = 1 / largest_entry(from, n);
    for (int i = 0; i < n * n; i++) to[i] = from[i] * scale;
    for (int k = 0; k < n; k++) sweep(to, scratch, k, n);
    for (int i = 0; i < n; i++) {
      to[i * (n + 1)] = (2 - to[i * (n + 1)]) * scale;
      for (int j = i + 1; j < n; j++) to[i * n + j] = to[j * n + i] = -to[i * n + j] * scale;
    }
  }
}
