import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';

/**
 * Kernels for sequences, a part of `Kernels` (see `types.ts`). T positions, V tokens, H hidden units,
 * G gates: 1 (RNN), 3 (GRU), 4 (LSTM). Everything is batch-major, `[E, B, T, …]`.
 */
export interface SequenceKernels {
  /**
   * Rows of a table: tokens int32 `[E|1, B, T]`, table `[E, V, F]` → `[E, B, T, F]`. A token outside 0 … V−1 (such
   * as −1 for padding) gives zeros.
   */
  embedding(tokens: Tensor3D, table: Tensor3D): Tensor4D;
  /** Gradient of `embedding` with respect to its table: `[E, vocabulary, F]`, always summed in the same order. */
  embeddingGrad(dy: Tensor4D, tokens: Tensor3D, vocabulary: number): Tensor3D;

  /**
   * A recurrent layer over inputs that are already projected (with the bias), `[E, B, T, G·H]`, with hidden weights
   * `[E, H, G·H]`. PyTorch's equations and order of gates: RNN h = tanh|relu(p + h·W); GRU r, z, n; LSTM i, f, g, o.
   */
  recurrent(projected: Tensor4D, weights: Tensor3D, options: RecurrentOptions): RecurrentResult;
  /** Gradient of `recurrent`; `forward` is what it returned, dStates the gradient of all its states. */
  recurrentGrad(dStates: Tensor4D, weights: Tensor3D, forward: RecurrentResult, options: RecurrentOptions): RecurrentGradient;

  /** γ·(x−μ)/√(σ²+ε) + β over the last axis: x `[E, R, F]`, γ and β `[E, F]`. */
  layerNorm(x: Tensor3D, gamma: Tensor2D, beta: Tensor2D, epsilon: number): LayerNormResult;
  /** Gradient of `layerNorm`; `forward` is what it returned for x. */
  layerNormGrad(dy: Tensor3D, x: Tensor3D, gamma: Tensor2D, forward: LayerNormResult): { dx: Tensor3D; dGamma: Tensor2D; dBeta: Tensor2D };

  /**
   * Scaled dot-product self-attention, softmax(q·kᵀ/√D)·v per head. `qkv` `[E, B, T, 3·heads·D]` holds all queries,
   * then all keys, then all values, each head by head → y `[E, B, T, heads·D]`. A query with no key to attend to gives 0.
   */
  attention(qkv: Tensor4D, options: AttentionOptions): AttentionResult;
  /** Gradient of `attention` for its `qkv`. */
  attentionGrad(dy: Tensor4D, qkv: Tensor4D, forward: AttentionResult, options: AttentionOptions): Tensor4D;

  tanh<T extends Tensor>(x: T): T;
  /** Gradient of `tanh`; y is its result. */
  tanhGrad<T extends Tensor>(dy: T, y: T): T;
  /** x·Φ(x) with the exact normal distribution function (PyTorch's default, not the tanh form). */
  gelu<T extends Tensor>(x: T): T;
  /** Gradient of `gelu`; x is its argument. */
  geluGrad<T extends Tensor>(dy: T, x: T): T;
}

export type RecurrentKind = 'rnn-tanh' | 'rnn-relu' | 'gru' | 'lstm';

/** Gates per hidden unit: columns of the projection are this many times H. */
export const GATES: Record<RecurrentKind, number> = { 'rnn-tanh': 1, 'rnn-relu': 1, gru: 3, lstm: 4 };

export interface RecurrentOptions {
  kind: RecurrentKind;
  /**
   * GRU only: the hidden bias `[E, 3·H]`, that of n being multiplied by the reset gate. Elsewhere a hidden bias is
   * the same as one more input bias and belongs in the projection.
   */
  bias?: Tensor2D;
  /** Hidden state before the first position, `[E, B, H]`; zero by default. The cell of an LSTM starts at zero. */
  initial?: Tensor3D;
}

export interface RecurrentResult {
  /** Hidden states at all positions, `[E, B, T, H]`. */
  states: Tensor4D;
  /** What the gradient needs besides: GRU r, z, n, W·h of n `[E, B, T, 4·H]`; LSTM i, f, g, o, cell `[E, B, T, 5·H]`. */
  saved?: Tensor4D;
}

export interface RecurrentGradient {
  /** `[E, B, T, G·H]` */
  dProjected: Tensor4D;
  /** `[E, H, G·H]` */
  dWeights: Tensor3D;
  /** `[E, 3·H]` where the options have a bias. */
  dBias?: Tensor2D;
  /** `[E, B, H]` where the options have an initial state. */
  dInitial?: Tensor3D;
}

export interface LayerNormResult {
  y: Tensor3D;
  /** Mean and 1/√(σ²+ε) of every row, `[E, R]`. */
  mean: Tensor2D;
  inverse: Tensor2D;
}

export interface AttentionOptions {
  heads: number;
  /** A position sees itself and those before it only. */
  causal: boolean;
  /** `[E|1, B, T]`, 1 for positions that may be attended to, 0 for padding. */
  keyMask?: Tensor3D;
}

export interface AttentionResult {
  y: Tensor4D;
  /** Attention weights, `[E, B, heads, T, T]`: queries, keys. */
  weights: Tensor5D;
}
