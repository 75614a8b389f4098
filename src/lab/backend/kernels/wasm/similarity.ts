import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { CENTRED_GRAM_RATIO, CONSTANT_LAYER_RATIO, MIN_DEBIASED_EXAMPLES } from '../composed/index.ts';
import { gramProductColumns, sumOverPositions } from '../composed/similarity.ts';
import type { Kernels } from '../types.ts';
import type { normalisation } from './dense.ts';
import { addressesOn, type Context, check, FLOAT_BYTES, PRODUCT_SCRATCH_BYTES, shapesOf } from './context.ts';

type Normalisation = Pick<ReturnType<typeof normalisation>, 'centreNormaliseMembers'>;

/** Fewer examples U-centre to nothing but rounding noise. */
const floorOf = (n: number, debiased: boolean): number => (debiased && n < MIN_DEBIASED_EXAMPLES ? Infinity : CENTRED_GRAM_RATIO);

/** Similarity of layers, with its gradient. */
export function similarity(
  { heap, runner }: Context,
  { matmul, sumRows, centreNormaliseMembers }: Pick<Kernels, 'matmul' | 'sumRows'> & Normalisation,
): Pick<Kernels, 'cka' | 'gramProducts' | 'alignmentGradient'> {
  const { at, perMember } = addressesOn(heap);

  /** With a scale G is that of an alignment term, and the value times its share: addresses of norms, weights and shares. */
  function compare(k: Tensor3D, l: Tensor3D, debiased: boolean, scale = [0, 0, 0]): { value: Tensor1D; g: Tensor3D } {
    const [members, n] = k.shape;
    const value = heap.tensor<Tensor1D>([members]);
    const g = heap.tensor<Tensor3D>(k.shape);
    const inputs = [at(k, members * n * n), ...perMember(l, members, n * n), heap.address(value), heap.address(g)];
    const args = [...inputs, ...scale, members, n, Number(debiased), floorOf(n, debiased)];
    runner.run('cka', args, 8 * k.size, 2 * n * FLOAT_BYTES);
    return { value, g };
  }

  const alignmentGradient: NonNullable<Kernels['alignmentGradient']> = (x, guide, weights, options) => {
    const { first, count, positions, shares, debiased } = options;
    const [members, n, all] = x.shape;
    const features = all / positions;
    check(first + count <= members && Number.isInteger(features), () => `alignmentGradient: members ${first} to ${first + count} of ${shapesOf(x)}.`);
    const scale = [at(weights, members) + first * FLOAT_BYTES, shares ? at(shares, count * positions) : 0];
    if (positions === 1) {
      // Few and large: the parts of each product are shared by the threads.
      const { z, norm } = centreNormaliseMembers(x, first, count);
      const gram = matmul(z, z, { transposeB: true });
      const { value, g } = compare(gram, guide, debiased, [heap.address(norm), ...scale]);
      const gradient = matmul(g, z);
      tf.dispose([z, norm, gram, g]);
      return { gradient, value };
    }
    const gradient = heap.tensor<Tensor3D>([count, n, all]);
    const values = heap.tensor<Tensor1D>([count * positions]);
    const inputs = [at(x, x.size) + first * n * all * FLOAT_BYTES, ...perMember(guide, count * positions, n * n)];
    const sizes = [count, n, positions, features, Number(debiased), CONSTANT_LAYER_RATIO, floorOf(n, debiased)];
    runner.run(
      'alignment_gradient',
      [...inputs, ...scale, heap.address(gradient), heap.address(values), ...sizes],
      count * positions * n * n * (2 * features + 8),
      PRODUCT_SCRATCH_BYTES + (4 * features + 2 * n * (features + n + 1)) * FLOAT_BYTES,
    );
    return { gradient, value: sumOverPositions(values, positions, sumRows) };
  };

  const gramProducts: Kernels['gramProducts'] = (x, rows, others) => {
    const [members, allRows, features] = x.shape;
    const [sets, n] = rows?.shape ?? [1, allRows];
    let column = 3;
    // One line per matrix: see `other` in similarity.c.
    const lines = others.flatMap((other) => {
      const [instances, , matrices] = other.shape;
      check(
        other.size === instances * sets * matrices * n * n && members % instances === 0,
        () => `gramProducts: ${shapesOf(x, other)} do not fit for ${sets} × ${n} rows.`,
      );
      const first = at(other, other.size);
      const setStep = matrices * n * n;
      const own = Array.from({ length: matrices }, (_, g) => [
        first + g * n * n * FLOAT_BYTES,
        setStep,
        sets * setStep,
        instances,
        column + g,
        column + matrices + g,
      ]);
      column += 2 * matrices;
      return own;
    });
    const out = heap.tensor<Tensor3D>([members, sets, gramProductColumns(others)]);
    const table = tf.tensor1d(lines.flat(), 'int32');
    const compared = [lines.length > 0 ? heap.address(table) : 0, lines.length, heap.address(out), out.shape[2], members];
    const work = 2 * members * sets * n * n * (lines.length + 1);
    const scratch = (n * n + n) * FLOAT_BYTES;
    if (rows) {
      check(rows.dtype === 'int32', () => `gramProducts: rows are ${rows.dtype}.`);
      runner.run(
        'row_gram_products',
        [at(x, x.size), heap.address(rows), ...compared, allRows, features, sets, n, CONSTANT_LAYER_RATIO],
        work + (members * sets * n * n * features) / 2,
        PRODUCT_SCRATCH_BYTES + (4 * features + n * features + n * n) * FLOAT_BYTES + scratch,
      );
    } else {
      // Few and large: the parts of each product are shared by the threads.
      const { z, norm } = centreNormaliseMembers(x, 0, members);
      const gram = matmul(z, z, { transposeB: true });
      runner.run('gram_products', [heap.address(gram), ...compared, n], work, scratch);
      tf.dispose([z, norm, gram]);
    }
    table.dispose();
    return out;
  };

  return { cka: (k, l, { debiased }) => compare(k, l, debiased), gramProducts, alignmentGradient };
}
