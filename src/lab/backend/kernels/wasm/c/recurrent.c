// Recurrent layers as scans. A block of batch rows goes through all positions by itself, so that threads share no
// step; the hidden weights are packed once per block and member.
#include "functions.h"
#include "panel.h"

/** Rows of a block: a multiple of both tile heights. */
enum { ROWS = 12 };

enum { RNN_TANH, RNN_RELU, GRU, LSTM };

INLINE int gates_of(int kind) { return kind == GRU ? 3 : kind == LSTM ? 4 : 1; }
INLINE int saved_of(int kind) { return kind == GRU ? 4 : kind == LSTM ? 5 : 0; }

/** The part of block g of a row that begins at i. */
#define GATE(row, g) load_n((row) + (g) * hidden + i, lanes)
#define PUT(row, g, value) store_n((row) + (g) * hidden + i, value, lanes)

static NOINLINE void rnn_step(const float *p, const float *own, float *h, int relu, int hidden) {
#define RNN_STEP(i, lanes)                                            \
  {                                                                   \
    const vec a = ADD(load_n(p + i, lanes), load_n(own + i, lanes));  \
    store_n(h + i, relu ? wasm_f32x4_pmax(a, SPLAT(0)) : tanh4(a), lanes); \
  }
  FOR_VECTORS(hidden, RNN_STEP)
}

static NOINLINE void gru_step(
    const float *p, const float *own, const float *bias, const float *before, float *h, float *saved, int hidden) {
  for (int i = 0; i < hidden; i += 4) {
    const int lanes = min_int(4, hidden - i);
    vec hr = GATE(own, 0), hz = GATE(own, 1), hn = GATE(own, 2);
    if (bias) hr = ADD(hr, GATE(bias, 0)), hz = ADD(hz, GATE(bias, 1)), hn = ADD(hn, GATE(bias, 2));
    const vec r = sigmoid4(ADD(GATE(p, 0), hr)), z = sigmoid4(ADD(GATE(p, 1), hz));
    const vec n = tanh4(ADD(GATE(p, 2), MUL(r, hn)));
    const vec previous = before ? GATE(before, 0) : SPLAT(0);
    PUT(h, 0, ADD(n, MUL(z, SUB(previous, n))));
    PUT(saved, 0, r);
    PUT(saved, 1, z);
    PUT(saved, 2, n);
    PUT(saved, 3, hn);
  }
}

static NOINLINE void lstm_step(
    const float *p, const float *own, const float *before, float *h, float *saved, int hidden) {
  for (int i = 0; i < hidden; i += 4) {
    const int lanes = min_int(4, hidden - i);
    const vec in = sigmoid4(ADD(GATE(p, 0), GATE(own, 0))), forget = sigmoid4(ADD(GATE(p, 1), GATE(own, 1)));
    const vec g = tanh4(ADD(GATE(p, 2), GATE(own, 2))), out = sigmoid4(ADD(GATE(p, 3), GATE(own, 3)));
    const vec cell = ADD(MUL(forget, before ? GATE(before, 4) : SPLAT(0)), MUL(in, g));
    PUT(h, 0, MUL(out, tanh4(cell)));
    PUT(saved, 0, in);
    PUT(saved, 1, forget);
    PUT(saved, 2, g);
    PUT(saved, 3, out);
    PUT(saved, 4, cell);
  }
}

/**
 * See Kernels.recurrent; bias (GRU only) and initial may be 0. scratch holds (H + ROWS) · (G·H rounded up to NR)
 * + ROWS·H floats.
 */
EXPORT(recurrent)(
    const float *projected, const float *weights, const float *bias, const float *initial, float *states, float *saved,
    int members, int batch, int length, int hidden, int kind, float *scratch, int part, int parts) {
  const int columns = gates_of(kind) * hidden, width = round_up(columns, NR), kept = saved_of(kind) * hidden;
  const int blocks = (batch + ROWS - 1) / ROWS;
  float *packed = scratch, *own = packed + width * hidden, *packed_rows = own + ROWS * width;
  int packed_member = -1;
  for (int unit = share(members * blocks, part, parts); unit < share(members * blocks, part + 1, parts); unit++) {
    const int e = unit / blocks, first = unit % blocks * ROWS, rows = min_int(ROWS, batch - first);
    if (e != packed_member) {
      pack_b(packed, (matrix){weights + e * hidden * columns, columns, 0}, columns, hidden);
      packed_member = e;
    }
    for (int t = 0; t < length; t++) {
      const int row = e * batch + first, at = row * length + t, stride = t > 0 ? length * hidden : hidden;
      const float *before = t > 0 ? states + (at - 1) * hidden : initial ? initial + row * hidden : 0;
      if (before) multiply_packed(own, width, (matrix){before, stride, 0}, packed, packed_rows, rows, columns, hidden);
      else for (int i = 0; i < ROWS * width; i++) own[i] = 0;
      for (int r = 0; r < rows; r++) {
        const int here = at + r * length;
        const float *p = projected + here * columns, *mine = own + r * width;
        float *h = states + here * hidden, *keep = saved + here * kept;
        if (kind == GRU) gru_step(p, mine, bias ? bias + e * columns : 0, before ? before + r * stride : 0, h, keep, hidden);
        else if (kind == LSTM) lstm_step(p, mine, t > 0 ? keep - kept : 0, h, keep, hidden);
        else rnn_step(p, mine, h, kind == RNN_RELU, hidden);
      }
    }
  }
}

INLINE vec sigmoid_slope(vec y) { return MUL(y, SUB(SPLAT(1), y)); }
INLINE vec tanh_slope(vec y) { return SUB(SPLAT(1), MUL(y, y)); }

/** One row of one position backwards; `dh` is the gradient of its state. */
static NOINLINE void rnn_step_grad(const float *dh, const float *h, float *d, int relu, int hidden) {
#define RNN_STEP_GRAD(i, lanes)                                                                             \
  {                                                                                                         \
    const vec state = load_n(h + i, lanes), gradient = load_n(dh + i, lanes);                               \
    const vec passed = relu ? wasm_v128_and(gradient, wasm_f32x4_gt(state, SPLAT(0))) : MUL(gradient, tanh_slope(state)); \
    store_n(d + i, passed, lanes);                                                                          \
  }
  FOR_VECTORS(hidden, RNN_STEP_GRAD)
}

/** `rest` becomes what reaches the previous state without the weights. */
static NOINLINE void gru_step_grad(
    const float *dh, const float *saved, const float *before, float *d, float *d_own, float *rest, int hidden) {
  for (int i = 0; i < hidden; i += 4) {
    const int lanes = min_int(4, hidden - i);
    const vec r = GATE(saved, 0), z = GATE(saved, 1), n = GATE(saved, 2), hn = GATE(saved, 3);
    const vec gradient = GATE(dh, 0);
    const vec dz = MUL(MUL(gradient, SUB(GATE(before, 0), n)), sigmoid_slope(z));
    const vec dn = MUL(MUL(gradient, SUB(SPLAT(1), z)), tanh_slope(n));
    const vec dr = MUL(MUL(dn, hn), sigmoid_slope(r));
    PUT(d, 0, dr);
    PUT(d, 1, dz);
    PUT(d, 2, dn);
    PUT(d_own, 0, dr);
    PUT(d_own, 1, dz);
    PUT(d_own, 2, MUL(dn, r));
    PUT(rest, 0, MUL(gradient, z));
  }
}

/** `rest` is the gradient of the cell and becomes that of the previous one; `before` what that position saved. */
static NOINLINE void lstm_step_grad(
    const float *dh, const float *saved, const float *before, float *d, float *rest, int hidden) {
  for (int i = 0; i < hidden; i += 4) {
    const int lanes = min_int(4, hidden - i);
    const vec in = GATE(saved, 0), forget = GATE(saved, 1), g = GATE(saved, 2), out = GATE(saved, 3);
    const vec gradient = GATE(dh, 0), shown = tanh4(GATE(saved, 4));
    const vec dc = ADD(GATE(rest, 0), MUL(MUL(gradient, out), tanh_slope(shown)));
    PUT(d, 0, MUL(MUL(dc, g), sigmoid_slope(in)));
    PUT(d, 1, MUL(MUL(dc, before ? GATE(before, 4) : SPLAT(0)), sigmoid_slope(forget)));
    PUT(d, 2, MUL(MUL(dc, in), tanh_slope(g)));
    PUT(d, 3, MUL(MUL(gradient, shown), sigmoid_slope(out)));
    PUT(rest, 0, MUL(dc, forget));
  }
}

/** dh ← the gradient that comes from above + that from the next position (for a GRU on two ways). */
INLINE void gather_gradient(float *dh, const float *above, const float *rest, int hidden) {
#define GATHER_GRADIENT(i, lanes)                         \
  {                                                       \
    vec sum = load_n(dh + i, lanes);                      \
    if (above) sum = ADD(sum, load_n(above + i, lanes));  \
    if (rest) sum = ADD(sum, load_n(rest + i, lanes));    \
    store_n(dh + i, sum, lanes);                          \
  }
  FOR_VECTORS(hidden, GATHER_GRADIENT)
}

static void copy(float *to, const float *from, int count) {
#define COPY(i, lanes) store_n(to + i, from ? load_n(from + i, lanes) : SPLAT(0), lanes)
  FOR_VECTORS(count, COPY)
}

/**
 * See Kernels.recurrentGrad, all but the gradients of weights and bias: those are sums over `previous` (the state
 * before each position) and `d_own` (the gradient of what the hidden weights gave; d_projected but for a GRU).
 * initial and d_initial may be 0. scratch holds (G·H + ROWS) · (H rounded up to NR) + ROWS·(G + 1)·H floats.
 */
EXPORT(recurrent_grad)(
    const float *d_states, const float *weights, const float *states, const float *saved, const float *initial,
    float *d_projected, float *d_own, float *previous, float *d_initial, int members, int batch, int length, int hidden,
    int kind, float *scratch, int part, int parts) {
  const int columns = gates_of(kind) * hidden, width = round_up(hidden, NR), kept = saved_of(kind) * hidden;
  const int blocks = (batch + ROWS - 1) / ROWS;
  float *packed = scratch, *carry = packed + width * columns, *packed_rows = carry + ROWS * width;
  float *rest = packed_rows + ROWS * columns;
  int packed_member = -1;
  for (int unit = share(members * blocks, part, parts); unit < share(members * blocks, part + 1, parts); unit++) {
    const int e = unit / blocks, first = unit % blocks * ROWS, rows = min_int(ROWS, batch - first);
    const int row = e * batch + first;
    if (e != packed_member) {
      pack_b(packed, (matrix){weights + e * hidden * columns, columns, 1}, hidden, columns);
      packed_member = e;
    }
    copy(carry, 0, ROWS * width);
    copy(rest, 0, ROWS * hidden);
    // Row by row, in the order of memory: it also brings the states near, which are read by position below.
    for (int r = 0; r < rows; r++) {
      const int begin = (row + r) * length * hidden;
      copy(previous + begin, initial ? initial + (row + r) * hidden : 0, hidden);
      copy(previous + begin + hidden, states + begin, (length - 1) * hidden);
    }
    for (int t = length - 1; t >= 0; t--) {
      for (int r = 0; r < rows; r++) {
        const int here = (row + r) * length + t;
        const float *h = states + here * hidden, *keep = saved + here * kept;
        float *dh = carry + r * width, *remaining = rest + r * hidden, *d = d_projected + here * columns;
        gather_gradient(dh, d_states + here * hidden, kind == GRU ? remaining : 0, hidden);
        if (kind == GRU) gru_step_grad(dh, keep, previous + here * hidden, d, d_own + here * columns, remaining, hidden);
        else if (kind == LSTM) lstm_step_grad(dh, keep, t > 0 ? keep - kept : 0, d, remaining, hidden);
        else rnn_step_grad(dh, h, d, kind == RNN_RELU, hidden);
      }
      if (t == 0 && !d_initial) break;
      const matrix d = {d_own + (row * length + t) * columns, length * columns, 0};
      multiply_packed(carry, width, d, packed, packed_rows, rows, hidden, columns);
    }
    for (int r = 0; d_initial && r < rows; r++) {
      gather_gradient(carry + r * width, 0, kind == GRU ? rest + r * hidden : 0, hidden);
      copy(d_initial + (row + r) * hidden, carry + r * width, hidden);
    }
  }
}
