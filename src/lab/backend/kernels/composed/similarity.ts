import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';

/** Columns of the result of `gramProducts`. */
export const gramProductColumns = (others: readonly Tensor5D[]): number => others.reduce((sum, { shape }) => sum + 2 * shape[2], 3);

/** What U-centring takes from the row and the column of each example, `[N, n, 1]`. @param rowSums without the diagonal */
function centringShares(rowSums: Tensor3D): Tensor3D {
  const n = rowSums.shape[1];
  const total = tf.div(tf.sum(rowSums, 1, true), 2 * (n - 1));
  return tf.div<Tensor3D>(tf.sub(rowSums, total), n - 2);
}

/** The Gram matrix with zero diagonal, centred so that every row sums to zero without it (Song et al. 2007). */
export function uCentre(gram: Tensor3D): Tensor3D {
  const off = tf.sub(1, tf.eye(gram.shape[1]));
  const hollow = tf.mul<Tensor3D>(gram, off);
  const share = centringShares(tf.sum<Tensor3D>(hollow, 2, true));
  return tf.mul<Tensor3D>(tf.sub(tf.sub(hollow, share), tf.transpose(share, [0, 2, 1])), off);
}

/**
 * The same for products with matrices that are not U-centred: in those a sum of a row that is not quite 0 counts for much
 * where one example outweighs the others. So it is done twice (float32 rounds what is taken away), and the same is taken
 * from element (i, j) as from (j, i).
 */
export function uCentreExactly(grams: Tensor3D): Tensor3D {
  return tf.tidy(() => {
    const [count, n] = grams.shape;
    const off = tf.sub(1, tf.eye(n));
    const once = (matrices: Tensor3D, rowSums: Tensor3D) => {
      const share = centringShares(rowSums);
      return tf.mul<Tensor3D>(tf.sub(matrices, tf.add(share, tf.transpose(share, [0, 2, 1]))), off);
    };
    const diagonals = tf.reshape(diagonalsOf(grams), [count, n, 1]);
    const roughly = once(grams, tf.sub(tf.sum<Tensor3D>(grams, 2, true), diagonals));
    return once(roughly, tf.sum<Tensor3D>(roughly, 2, true));
  });
}

/** `[N, n, n]` → `[N, n]` */
function diagonalsOf(matrices: Tensor3D): Tensor2D {
  const [count, n] = matrices.shape;
  return tf.gather(tf.reshape(matrices, [count, n * n]), tf.range(0, n * n, n + 1, 'int32'), 1) as Tensor2D;
}

/** Of Gram matrices K `[N, n, n]`, U-centred Ũ, with themselves: ⟨K, K⟩, ⟨Ũ, Ũ⟩, tr K; `[N, 3]`. */
export function ownProducts(kernels: Pick<Kernels, 'sumSquares'>, grams: Tensor3D, centred: Tensor3D): Tensor2D {
  return tf.stack([kernels.sumSquares([grams]), kernels.sumSquares([centred]), tf.sum(diagonalsOf(grams), 1)], 1) as Tensor2D;
}

/** Values `[E·T]`, which are disposed, added up over the positions: `[E]`. */
export function sumOverPositions(values: Tensor1D, positions: number, sumRows: Kernels['sumRows']): Tensor1D {
  if (positions === 1) return values;
  const members = values.size / positions;
  const byPosition = tf.reshape(values, [members, positions, 1]) as Tensor3D;
  const sums = sumRows(byPosition);
  const flat = tf.reshape(sums, [members]) as Tensor1D;
  tf.dispose([values, byPosition, sums]);
  return flat;
}

/** `gramProducts` made of the other kernels of a backend. */
export function gramProductsBy(kernels: Pick<Kernels, 'centreNormalise' | 'matmul' | 'sumSquares'>): Kernels['gramProducts'] {
  /** Of one set of examples `[E, n, F]`; `others` `[S, G, n²]`. */
  function ofSet(examples: Tensor3D, others: readonly Tensor3D[]): Tensor3D {
    const [members, n] = examples.shape;
    const { z } = kernels.centreNormalise(examples);
    const grams = kernels.matmul(z, z, { transposeB: true });
    const centred = uCentreExactly(grams);
    const columns: tf.Tensor[] = [ownProducts(kernels, grams, centred)];
    const products = (own: Tensor3D, theirs: Tensor3D): tf.Tensor => {
      const [instances, , size] = theirs.shape;
      // Where others are as many as seeds, one arm after the other.
      const count = instances === 1 ? members : instances;
      return tf.concat(
        Array.from({ length: members / count }, (_, arm) => {
          const rows = tf.reshape(tf.slice(own, [arm * count, 0, 0], [count, n, n]), [count, 1, size]) as Tensor3D;
          return tf.reshape(kernels.matmul(rows, theirs, { transposeB: true }), [count, -1]);
        }),
      );
    };
    for (const other of others) columns.push(products(grams, other), products(centred, other));
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
