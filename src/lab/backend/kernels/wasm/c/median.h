// The median of the distances between examples.
#pragma once

#include "functions.h"

/** How many values, none below 0, are at most the one that has these bits. */
static NOINLINE int at_most(const float *values, int count, int bits) {
  const vec limit = wasm_i32x4_splat(bits), none = wasm_i32x4_const(0, 0, 0, 0);
  vec found[4] = {none, none, none, none};
  int i = 0, rest = 0;
  for (; i + 16 <= count; i += 16) {
    for (int v = 0; v < 4; v++) found[v] = wasm_i32x4_sub(found[v], wasm_i32x4_le(LOAD(values + i + 4 * v), limit));
  }
  for (; i < count; i++) rest += wasm_i32x4_extract_lane(wasm_v128_load32_zero(values + i), 0) <= bits;
  const vec sum = wasm_i32x4_add(wasm_i32x4_add(found[0], found[1]), wasm_i32x4_add(found[2], found[3]));
  const vec half = wasm_i32x4_add(sum, wasm_i32x4_shuffle(sum, sum, 2, 3, 0, 1));
  return rest + wasm_i32x4_extract_lane(half, 0) + wasm_i32x4_extract_lane(half, 1);
}

/** The least of the values that are above a limit, infinity where none is. */
static NOINLINE float least_above(const float *values, int count, float limit) {
  const vec above = SPLAT(limit), infinite = SPLAT(__builtin_inff());
  vec least = infinite;
  int i = 0;
  for (; i + 4 <= count; i += 4) least = wasm_f32x4_pmin(least, where(wasm_f32x4_gt(LOAD(values + i), above), LOAD(values + i), infinite));
  for (; i < count; i++) least = wasm_f32x4_pmin(least, SPLAT(values[i] > limit ? values[i] : __builtin_inff()));
  least = wasm_f32x4_pmin(least, wasm_i32x4_shuffle(least, least, 2, 3, 0, 1));
  least = wasm_f32x4_pmin(least, wasm_i32x4_shuffle(least, least, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(least, 0);
}

INLINE float float_of(int bits) { return wasm_f32x4_extract_lane(wasm_i32x4_splat(bits), 0); }

/**
 * The mean of the values of two ranks, from 1, which are the same or follow each other. Of floats that are not below 0 the bits are
 * in their order, so those of the first are found one after the other.
 */
static float between(const float *values, int count, int lower, int upper) {
  int bits = 0;
  for (int bit = 1 << 30; bit > 0; bit >>= 1) {
    if (at_most(values, count, bits + bit - 1) < lower) bits += bit;
  }
  const float first = float_of(bits);
  return at_most(values, count, bits) >= upper ? first : (first + least_above(values, count, first)) / 2;
}

/** The median of all n² distances, of two in the middle their mean; `above` holds n·(n − 1)/2 floats. */
static float median(const float *d, float *above, int n) {
  int count = 0;
  for (int i = 0; i < n; i++) {
    for (int j = i + 1; j < n; j++) above[count++] = d[i * n + j];
  }
  // In order these are n zeros, and then each of those above the diagonal twice.
  const int lower = (n * n + 1) / 2 - n, upper = (n * n + 2) / 2 - n;
  if (upper <= 0) return 0;
  return lower > 0 ? between(above, count, (lower + 1) / 2, (upper + 1) / 2) : between(above, count, 1, 1) / 2;
}
