// A tile of MR×8 results held in registers: as many rows as fit x64's 16 registers together with two vectors of b,
// one of a and, without fused multiply-add, the product. One row more and the engine spills in every step:
// half the speed, as it is when clang moves the loads ahead, hence the barrier behind each row.
#pragma once

#include "common.h"

#ifdef __wasm_relaxed_simd__
#define MR 6
#define TILE_ROWS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#else
#define MR 4
#define TILE_ROWS(DO) DO(0) DO(1) DO(2) DO(3)
#endif
#define NR 8

#define TILE_ZERO_ROW(i) vec c##i##0 = SPLAT(0), c##i##1 = SPLAT(0);
#define TILE_ZERO TILE_ROWS(TILE_ZERO_ROW)

#define BARRIER(x, y) __asm__ volatile("" : "+r"(x), "+r"(y)::"memory")

#define TILE_STEP_ROW(i, address, b0, b1)           \
  {                                                 \
    vec element = wasm_v128_load32_splat(address);  \
    c##i##0 = MADD(element, b0, c##i##0);           \
    c##i##1 = MADD(element, b1, c##i##1);           \
    BARRIER(c##i##0, c##i##1);                      \
  }

/** Row i of the tile += a[i·step] · (b0, b1). */
#if MR == 6
#define TILE_STEP(a, step, b0, b1)                      \
  TILE_STEP_ROW(0, (a), b0, b1)                         \
  TILE_STEP_ROW(1, (a) + (step), b0, b1)                \
  TILE_STEP_ROW(2, (a) + 2 * (step), b0, b1)            \
  TILE_STEP_ROW(3, (a) + 3 * (step), b0, b1)            \
  TILE_STEP_ROW(4, (a) + 4 * (step), b0, b1)            \
  TILE_STEP_ROW(5, (a) + 5 * (step), b0, b1)
#else
#define TILE_STEP(a, step, b0, b1)                      \
  TILE_STEP_ROW(0, (a), b0, b1)                         \
  TILE_STEP_ROW(1, (a) + (step), b0, b1)                \
  TILE_STEP_ROW(2, (a) + 2 * (step), b0, b1)            \
  TILE_STEP_ROW(3, (a) + 3 * (step), b0, b1)
#endif

#define TILE_ADD_TO(at, i)                       \
  STORE((at), ADD(c##i##0, LOAD(at)));           \
  STORE((at) + 4, ADD(c##i##1, LOAD((at) + 4)));

#define TILE_STORE_TO(at, i, low, high)          \
  STORE((at), ADD(c##i##0, low));                \
  STORE((at) + 4, ADD(c##i##1, high));

#define TILE_ADD_ROW(i) TILE_ADD_TO(tile_at + i * tile_stride, i)
#define TILE_ADD(c, stride)            \
  {                                    \
    float *tile_at = c;                \
    const int tile_stride = stride;    \
    TILE_ROWS(TILE_ADD_ROW)            \
  }

#define TILE_STORE_ROW(i) TILE_STORE_TO(tile_at + i * tile_stride, i, tile_low, tile_high)
#define TILE_STORE(c, stride, low, high)        \
  {                                             \
    float *tile_at = c;                         \
    const int tile_stride = stride;             \
    const vec tile_low = low, tile_high = high; \
    TILE_ROWS(TILE_STORE_ROW)                   \
  }
