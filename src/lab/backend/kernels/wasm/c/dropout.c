// Inverted dropout masks, the same bits as random/dropout.ts makes.
#include "common.h"

typedef unsigned int u32;

INLINE u32 mix(u32 x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

INLINE u32 key(u32 seed, u32 step, u32 layer, u32 start) { return mix(mix(mix(seed + start) ^ step) ^ layer); }

/** Elements [from, from + count) of the mask of two keys. */
static NOINLINE void mask_range(float *out, u32 k0, u32 k1, int from, int count, int threshold, float kept) {
  const vec first = wasm_i32x4_splat(k0), second = wasm_i32x4_splat(k1);
  const vec limit = wasm_i32x4_splat(threshold), value = SPLAT(kept);
#define MASK(i, lanes)                                                                                          \
  {                                                                                                             \
    vec x = wasm_v128_xor(wasm_i32x4_add(wasm_i32x4_splat(from + i), wasm_i32x4_const(0, 1, 2, 3)), first);     \
    x = wasm_i32x4_mul(wasm_v128_xor(x, wasm_u32x4_shr(x, 16)), wasm_i32x4_splat(0x21f0aaad));                  \
    x = wasm_i32x4_add(wasm_v128_xor(x, wasm_u32x4_shr(x, 15)), second);                                        \
    x = wasm_i32x4_mul(x, wasm_i32x4_splat(0x735a2d97));                                                        \
    store_n(out + i, wasm_v128_andnot(value, wasm_i32x4_lt(wasm_u32x4_shr(x, 1), limit)), lanes);               \
  }
  FOR_VECTORS(count, MASK)
}

/** See Kernels.dropoutMask; `origin` holds the seeds and, last, the step; `size` elements of each member. */
EXPORT(dropout_mask)(
    const u32 *origin, int seeds, int layer, float *out, int members, int size, int threshold, float kept,
    float *scratch, int part, int parts) {
  (void)scratch;
  // Each member's mask is shared by itself: a range of one that is a multiple of four begins where a vector does.
  const int first = share((size + 3) / 4, part, parts) * 4, last = min_int(size, share((size + 3) / 4, part + 1, parts) * 4);
  for (int e = 0; e < members && first < last; e++) {
    const u32 seed = origin[e % seeds], step = origin[seeds];
    const u32 k0 = key(seed, step, layer, 0x9e3779b9u), k1 = key(seed, step, layer, 0x7f4a7c15u);
    mask_range(out + e * size + first, k0, k1, first, last - first, threshold, kept);
  }
}
