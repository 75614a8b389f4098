/**
 * Token views: what counts as one example when activations of sequences are compared. Activations are `[E, B, T·F]`, with
 * positions and features in one axis. Padded positions are left out, except by 'flattened', which is the paper's way.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TokenView } from '../../experiment/schema/schema.ts';

/** A position counts only if at least this many sequences reach it. */
export const FEWEST_EXAMPLES = 4;
/** If its variance per feature is below this, a layer counts as constant over the batch: the rest is rounding. */
export const CONSTANT_VARIANCE = 1e-8;

/** A token view of one batch: turns activations into examples, and gradients of the examples back into gradients of the activations. */
export class BatchView {
  readonly kind: TokenView;
  readonly #length: number;
  /** `[S, B, T]`, 1 for tokens and 0 for padding. */
  readonly #mask: tf.Tensor3D | undefined;

  /** @param tokens int32 `[S, B, T]` where sequences are padded */
  constructor(kind: TokenView, length: number, tokens?: tf.Tensor3D) {
    this.kind = kind;
    this.#length = length;
    this.#mask = tokens && tf.tidy(() => tf.keep(tf.cast(tf.greaterEqual(tokens, 0), 'float32')));
  }

  /**
   * Number of positions if each is compared on its own and the activations can be read in place ('flattened' counts as
   * one); null if `take` has to compute the examples.
   */
  get positions(): number | null {
    if (this.kind === 'flattened') return 1;
    return this.kind === 'position' && !this.#mask ? this.#length : null;
  }

  /**
   * The examples of activations `[E, B, T·F]`: `[E·T, B, F]` per position, `[E, B, T·F]` flattened, `[E, B·T, F]` for all
   * tokens, `[E, B, F]` for the last token. Padding is left out by centring the real rows and setting padded ones to 0:
   * the centred Gram matrix is then that of the real rows, with zeros in the rows and columns of padding.
   * @param centred false: the rows as they are, those of padding, too (see `real`)
   */
  take(x: tf.Tensor3D, centred = true): tf.Tensor3D {
    const [e, b, all] = x.shape;
    const t = this.#length;
    const f = all / t;
    const byToken = () => tf.reshape(x, [e, b, t, f]);
    switch (this.kind) {
      case 'flattened':
        return x;
      case 'position': {
        const byPosition = tf.transpose(byToken(), [0, 2, 1, 3]);
        const real = centred ? this.#maskFor(e) : undefined;
        const mask = real && tf.expandDims(tf.transpose(real, [0, 2, 1]), 3);
        return tf.reshape(mask ? centreWhere(byPosition, mask) : byPosition, [e * t, b, f]);
      }
      case 'all-tokens': {
        const real = centred ? this.#maskFor(e) : undefined;
        const mask = real && tf.reshape(real, [-1, 1, b * t, 1]);
        const rows = tf.reshape(x, [e, 1, b * t, f]);
        return tf.reshape(mask ? centreWhere(rows, mask) : rows, [e, b * t, f]);
      }
      case 'last-token':
        return tf.sum(tf.mul(byToken(), this.#lastShares(e, b)), 2) as tf.Tensor3D;
    }
  }

  /** Which rows of `take` for E members are examples, 1, and which padding, 0: `[matrices, rows]`; undefined where all are. */
  real(members: number): tf.Tensor2D | undefined {
    const mask = this.#maskFor(members);
    if (!mask || this.kind === 'flattened' || this.kind === 'last-token') return undefined;
    const [e, b, t] = mask.shape;
    return this.kind === 'all-tokens' ? tf.reshape(mask, [e, b * t]) : (tf.reshape(tf.transpose(mask, [0, 2, 1]), [e * t, b]) as tf.Tensor2D);
  }

  /** Turns a gradient with respect to the result of `take` into one with respect to its argument, `[E, B, T·F]`. */
  spread(gradient: tf.Tensor3D, b: number): tf.Tensor3D {
    const t = this.#length;
    const [rows, , f] = gradient.shape;
    switch (this.kind) {
      case 'flattened':
        return gradient;
      case 'position':
        return tf.reshape(tf.transpose(tf.reshape(gradient, [rows / t, t, b, f]), [0, 2, 1, 3]), [rows / t, b, t * f]);
      case 'all-tokens':
        return tf.reshape(gradient, [rows, b, t * f]);
      case 'last-token':
        return tf.reshape(tf.mul(tf.expandDims(gradient, 2), this.#lastShares(rows, b)), [rows, b, t * f]);
    }
  }

  /**
   * The weight of each position in the mean over the positions at which the guide varies (0 at the others). Undefined
   * unless positions are compared one by one.
   * @param norm Frobenius norms of the guide's centred activations, `[S·T]`
   * @param features of the guide at one position
   * @returns `[S·T]`
   */
  shares(norm: tf.Tensor1D, b: number, features: number): tf.Tensor1D | undefined {
    if (this.kind !== 'position') return undefined;
    const t = this.#length;
    let kept = tf.cast(tf.greaterEqual(tf.div(tf.square(norm), b * features), CONSTANT_VARIANCE), 'float32');
    if (this.#mask) {
      const enough = tf.cast(tf.greaterEqual(tf.sum(this.#mask, 1), FEWEST_EXAMPLES), 'float32');
      kept = tf.mul(kept, tf.reshape(enough, [-1]));
    }
    const perSeed = tf.reshape(kept, [-1, t]);
    return tf.reshape(tf.div(perSeed, tf.maximum(1, tf.sum(perSeed, 1, true))), [-1]) as tf.Tensor1D;
  }

  dispose(): void {
    this.#mask?.dispose();
  }

  /** The mask repeated for E members, where several arms share the batches of the seeds. */
  #maskFor(members: number): tf.Tensor3D | undefined {
    const mask = this.#mask;
    return mask && mask.shape[0] !== members ? tf.tile(mask, [members / mask.shape[0], 1, 1]) : mask;
  }

  /** `[E|1, B, T, 1]`, 1 at each sequence's last token. */
  #lastShares(members: number, b: number): tf.Tensor {
    const t = this.#length;
    const each = tf.reshape(tf.range(0, t, 1, 'float32'), [1, 1, t]);
    const mask = this.#maskFor(members);
    const last = mask ? tf.sub(tf.sum(mask, 2, true), 1) : tf.fill([1, b, 1], t - 1);
    return tf.expandDims(tf.cast(tf.equal(each, last), 'float32'), 3);
  }
}

/** Centre the rows whose mask is 1 and set the others to 0: x `[E, G, n, F]`, mask `[S|1, G, n, 1]`. */
function centreWhere(x: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const mean = tf.div(tf.sum(tf.mul(x, mask), 2, true), tf.maximum(1, tf.sum(mask, 2, true)));
  return tf.mul(tf.sub(x, mean), mask);
}
