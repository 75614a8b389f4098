/**
 * Kernels that reduce over the rows of `[E, R, F]`: sums, the gradients of layer normalisation. A workgroup takes 16
 * neighbouring columns of a member with 16 threads each; partial sums meet in workgroup memory in a fixed order.
 */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import type { Shader, ShaderRunner } from './runner.ts';

const WIDE = 16;
/** Up to so many rows one workgroup reduces a column and goes on with it; more are reduced in chunks. */
const FEW_ROWS = 2048;
const CHUNK_ROWS = 1024;
/** Number of equal chunks that many rows are cut into, 1 for few rows or where no cut is even. */
export const chunksOf = (rows: number): number => (rows > FEW_ROWS && rows % CHUNK_ROWS === 0 ? rows / CHUNK_ROWS : 1);
/** Workgroups for the columns of so many members or chunks. */
export const columnGroups = (features: number, members: number): [number, number] => [Math.ceil(features / WIDE), members];

/** Entry of a column kernel: `f` the column, `base` the index of its first element, `e * F + f` in `at`. */
export const COLUMNS = (body: string) => /* wgsl */ `
var<workgroup> sums: array<f32, 256>;
fn total(lane: vec3u, value: f32) -> f32 {
  sums[lane.y * ${WIDE}u + lane.x] = value;
  workgroupBarrier();
  for (var half = 8u; half > 0u; half /= 2u) {
    if (lane.y < half) { sums[lane.y * ${WIDE}u + lane.x] += sums[(lane.y + half) * ${WIDE}u + lane.x]; }
    workgroupBarrier();
  }
  let sum = sums[lane.x];
  workgroupBarrier();
  return sum;
}
@compute @workgroup_size(${WIDE}, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let e = group.y;
  let f = min(group.x * ${WIDE}u + lane.x, u.F - 1u);
  let mine = group.x * ${WIDE}u + lane.x < u.F;
  let base = e * u.R * u.F + f;
  let at = e * u.F + f;
  let rows = f32(u.R);
  ${body}
}`;
/** A loop over this thread's rows, with element index `i`. */
export const ROWS = (body: string) => `for (var r = lane.y; r < u.R; r += 16u) { let i = base + r * u.F; ${body} }`;

const SUM_ROWS: Shader = {
  name: 'sum of rows',
  inputs: ['x'],
  outputs: ['y'],
  numbers: ['R', 'F'],
  code: COLUMNS(`
  var sum = 0.0;
  ${ROWS('sum += x[i];')}
  sum = total(lane, sum);
  if (lane.y == 0u && mine) { y[at] = sum; }`),
};

/** Σ dy and Σ dy·(x−μ)/σ over rows, with the statistics of each row. */
const LAYER_NORM_SUMS: Shader = {
  name: 'layer norm gradient sums',
  inputs: ['dy', 'x', 'mean', 'inverse'],
  outputs: ['dGamma', 'dBeta'],
  numbers: ['R', 'F'],
  code: COLUMNS(`
  var plain = 0.0;
  var along = 0.0;
  ${ROWS('plain += dy[i]; along += dy[i] * (x[i] - mean[e * u.R + r]) * inverse[e * u.R + r];')}
  plain = total(lane, plain);
  along = total(lane, along);
  if (lane.y == 0u && mine) { dBeta[at] = plain; dGamma[at] = along; }`),
};

export function columnKernels(
  runner: ShaderRunner,
): Pick<Kernels, 'sumRows'> & { layerNormSums(dy: Tensor3D, x: Tensor3D, mean: Tensor2D, inverse: Tensor2D): Tensor2D[] } {
  return {
    sumRows(x) {
      const [members, rows, features] = x.shape;
      const chunks = chunksOf(rows);
      const [sums] = runner.run(SUM_ROWS, {
        inputs: [x],
        outputs: [[members * chunks, features]],
        numbers: [rows / chunks, features],
        groups: columnGroups(features, members * chunks),
      });
      if (chunks === 1) return sums as Tensor2D;
      const [total] = runner.run(SUM_ROWS, {
        inputs: [sums],
        outputs: [[members, features]],
        numbers: [chunks, features],
        groups: columnGroups(features, members),
      });
      sums.dispose();
      return total as Tensor2D;
    },

    layerNormSums(dy, x, mean, inverse) {
      const [members, rows, features] = x.shape;
      return runner.run(LAYER_NORM_SUMS, {
        inputs: [dy, x, mean, inverse],
        outputs: [
          [members, features],
          [members, features],
        ],
        numbers: [rows, features],
        groups: columnGroups(features, members),
      }) as Tensor2D[];
    },
  };
}
