import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { Alignment, AlignmentOptions, MeasureKernels } from './measureTypes.ts';
import type { SequenceKernels } from './sequenceTypes.ts';

export type { Alignment, AlignmentOptions };

/**
 * The numerical kernels that training is made of. One implementation is composed of plain tfjs operations
 * and runs on every backend (`composed.ts`): it is the reference. A backend may replace any of them by a
 * native one; both must agree to float32 tolerance.
 *
 * Shapes: E members, B examples, R rows (B, or B·H·W for images), F features, C classes. Float32 throughout.
 * A member axis of length 1 is broadcast where a signature says `[E|1, …]`. No kernel disposes its inputs.
 */
export interface Kernels extends SequenceKernels, MeasureKernels {
  /** Batched product: out[e] = op(a[e]) · op(b[e]). a, b `[E|1, ·, ·]`. */
  matmul(a: Tensor3D, b: Tensor3D, options?: MatmulOptions): Tensor3D;

  /**
   * Dense layer: y[e] = h[e] · w[e] (+ bias[e] on every row). h is x, or as the options say mask · max(x, 0): the ReLU (and
   * the dropout) between two layers is taken where the second one reads, so that nothing is written but what a layer
   * without them gives, which may be tapped. x `[E|1, R, I]`, w `[E, I, O]`, bias `[E, O]` → `[E, R, O]`.
   */
  dense(x: Tensor3D, w: Tensor3D, options?: DenseInput & { bias?: Tensor2D }): Tensor3D;
  /**
   * Gradients of `dense` for dy `[E, R, O]`: of x `[E, R, I]` and of a bias where `input` and `bias` ask for them, and of w.
   */
  denseGrad(dy: Tensor3D, x: Tensor3D, w: Tensor3D, options: DenseInput & { input: boolean; bias: boolean }): DenseGradients;

  /** Sum over rows: `[E, R, F]` → `[E, F]`. */
  sumRows(x: Tensor3D): Tensor2D;

  /**
   * Batch normalisation with batch statistics (biased variance), then optionally ReLU, then an optional mask
   * (inverted dropout: entries are 0 or 1/keep): y = mask · relu(γ·(x−μ)/√(σ²+ε) + β).
   */
  batchNorm(x: Tensor3D, gamma: Tensor2D, beta: Tensor2D, options: BatchNormOptions): BatchNormResult;

  /** Gradient of `batchNorm`; `forward` is what it returned for `x`. `dy` is the gradient of y. */
  batchNormGrad(
    dy: Tensor3D,
    x: Tensor3D,
    gamma: Tensor2D,
    forward: BatchNormResult,
    options: BatchNormOptions,
  ): { dx: Tensor3D; dGamma: Tensor2D; dBeta: Tensor2D };

  /** y = relu?(γ·(x−mean)/√(variance+ε) + β) with given statistics `[E, F]`. */
  batchNormInference(x: Tensor3D, gamma: Tensor2D, beta: Tensor2D, mean: Tensor2D, variance: Tensor2D, options: { epsilon: number; relu: boolean }): Tensor3D;

  /** max(x, 0) of any shape, times the mask where one is given. */
  relu<T extends Tensor>(x: T, mask?: T): T;
  /** Gradient of `relu`: dy · mask where y > 0 (y the result of `relu`), else 0. */
  reluGrad<T extends Tensor>(dy: T, y: T, mask?: T): T;

  /**
   * 2-D convolution per member, symmetric zero padding: x `[E|1, B, H, W, I]`, filter `[E, k, k, I, O]` →
   * `[E, B, H', W', O]` with H' = ⌊(H + 2·pad − k)/stride⌋ + 1; plus the bias `[E, O]` where one is given.
   */
  conv2d(x: Tensor5D, filter: Tensor5D, options: ConvOptions & { bias?: Tensor2D }): Tensor5D;
  /** Gradient of `conv2d` with respect to its input, of shape `xShape`. */
  conv2dInputGrad(dy: Tensor5D, filter: Tensor5D, xShape: Shape5D, options: ConvOptions): Tensor5D;
  /** Gradient of `conv2d` with respect to its filter, of shape `filterShape`. */
  conv2dFilterGrad(dy: Tensor5D, x: Tensor5D, filterShape: Shape5D, options: ConvOptions): Tensor5D;

  /**
   * Depth-wise convolution per member, at stride 1 and padded with zeros to keep the size: x `[E, B, H, W, C]`, filter
   * `[E, k, k, C]` with an odd k → `[E, B, H, W, C]`; plus the bias `[E, C]` where one is given.
   */
  depthwiseConv(x: Tensor5D, filter: Tensor4D, bias?: Tensor2D): Tensor5D;
  /** Gradient of `depthwiseConv` with respect to its input. */
  depthwiseConvInputGrad(dy: Tensor5D, filter: Tensor4D): Tensor5D;
  /** Gradient of `depthwiseConv` with respect to its filter, `[E, size, size, C]`. */
  depthwiseConvFilterGrad(dy: Tensor5D, x: Tensor5D, size: number): Tensor4D;

  /**
   * Mean softmax cross-entropy per member with its gradient: logits `[E, B, C]`, labels int32 `[E|1, B]`.
   * A label of −1 leaves its row out: loss and accuracy are means over the member's other rows (0 where it has
   * none), and `dLogits`, the gradient of each member's own mean loss, is 0 there. `accuracy` counts rows whose
   * largest logit is the label's.
   */
  softmaxCrossEntropy(logits: Tensor3D, labels: Tensor2D): { loss: Tensor1D; accuracy: Tensor1D; dLogits: Tensor3D };

  /**
   * Mean Kullback–Leibler divergence between softmax(teacher/T) and softmax(logits/T) per member, times T²
   * (Hinton et al. 2015), with its gradient for `logits`. `direction`: 'forward' KL(teacher‖student) or
   * 'reverse' KL(student‖teacher). teacher `[E|1, B, C]`. With `labels` (as for softmaxCrossEntropy) rows whose
   * label is −1 are left out.
   */
  distillation(logits: Tensor3D, teacher: Tensor3D, options: DistillationOptions): { loss: Tensor1D; dLogits: Tensor3D };

  /**
   * Centre every feature over the B rows and divide by the Frobenius norm of the result, before any Gram
   * matrix is formed (in float32 the other order loses all digits at a large mean). `norm` is that norm;
   * a constant layer gives z = 0 and norm 0.
   */
  centreNormalise(x: Tensor3D): { z: Tensor3D; norm: Tensor1D };

  /**
   * CKA of two stacks of centred Gram matrices `[E, B, B]`, `[E|1, B, B]`, and G = dCKA/dz for K = z·zᵀ,
   * left-multiplied on z: dCKA/dz = G·z. `debiased` zeroes the diagonals and U-centres (Song et al. 2007).
   * Where it is not defined value and gradient are 0: where ‖K‖ or ‖L‖ is 0 (collapsed layer), or `debiased` with at most
   * `CENTRED_GRAM_RATIO` of it left, or of fewer than 4 examples.
   */
  cka(k: Tensor3D, l: Tensor3D, options: { debiased: boolean }): { value: Tensor1D; g: Tensor3D };

  /**
   * What CKA needs to compare a layer x `[E, R, F]` with others. K is the Gram matrix of x centred and normalised (see
   * `centreNormalise`), or one such matrix for each of P sets of n rows of x (`rows` int32 `[P, n]`; else P = 1 and n = R).
   * `others` are such matrices of other layers, `[S, P, G, n, n]` each: member e meets those of e mod S.
   * With Ũ, K U-centred (see `cka`), whose diagonal is 0 and whose rows sum to 0, ⟨Ũ, L⟩ is the product of both U-centred:
   * what U-centring takes out of L, a number per row and one per column, has no part in it.
   * @returns `[E, P, 3 + 2·ΣG]`: ⟨K, K⟩, ⟨Ũ, Ũ⟩, tr K, then of each of `others` its G products ⟨K, L⟩ and its G products ⟨Ũ, L⟩
   */
  gramProducts(x: Tensor3D, rows: Tensor2D | null, others: readonly Tensor5D[]): Tensor3D;

  /**
   * Gradient of weight · (1 − CKA(x, guide)) in one go, where a backend has it; else `similarity/alignment.ts` composes it. `value`
   * is each member's Σ share · CKA over its matrices, without the weight; CKA that is not defined counts as 0 (see `cka`).
   * Members `[first, first + count)` of x `[E, B, T·F]` as T matrices `[B, F]` each (T = `positions`), guide `[count·T|1, B, B]`,
   * weights `[E]` → gradient `[count, B, T·F]`, value `[count]`.
   */
  alignmentGradient?(x: Tensor3D, guide: Tensor3D, weights: Tensor1D, options: AlignmentOptions): Alignment;

  /**
   * One Adam/AdamW step of several parameters `[E, …]`. `state` `[2, N]` holds m and v of all of them; those of one parameter
   * begin at its `at`, in the order of its elements. May update in place and return its arguments, or return new tensors
   * (the caller then disposes the old ones). `members.scale` multiplies each member's gradient (clipping); where
   * `members.active` is 0 the member is left exactly as it was.
   */
  adam(updates: readonly ParameterUpdate[], state: Tensor2D, members: MemberControl, hyper: AdamHyper): Updated;

  /** One SGD step with (Nesterov-free) momentum: v ← μ·v + g, p ← p − rate·v. `state` `[1, N]` holds v; else as `adam`. */
  sgd(updates: readonly ParameterUpdate[], state: Tensor2D, members: MemberControl, hyper: SgdHyper): Updated;

  /** Sum of squares per member over all tensors `[E, …]` of a list: `[E]` (the squared gradient norm). */
  sumSquares(tensors: readonly Tensor[]): Tensor1D;

  /**
   * Which members go on, and by what their gradients are multiplied, all `[E]`: a member stays active while its loss
   * and its squared gradient norm are finite; `scale` is min(1, clipNorm/(norm + 1e-6)), or 1 without clipping.
   * `active` may be updated in place and returned, or returned new; `scale` is new.
   */
  control(active: Tensor1D, loss: Tensor1D, squaredNorm: Tensor1D, clipNorm: number | null): { active: Tensor1D; scale: Tensor1D };

  /** running ← running + momentum·(factor·batch − running) of each, per member where `active[e]` ≠ 0; in place or new. */
  runningAverages(averages: readonly Average[], momentum: number, active: Tensor1D): Tensor2D[];

  /**
   * Inverted dropout masks `[E, B, F]` on the device, the same bits as `random/dropout.ts` gives: `origin` int32
   * `[S + 1]` holds the seeds and, last, the step; member e has that of seed e mod S. Absent where masks are made from
   * numbers.
   */
  dropoutMask?(origin: Tensor1D, layer: number, shape: [number, number, number], rate: number): Tensor3D;

  /**
   * Rows of tables that lie on the device: table float32 or int32 `[T, N, F]`, rows int32 `[S, B]` → `[E, B, F]`. Member
   * e gets its rows [e mod S] from table e mod T, so T and S have to divide E. A row outside 0 … N−1 gives zeros.
   * @param members E; S without it
   */
  gatherRows(table: Tensor3D, rows: Tensor2D, members?: number): Tensor3D;

  /**
   * Put values `[R, F]` into a float32 table `[T, N, F]`: into the rows int32 `[R]` of its part `at`, which lie within
   * 0 … N−1 and differ from each other. In place, returning the table, or new (the caller then disposes the old one).
   */
  scatterRows(table: Tensor3D, rows: Tensor1D, values: Tensor2D, at: number): Tensor3D;

  /** Bytes of the largest table that a kernel can read; absent: as memory allows. */
  readonly largestTable?: number;

  /** x with `part` `[n, …]` added to its members from `first` on: a gradient that only some members have. */
  addToMembers<T extends Tensor>(x: T, part: T, first: number): T;
}

export type Shape5D = [number, number, number, number, number];

export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

export interface DenseGradients {
  dx?: Tensor3D;
  dWeights: Tensor3D;
  dBias?: Tensor2D;
}

/** What a dense layer does to its input before it multiplies. */
export interface DenseInput {
  /** max(x, 0). */
  relu?: boolean;
  /** Times a mask (inverted dropout: entries are 0 or 1/keep) of the shape of x, or with member axis 1. */
  mask?: Tensor3D;
}

export interface DistillationOptions {
  temperature: number;
  direction: 'forward' | 'reverse';
  /** int32 `[E|1, B]`; only whether they are −1 counts. */
  labels?: Tensor2D;
}

export interface BatchNormOptions {
  epsilon: number;
  relu: boolean;
  /** Same shape as x, or with member axis 1. */
  mask?: Tensor3D;
}

export interface BatchNormResult {
  y: Tensor3D;
  /** Batch mean and biased batch variance, `[E, F]`. */
  mean: Tensor2D;
  variance: Tensor2D;
}

export interface ConvOptions {
  stride: number;
  pad: number;
}

/** A parameter with its gradient, and where in each row of the optimiser's state its own begins. */
export interface ParameterUpdate {
  parameter: Tensor;
  gradient: Tensor;
  /** Ascending from update to update. */
  at: number;
}

export interface Updated {
  parameters: Tensor[];
  state: Tensor2D;
}

/** What steers a parameter's update per member. */
export interface MemberControl {
  /** `[E]` factor on the gradient. */
  scale: Tensor1D;
  /** `[E]` 0 for members that stay as they are. */
  active: Tensor1D;
  /** Rows of `[3 or more, E]`: rate, rootScale, keep of each member at this step (see `optimiserFactors`). */
  factors: Tensor2D;
}

/** p ← keep·p − rate·m / (rootScale·√v + ε); the bias corrections and the learning rate are in the members' factors. */
export interface AdamHyper {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Coupled L2: times the parameter, added to the gradient. */
  coupledDecay: number;
}

export interface SgdHyper {
  momentum: number;
  weightDecay: number;
}

export interface Average {
  running: Tensor2D;
  batch: Tensor2D;
  /** Multiplies the new value first. */
  factor: number;
}
