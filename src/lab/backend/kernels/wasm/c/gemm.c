// Batched matrix product after Goto and van de Geijn: both operands are packed into panels that fit the caches,
// and a tile of the result is held in registers (see tile.h). Each output element is summed over k in one fixed
// order, blocks of KC added up in turn.
#include "multiply.h"
#include "panel.h"

/** A 4×4 transpose: v[k] lane i becomes v[i] lane k. */
#define TRANSPOSE4(r0, r1, r2, r3, t0, t1, t2, t3)              \
  do {                                                          \
    vec ab0 = wasm_i32x4_shuffle(r0, r1, 0, 4, 1, 5);           \
    vec ab1 = wasm_i32x4_shuffle(r0, r1, 2, 6, 3, 7);           \
    vec cd0 = wasm_i32x4_shuffle(r2, r3, 0, 4, 1, 5);           \
    vec cd1 = wasm_i32x4_shuffle(r2, r3, 2, 6, 3, 7);           \
    t0 = wasm_i64x2_shuffle(ab0, cd0, 0, 2);                    \
    t1 = wasm_i64x2_shuffle(ab0, cd0, 1, 3);                    \
    t2 = wasm_i64x2_shuffle(ab1, cd1, 0, 2);                    \
    t3 = wasm_i64x2_shuffle(ab1, cd1, 1, 3);                    \
  } while (0)

/** Values as they are, or with `relu` what is above 0 of them; NaN stays NaN. */
#define READ(at) (relu ? wasm_f32x4_pmax(LOAD(at), SPLAT(0)) : LOAD(at))
#define READ1(value) (relu && (value) < 0 ? 0 : (value))

/** Up to MR rows of a, contiguous in k; rows that are missing repeat the first: their results are dropped. */
INLINE void pack_rows(float *restrict out, const float *a, int stride, int rows, int kc, int relu) {
  const float *r0 = a, *r1 = rows > 1 ? a + stride : a, *r2 = rows > 2 ? a + 2 * stride : a;
  const float *r3 = rows > 3 ? a + 3 * stride : a;
#if MR == 6
  const float *r4 = rows > 4 ? a + 4 * stride : a, *r5 = rows > 5 ? a + 5 * stride : a;
#endif
  int k = 0;
  for (; k + 4 <= kc; k += 4, out += 4 * MR) {
    vec t0, t1, t2, t3;
    TRANSPOSE4(READ(r0 + k), READ(r1 + k), READ(r2 + k), READ(r3 + k), t0, t1, t2, t3);
    STORE(out, t0);
    STORE(out + MR, t1);
    STORE(out + 2 * MR, t2);
    STORE(out + 3 * MR, t3);
#if MR == 6
    vec v4 = READ(r4 + k), v5 = READ(r5 + k);
    vec low = wasm_i32x4_shuffle(v4, v5, 0, 4, 1, 5), high = wasm_i32x4_shuffle(v4, v5, 2, 6, 3, 7);
    wasm_v128_store64_lane(out + 4, low, 0);
    wasm_v128_store64_lane(out + 10, low, 1);
    wasm_v128_store64_lane(out + 16, high, 0);
    wasm_v128_store64_lane(out + 22, high, 1);
#endif
  }
  for (; k < kc; k++, out += MR) {
    out[0] = READ1(r0[k]), out[1] = READ1(r1[k]), out[2] = READ1(r2[k]), out[3] = READ1(r3[k]);
#if MR == 6
    out[4] = READ1(r4[k]), out[5] = READ1(r5[k]);
#endif
  }
}

/** The same of a transposed a: columns contiguous. */
INLINE void pack_columns(float *restrict out, const float *a, int stride, int rows, int kc, int relu) {
  if (rows == MR) {
    for (int k = 0; k < kc; k++, a += stride, out += MR) {
      STORE(out, READ(a));
#if MR == 6
      vec more = wasm_v128_load64_zero(a + 4);
      if (relu) more = wasm_f32x4_pmax(more, SPLAT(0));
      wasm_v128_store64_lane(out + 4, more, 0);
#endif
    }
    return;
  }
  for (int k = 0; k < kc; k++, a += stride, out += MR) {
    for (int i = 0; i < MR; i++) out[i] = i < rows ? READ1(a[i]) : 0;
  }
}

NOINLINE void pack_a_rows(float *restrict out, const float *a, int stride, int rows, int kc) {
  pack_rows(out, a, stride, rows, kc, 0);
}
static NOINLINE void pack_relu_rows(float *restrict out, const float *a, int stride, int rows, int kc) {
  pack_rows(out, a, stride, rows, kc, 1);
}
NOINLINE void pack_a_columns(float *restrict out, const float *a, int stride, int rows, int kc) {
  pack_columns(out, a, stride, rows, kc, 0);
}
static NOINLINE void pack_relu_columns(float *restrict out, const float *a, int stride, int rows, int kc) {
  pack_columns(out, a, stride, rows, kc, 1);
}

/** Eight columns of b; columns that are missing are 0. */
NOINLINE void pack_b_rows(float *restrict out, const float *b, int stride, int columns, int kc) {
  if (columns == NR) {
    for (int k = 0; k < kc; k++, b += stride, out += NR) {
      vec low = LOAD(b), high = LOAD(b + 4);
      STORE(out, low);
      STORE(out + 4, high);
    }
    return;
  }
  for (int k = 0; k < kc; k++, b += stride, out += NR) {
    for (int j = 0; j < NR; j++) out[j] = j < columns ? b[j] : 0;
  }
}

/** The same of a transposed b: contiguous in k; columns that are missing repeat the first. */
NOINLINE void pack_b_columns(float *restrict out, const float *b, int stride, int columns, int kc) {
  const float *c0 = b, *c1 = columns > 1 ? b + stride : b, *c2 = columns > 2 ? b + 2 * stride : b;
  const float *c3 = columns > 3 ? b + 3 * stride : b, *c4 = columns > 4 ? b + 4 * stride : b;
  const float *c5 = columns > 5 ? b + 5 * stride : b, *c6 = columns > 6 ? b + 6 * stride : b;
  const float *c7 = columns > 7 ? b + 7 * stride : b;
  int k = 0;
  for (; k + 4 <= kc; k += 4, out += 4 * NR) {
    vec t0, t1, t2, t3;
    TRANSPOSE4(LOAD(c0 + k), LOAD(c1 + k), LOAD(c2 + k), LOAD(c3 + k), t0, t1, t2, t3);
    STORE(out, t0);
    STORE(out + 8, t1);
    STORE(out + 16, t2);
    STORE(out + 24, t3);
    TRANSPOSE4(LOAD(c4 + k), LOAD(c5 + k), LOAD(c6 + k), LOAD(c7 + k), t0, t1, t2, t3);
    STORE(out + 4, t0);
    STORE(out + 12, t1);
    STORE(out + 20, t2);
    STORE(out + 28, t3);
  }
  for (; k < kc; k++, out += NR) {
    out[0] = c0[k], out[1] = c1[k], out[2] = c2[k], out[3] = c3[k];
    out[4] = c4[k], out[5] = c5[k], out[6] = c6[k], out[7] = c7[k];
  }
}

/** c ← a·b + bias for one tile of packed panels, or c ← c + a·b. */
NOINLINE void tile(
    int kc, const float *ap, const float *bp, float *c, int stride, const float *bias, int accumulate) {
  TILE_ZERO
  int k = kc;
  for (; k >= 2; k -= 2) {
    vec b0 = LOAD(bp), b1 = LOAD(bp + 4);
    TILE_STEP(ap, 1, b0, b1)
    b0 = LOAD(bp + 8), b1 = LOAD(bp + 12);
    TILE_STEP(ap + MR, 1, b0, b1)
    ap += 2 * MR;
    bp += 2 * NR;
  }
  if (k > 0) {
    vec b0 = LOAD(bp), b1 = LOAD(bp + 4);
    TILE_STEP(ap, 1, b0, b1)
  }
  if (accumulate) {
    TILE_ADD(c, stride)
    return;
  }
  vec low = SPLAT(0), high = SPLAT(0);
  if (bias) low = LOAD(bias), high = LOAD(bias + 4);
  TILE_STORE(c, stride, low, high)
}

/** A tile at the edge, by way of a full one in `full`. */
static NOINLINE void edge_tile(
    int kc, const float *ap, const float *bp, float *full, float *c, int stride, int rows, int columns,
    const float *bias, int accumulate) {
  tile(kc, ap, bp, full, NR, 0, 0);
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) {
      float *at = c + i * stride + j;
      *at = full[i * NR + j] + (accumulate ? *at : bias ? bias[j] : 0);
    }
  }
}

/** One strip of a, or of its mask. */
static void pack_a(float *out, const float *a, const product *p, int i, int k0, int rows, int kc, int relu) {
  if (p->transpose_a) (relu ? pack_relu_columns : pack_a_columns)(out, a + k0 * p->m + i, p->m, rows, kc);
  else (relu ? pack_relu_rows : pack_a_rows)(out, a + i * p->k + k0, p->k, rows, kc);
}

static NOINLINE void apply_mask(float *packed, const float *mask, int count) {
#define APPLY_MASK(i, lanes) store_n(packed + i, MUL(load_n(packed + i, lanes), load_n(mask + i, lanes)), lanes)
  FOR_VECTORS(count, APPLY_MASK)
}

/** Adds kc rows of a packed panel of b to eight sums, row after row, or begins them. */
static NOINLINE void add_rows(double *sums, const float *panel, int kc, int begin) {
  sum4 low = sum_zero(), high = sum_zero();
  if (!begin) low = (sum4){LOAD(sums), LOAD(sums + 2)}, high = (sum4){LOAD(sums + 4), LOAD(sums + 6)};
  for (int k = 0; k < kc; k++, panel += NR) low = sum_add(low, LOAD(panel)), high = sum_add(high, LOAD(panel + 4));
  STORE(sums, low.low);
  STORE(sums + 2, low.high);
  STORE(sums + 4, high.low);
  STORE(sums + 6, high.high);
}

INLINE void gate_vector(float *c, const float *mask, const float *gate, int i, int lanes) {
  vec value = load_n(c + i, lanes);
  if (mask) value = MUL(value, load_n(mask + i, lanes));
  if (gate) value = wasm_v128_and(value, wasm_f32x4_gt(load_n(gate + i, lanes), SPLAT(0)));
  store_n(c + i, value, lanes);
}

/** What is left to do to a finished tile whose first element is number `at` of c. */
INLINE void gate_tile(const product *p, int at, int rows, int columns, int masked, int gated) {
  float *c = p->c + at;
  const float *mask = masked ? p->mask_c + at : 0, *gate = gated ? p->gate_c + at : 0;
  for (int i = 0; i < rows; i++) {
#define GATE(j, lanes) gate_vector(c, mask, gate, j, lanes)
    if (columns == NR) {
      GATE(0, 4);
      GATE(4, 4);
    } else {
      FOR_VECTORS(columns, GATE)
    }
    c += p->n;
    if (masked) mask += p->n;
    if (gated) gate += p->n;
  }
}
static NOINLINE void finish_tile(const product *p, int at, int rows, int columns) {
  if (!p->mask_c) gate_tile(p, at, rows, columns, 0, 1);
  else if (!p->gate_c) gate_tile(p, at, rows, columns, 1, 0);
  else gate_tile(p, at, rows, columns, 1, 1);
}

/** Rows [m0, m1) × columns [n0, n1) of one product. */
void multiply(const product *p, float *scratch, int m0, int m1, int n0, int n1) {
  float *packed_a = scratch, *packed_b = packed_a + MC * KC, *full = packed_b + KC * NC;
  double *sums = (double *)(full + 64);
  float *mask = full + 64 + 2 * NC;
  const int blocks = (p->k + KC - 1) / KC, depth = (p->k + blocks - 1) / blocks;
  // Whoever has the first rows sums up b.
  const int summing = p->sums_b && m0 == 0, gated = p->mask_c || p->gate_c;
  for (int j0 = n0; j0 < n1; j0 += NC) {
    const int nc = min_int(NC, n1 - j0);
    for (int k0 = 0; k0 < p->k; k0 += depth) {
      const int kc = min_int(depth, p->k - k0), last = k0 + kc == p->k;
      for (int j = 0; j < nc; j += NR) {
        float *out = packed_b + j * kc;
        const int columns = min_int(NR, nc - j);
        if (p->transpose_b) pack_b_columns(out, p->b + (j0 + j) * p->k + k0, p->k, columns, kc);
        else pack_b_rows(out, p->b + k0 * p->n + j0 + j, p->n, columns, kc);
        if (!summing) continue;
        add_rows(sums + j, out, kc, k0 == 0);
        for (int i = 0; last && i < columns; i++) p->sums_b[j0 + j + i] = (float)sums[j + i];
      }
      for (int i0 = m0; i0 < m1; i0 += MC) {
        const int mc = min_int(MC, m1 - i0);
        if (p->symmetric && j0 + nc <= i0) break;
        for (int i = 0; i < mc; i += MR) {
          float *out = packed_a + i * kc;
          const int rows = min_int(MR, mc - i);
          pack_a(out, p->a, p, i0 + i, k0, rows, kc, p->relu_a);
          if (!p->mask_a) continue;
          pack_a(mask, p->mask_a, p, i0 + i, k0, rows, kc, 0);
          apply_mask(out, mask, MR * kc);
        }
        for (int j = 0; j < nc; j += NR) {
          const int columns = min_int(NR, nc - j);
          const float *bias = p->bias ? p->bias + j0 + j : 0;
          for (int i = 0; i < mc; i += MR) {
            if (p->symmetric && j0 + j + columns <= i0 + i) break;
            const int rows = min_int(MR, mc - i), at = (i0 + i) * p->n + j0 + j;
            const float *ap = packed_a + i * kc, *bp = packed_b + j * kc;
            if (rows == MR && columns == NR) tile(kc, ap, bp, p->c + at, p->n, bias, k0 > 0);
            else edge_tile(kc, ap, bp, full, p->c + at, p->n, rows, columns, bias, k0 > 0);
            if (gated && last) finish_tile(p, at, rows, columns);
          }
        }
      }
    }
  }
}

/** √(part/parts) of the panels: columns of a symmetric product cost in proportion to their index. */
INLINE int triangle_share(int panels, int part, int parts) {
  return (int)(panels * __builtin_sqrt((double)part / parts));
}

/** Floats from one member of a, b and the masks to the next, 0 where members share them. */
typedef struct {
  int a, b, mask;
} steps;

/** A share of the products of all members; `of` is that of the first. */
static void multiply_share(const product *of, steps step, int members, float *scratch, int part, int parts) {
  const int m = of->m, n = of->n, by_columns = of->symmetric || n >= m;
  const int panels = by_columns ? (n + NR - 1) / NR : (m + MR - 1) / MR, width = by_columns ? NR : MR;
  const int size = by_columns ? n : m;
  const int first = share(members * panels, part, parts), last = share(members * panels, part + 1, parts);
  for (int e = 0; e < members; e++) {
    int from = first - e * panels, to = last - e * panels;
    if (of->symmetric) from = triangle_share(panels, part, parts), to = triangle_share(panels, part + 1, parts);
    from = from < 0 ? 0 : from * width;
    to = to > panels ? size : min_int(to * width, size);
    if (from >= to) continue;
    product p = *of;
    p.a += e * step.a, p.b += e * step.b, p.c += e * m * n;
    if (p.bias) p.bias += e * n;
    if (p.mask_a) p.mask_a += e * step.mask;
    if (p.mask_c) p.mask_c += e * step.mask;
    if (p.gate_c) p.gate_c += e * m * n;
    if (p.sums_b) p.sums_b += e * n;
    if (by_columns) multiply(&p, scratch, 0, m, from, to);
    else multiply(&p, scratch, from, to, 0, n);
  }
}

/** c[e] = op(a[e])·op(b[e]). */
EXPORT(gemm)(
    const float *a, const float *b, float *c, int members, int m, int n, int k, int a_step, int b_step,
    int transpose_a, int transpose_b, int symmetric, float *scratch, int part, int parts) {
  const product p = {
      .a = a, .b = b, .c = c, .m = m, .n = n, .k = k, .transpose_a = transpose_a, .transpose_b = transpose_b,
      .symmetric = symmetric,
  };
  multiply_share(&p, (steps){a_step, b_step, 0}, members, scratch, part, parts);
}

/** See Kernels.dense; bias and mask may be 0. */
EXPORT(dense)(
    const float *x, const float *w, const float *bias, const float *mask, float *y, int members, int rows, int inputs,
    int outputs, int x_step, int mask_step, int relu, float *scratch, int part, int parts) {
  const product p = {
      .a = x, .b = w, .bias = bias, .c = y, .m = rows, .n = outputs, .k = inputs, .relu_a = relu, .mask_a = mask,
  };
  multiply_share(&p, (steps){x_step, inputs * outputs, mask_step}, members, scratch, part, parts);
}

/** dx[e] = dy[e]·w[e]ᵀ, times the mask and where x is above 0 if there was a mask and a ReLU: else they are 0. */
EXPORT(dense_input_grad)(
    const float *dy, const float *w, const float *mask, const float *x, float *dx, int members, int rows, int inputs,
    int outputs, int mask_step, float *scratch, int part, int parts) {
  const product p = {
      .a = dy, .b = w, .c = dx, .m = rows, .n = inputs, .k = outputs, .transpose_b = 1, .mask_c = mask, .gate_c = x,
  };
  multiply_share(&p, (steps){rows * outputs, inputs * outputs, mask_step}, members, scratch, part, parts);
}

/** dw[e] = h[e]ᵀ·dy[e] with h as in Kernels.dense, and the sums of dy over its rows. */
EXPORT(dense_weight_grad)(
    const float *x, const float *mask, const float *dy, float *dw, float *d_bias, int members, int rows, int inputs,
    int outputs, int x_step, int mask_step, int relu, float *scratch, int part, int parts) {
  const product p = {
      .a = x, .b = dy, .c = dw, .m = inputs, .n = outputs, .k = rows, .transpose_a = 1, .relu_a = relu,
      .mask_a = mask, .sums_b = d_bias,
  };
  multiply_share(&p, (steps){x_step, rows * outputs, mask_step}, members, scratch, part, parts);
}

void mirror_matrix(float *c, int n) {
  const int whole = n / 4 * 4;
  for (int i = 0; i < whole; i += 4) {
    for (int j = 0; j < i; j += 4) {
      const float *above = c + j * n + i;
      vec t0, t1, t2, t3;
      TRANSPOSE4(LOAD(above), LOAD(above + n), LOAD(above + 2 * n), LOAD(above + 3 * n), t0, t1, t2, t3);
      float *below = c + i * n + j;
      STORE(below, t0);
      STORE(below + n, t1);
      STORE(below + 2 * n, t2);
      STORE(below + 3 * n, t3);
    }
    for (int k = 1; k < 4; k++) {
      for (int j = 0; j < k; j++) c[(i + k) * n + i + j] = c[(i + j) * n + i + k];
    }
  }
  for (int i = whole; i < n; i++) {
    for (int j = 0; j < i; j++) c[i * n + j] = c[j * n + i];
  }
}

/** What lies below the diagonal from what lies above, after a symmetric product. */
EXPORT(mirror)(float *c, int members, int n, float *scratch, int part, int parts) {
  (void)scratch;
  for (int e = part; e < members; e += parts) mirror_matrix(c + e * n * n, n);
}
