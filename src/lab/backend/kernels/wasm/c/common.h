// Shared by all kernels. The module has no data of its own: it works on tfjs's heap, whose addresses are only
// known at run time, so no file may define static or global variables (the build checks it).
//
// Every exported kernel ends with (scratch, part, parts): memory of its own, and which share of the work to do.
// What is computed for one output element never depends on part and parts, only who computes it.
#pragma once

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name))) void name
#define INLINE static inline __attribute__((always_inline))
// For inner loops: in a large function the engine's register allocator spills them.
#define NOINLINE __attribute__((noinline))

typedef v128_t vec;

#ifdef __wasm_relaxed_simd__
#define MADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define MADD(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#endif

#define ADD wasm_f32x4_add
#define SUB wasm_f32x4_sub
#define MUL wasm_f32x4_mul
#define DIV wasm_f32x4_div
#define LOAD wasm_v128_load
#define STORE wasm_v128_store
#define SPLAT wasm_f32x4_splat

INLINE int min_int(int a, int b) { return a < b ? a : b; }
INLINE int round_up(int n, int to) { return (n + to - 1) / to * to; }

/** Where share `part` of `total` units begins. */
INLINE int share(int total, int part, int parts) { return (int)((long long)total * part / parts); }

/** The first n (1 to 4) floats at p; the other lanes are 0. Reads nothing behind them. */
INLINE vec load_n(const float *p, int n) {
  if (n == 4) return LOAD(p);
  vec v = wasm_v128_load32_zero(p);
  if (n > 1) v = wasm_v128_load32_lane(p + 1, v, 1);
  if (n > 2) v = wasm_v128_load32_lane(p + 2, v, 2);
  return v;
}

/**
 * The first n (1 to 4) lanes to p. Only lanes 0 are stored by themselves: V8 11.3 (Node 20) at times stores lane 0 where
 * it is told to store lane 2.
 */
INLINE void store_n(float *p, vec v, int n) {
  if (n == 4) {
    STORE(p, v);
    return;
  }
  if (n == 1) wasm_v128_store32_lane(p, v, 0);
  else wasm_v128_store64_lane(p, v, 0);
  if (n == 3) wasm_v128_store32_lane(p + 2, wasm_i64x2_shuffle(v, v, 1, 1), 0);
}

/** Runs CALL(i, lanes) on every four of `count` elements, then on the rest. */
#define FOR_VECTORS(count, CALL)                   \
  {                                                \
    int at = 0;                                    \
    for (; at + 4 <= (count); at += 4) CALL(at, 4); \
    if (at < (count)) CALL(at, (count) - at);      \
  }

/** Four float64 sums, one per lane of a float32 vector. */
typedef struct {
  vec low, high;
} sum4;

INLINE vec low_f64(vec v) { return wasm_f64x2_promote_low_f32x4(v); }
INLINE vec high_f64(vec v) { return wasm_f64x2_promote_low_f32x4(wasm_i64x2_shuffle(v, v, 1, 1)); }
INLINE vec to_f32(vec low, vec high) {
  return wasm_i64x2_shuffle(wasm_f32x4_demote_f64x2_zero(low), wasm_f32x4_demote_f64x2_zero(high), 0, 2);
}

INLINE sum4 sum_zero(void) { return (sum4){wasm_f64x2_const(0, 0), wasm_f64x2_const(0, 0)}; }

INLINE sum4 sum_add(sum4 s, vec v) {
  return (sum4){wasm_f64x2_add(s.low, low_f64(v)), wasm_f64x2_add(s.high, high_f64(v))};
}

INLINE sum4 sum_add_product(sum4 s, vec a, vec b) {
  return (sum4){
      wasm_f64x2_add(s.low, wasm_f64x2_mul(low_f64(a), low_f64(b))),
      wasm_f64x2_add(s.high, wasm_f64x2_mul(high_f64(a), high_f64(b))),
  };
}

INLINE vec sum_f32(sum4 s) { return to_f32(s.low, s.high); }

INLINE double sum_total(sum4 s) {
  vec v = wasm_f64x2_add(s.low, s.high);
  return wasm_f64x2_extract_lane(v, 0) + wasm_f64x2_extract_lane(v, 1);
}
