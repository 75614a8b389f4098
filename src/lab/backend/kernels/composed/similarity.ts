import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';

/** Columns of the result of `gramProducts`. */
export const gramProductColumns = (others: readonly Tensor5D[]): number => others.reduce((sum, { shape }) => sum + 2 * shape[2], 3);

/** The diagonals of matrices `[N, n²]` → `[N, n]`. */
function diagonals(matrices: Tensor2D, n: number): Tensor2D {
  return tf.gather(matrices, tf.range(0, n * n, n + 1, 'int32'), 1);
}

/** Of matrices `[N, n²]` with themselves: ⟨K, K⟩, Σ diag(K)², tr K; `[N, 3]`. */
export function ownProducts(kernels: Pick<Kernels, 'sumSquares'>, grams: Tensor2D, n: number): Tensor2D {
  const diagonal = diagonals(grams, n);
  return tf.stack([kernels.sumSquares([grams]), kernels.sumSquares([diagonal]), tf.sum(diagonal, 1)], 1) as Tensor2D;
}

/** `gramProducts` made of the other kernels of a backend. */
export function gramProductsBy(kernels: Pick<Kernels, 'centreNormalise' | 'matmul' | 'sumSquares'>): Kernels['gramProducts'] {
  /** Of one set of examples `[E, n, F]`; `others` `[S, G, n²]`. */
  function ofSet(examples: Tensor3D, others: readonly Tensor3D[]): Tensor3D {
    const [members, n] = examples.shape;
    const { z } = kernels.centreNormalise(examples);
    const grams = tf.reshape(kernels.matmul(z, z, { transposeB: true }), [members, n * n]) as Tensor2D;
    const diagonal = diagonals(grams, n);
    const columns: tf.Tensor[] = [ownProducts(kernels, grams, n)];
    const products = (own: Tensor2D, theirs: Tensor3D): tf.Tensor => {
      const [instances, , size] = theirs.shape;
      // Where others are as many as seeds, one arm after the other.
      const count = instances === 1 ? members : instances;
      return tf.concat(
        Array.from({ length: members / count }, (_, arm) => {
          const rows = tf.reshape(tf.slice(own, [arm * count, 0], [count, size]), [count, 1, size]) as Tensor3D;
          return tf.reshape(kernels.matmul(rows, theirs, { transposeB: true }), [count, -1]);
        }),
      );
    };
    for (const other of others) {
      const [instances, matrices] = other.shape;
      const own = diagonals(tf.reshape(other, [instances * matrices, n * n]), n);
      columns.push(products(grams, other), products(diagonal, tf.reshape(own, [instances, matrices, n])));
    }
    return tf.expandDims(
      tf.concat(
        columns.map((column) => tf.reshape(column, [members, -1])),
        1,
      ),
      1,
    ) as Tensor3D;
  }

  return (x, rows, others) =>
    tf.tidy(() => {
      const [sets, n] = rows?.shape ?? [1, x.shape[1]];
      // One set after the other: the matrices of all of them at once may be too many.
      return tf.concat3d(
        Array.from({ length: sets }, (_, set) =>
          tf.tidy(() => {
            const examples = rows ? (tf.gather(x, tf.reshape(tf.slice(rows, [set, 0], [1, n]), [n]), 1) as Tensor3D) : x;
            return ofSet(
              examples,
              others.map((other) => {
                const [instances, , matrices] = other.shape;
                const own = sets === 1 ? other : tf.slice(other, [0, set, 0, 0, 0], [instances, 1, matrices, n, n]);
                return tf.reshape(own, [instances, matrices, n * n]);
              }),
            );
          }),
        ),
        1,
      );
    });
}
