/** Tables that lie on the device, read and written by rows. */
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

const gather = (type: 'f32' | 'i32'): Shader => ({
  name: `gather rows ${type}`,
  inputs: [`table: ${type}`, 'rows: i32'],
  outputs: [`y: ${type}`],
  numbers: ['size', 'T', 'N', 'F', 'S', 'B'],
  code: perElement(/* wgsl */ `
  let place = i / u.F;
  let e = place / u.B;
  let row = rows[(e % u.S) * u.B + place % u.B];
  if (row < 0 || row >= i32(u.N)) { y[i] = 0; } else { y[i] = table[((e % u.T) * u.N + u32(row)) * u.F + i % u.F]; }`),
});
const GATHER = { float32: gather('f32'), int32: gather('i32') };

const SCATTER: Shader = {
  name: 'scatter rows',
  inputs: ['rows: i32', 'values'],
  outputs: ['table'],
  numbers: ['size', 'first', 'F'],
  code: perElement('table[(u.first + u32(rows[i / u.F])) * u.F + i % u.F] = values[i];'),
};

export function tableKernels(runner: ShaderRunner): Pick<Kernels, 'gatherRows' | 'scatterRows' | 'largestTable'> {
  const { maxStorageBufferBindingSize, maxBufferSize } = runner.device.limits;
  return {
    largestTable: Math.min(maxStorageBufferBindingSize, maxBufferSize),

    gatherRows(table, rows, members = rows.shape[0]) {
      const [tables, count, features] = table.shape;
      const [seeds, batch] = rows.shape;
      const size = members * batch * features;
      return runner.run(GATHER[table.dtype as 'float32' | 'int32'], {
        inputs: [table, rows],
        outputs: [[members, batch, features]],
        numbers: [size, tables, count, features, seeds, batch],
        groups: cover(size),
      })[0] as Tensor3D;
    },

    scatterRows(table, rows, values, at) {
      const [, count, features] = table.shape;
      return runner.run(SCATTER, {
        inputs: [rows, values],
        outputs: [table],
        numbers: [values.size, at * count, features],
        groups: cover(values.size),
      })[0] as Tensor3D;
    },
  };
}
