import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { CONSTANT_LAYER_RATIO } from '../composed.ts';
import { gramProductColumns } from '../composed/similarity.ts';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context, check, FLOAT_BYTES, PRODUCT_SCRATCH_BYTES, shapesOf } from './context.ts';

/** What compares layers with each other. */
export function similarity(
  { heap, runner }: Context,
  { matmul, centreNormalise }: Pick<Kernels, 'matmul' | 'centreNormalise'>,
): Pick<Kernels, 'gramProducts'> {
  const { at } = addressesOn(heap);

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
      const own = Array.from({ length: matrices }, (_, g) =>
        [first + g * n * n * FLOAT_BYTES, setStep, sets * setStep, instances, column + g, column + matrices + g]);
      column += 2 * matrices;
      return own;
    });
    const out = heap.tensor<Tensor3D>([members, sets, gramProductColumns(others)]);
    const table = tf.tensor1d(lines.flat(), 'int32');
    const compared = [lines.length > 0 ? heap.address(table) : 0, lines.length, heap.address(out), out.shape[2], members];
    const work = members * sets * n * n * (lines.length + 1);
    if (rows) {
      check(rows.dtype === 'int32', () => `gramProducts: rows are ${rows.dtype}.`);
      runner.run(
        'row_gram_products',
        [at(x, x.size), heap.address(rows), ...compared, allRows, features, sets, n, CONSTANT_LAYER_RATIO],
        work + (members * sets * n * n * features) / 2,
        PRODUCT_SCRATCH_BYTES + (4 * features + n * features + n * n) * FLOAT_BYTES,
      );
    } else {
      // Few and large: the parts of each product are shared by the threads.
      const { z, norm } = centreNormalise(x);
      const gram = matmul(z, z, { transposeB: true });
      runner.run('gram_products', [heap.address(gram), ...compared, n], work);
      tf.dispose([z, norm, gram]);
    }
    table.dispose();
    return out;
  };

  return { gramProducts };
}
