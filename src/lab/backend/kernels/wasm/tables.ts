import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { type Context, check, shapesOf } from './context.ts';

/** Tables that lie on the heap, read and written by rows. */
export function tableKernels({ heap, runner }: Context): Pick<Kernels, 'gatherRows' | 'scatterRows'> {
  function rowsAt(rows: Tensor1D | Tensor2D): number {
    check(rows.dtype === 'int32', () => `Expected int32 rows, got ${rows.dtype}.`);
    return heap.address(rows);
  }

  const gatherRows: Kernels['gatherRows'] = (table, rows, members = rows.shape[0]) => {
    const [tables, count, features] = table.shape;
    const [seeds, batch] = rows.shape;
    const fits = members % seeds === 0 && members % tables === 0 && (table.dtype === 'float32' || table.dtype === 'int32');
    check(fits, () => `gatherRows: ${table.dtype} ${shapesOf(table, rows)} do not fit ${members} members.`);
    const out = heap.tensor<Tensor3D>([members, batch, features], table.dtype as 'float32' | 'int32');
    const addresses = [heap.address(table), rowsAt(rows), heap.address(out)];
    runner.run('gather_rows', [...addresses, tables, count, features, seeds, batch, members], out.size);
    return out;
  };

  const scatterRows: Kernels['scatterRows'] = (table, rows, values, at) => {
    const [tables, count, features] = table.shape;
    const fits = [table, values].every(({ dtype }) => dtype === 'float32') && values.size === rows.size * features && at >= 0 && at < tables;
    check(fits, () => `scatterRows: ${shapesOf(table, rows, values)} do not fit.`);
    const addresses = [heap.address(table), rowsAt(rows), heap.address(values)];
    runner.run('scatter_rows', [...addresses, at, count, features, rows.size], values.size);
    return table;
  };

  return { gatherRows, scatterRows };
}
