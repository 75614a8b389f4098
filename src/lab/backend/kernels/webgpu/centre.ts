/** Layers of several matrices of examples, centred and scaled to unit norm. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { CONSTANT_LAYER_RATIO } from '../composed/index.ts';
import { COLUMNS, columnGroups } from './columns.ts';
import type { Shader, ShaderRunner } from './runner.ts';

/** Elements that a workgroup scales. */
const CHUNK = 4096;

/**
 * Centres twice, as the composed kernel does, and leaves the squares of both the result and the means per column.
 * @param from declares where matrix e begins, @param at the element of its row r
 */
const centring = (from: string, at: string): string =>
  COLUMNS(`${from}
  var sum = 0.0;
  for (var r = lane.y; r < u.R; r += 16u) { sum += ${at}; }
  let mu = total(lane, sum) / rows;
  sum = 0.0;
  for (var r = lane.y; r < u.R; r += 16u) { sum += ${at} - mu; }
  let rest = total(lane, sum) / rows;
  sum = 0.0;
  for (var r = lane.y; r < u.R; r += 16u) {
    let d = (${at} - mu) - rest;
    sum += d * d;
    if (mine) { z[base + r * u.F] = d; }
  }
  sum = total(lane, sum);
  if (lane.y == 0u && mine) { squares[2u * at] = sum; squares[2u * at + 1u] = mu * mu; }`);

/** Matrix e is position e mod T of member `first + e / T` of x. */
const CENTRE: Shader = {
  name: 'centre',
  inputs: ['x'],
  outputs: ['z', 'squares'],
  numbers: ['R', 'F', 'T', 'first'],
  code: centring(
    `
  let wide = u.T * u.F;
  let source = (u.first + e / u.T) * u.R * wide + (e % u.T) * u.F + f;`,
    'x[source + r * wide]',
  ),
};

/** Matrix e is made of rows of member e / sets of x: those of set `first + e mod sets`. */
const CENTRE_CHOSEN: Shader = {
  name: 'centre chosen rows',
  inputs: ['x', 'chosen: i32'],
  outputs: ['z', 'squares'],
  numbers: ['R', 'F', 'sets', 'first', 'all'],
  code: centring(
    `
  let source = (e / u.sets) * u.all * u.F + f;
  let line = (u.first + e % u.sets) * u.R;`,
    'x[source + u32(chosen[line + r]) * u.F]',
  ),
};

/** Every workgroup adds up its member's columns by itself, then scales its share of the elements. */
const SCALE: Shader = {
  name: 'scale to unit norm',
  inputs: ['squares'],
  outputs: ['z', 'norm'],
  numbers: ['each', 'F', 'floor: f32'],
  code: /* wgsl */ `
var<workgroup> varied: array<f32, 256>;
var<workgroup> constant: array<f32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  let e = group.y;
  var a = 0.0;
  var b = 0.0;
  for (var f = me; f < u.F; f += 256u) { a += squares[2u * (e * u.F + f)]; b += squares[2u * (e * u.F + f) + 1u]; }
  varied[me] = a;
  constant[me] = b;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (me < half) { varied[me] += varied[me + half]; constant[me] += constant[me + half]; }
    workgroupBarrier();
  }
  let total = varied[0];
  // Not (total > limit): a NaN must come through.
  let none = total <= constant[0] * u.floor;
  let factor = select(inverseSqrt(total), 0.0, none);
  if (group.x == 0u && me == 0u) { norm[e] = select(sqrt(total), 0.0, none); }
  for (var i = group.x * ${CHUNK}u + me; i < min((group.x + 1u) * ${CHUNK}u, u.each); i += 256u) { z[e * u.each + i] *= factor; }
}`,
};

/** Centred matrices of unit norm, and the norms that they had (0 for a constant layer, whose matrix is 0). */
interface Centred {
  z: Tensor3D;
  norm: Tensor1D;
}

export interface Centring {
  /** Matrices `[count · positions, R, F]` of members from `first` on of x `[E, R, positions · F]`. */
  centre(x: Tensor3D, first: number, count: number, positions: number): Centred;
  /** Matrices `[E · count, n, F]` of sets `[first, first + count)` of n rows of x `[E, R, F]`. @param rows int32 `[P, n]` */
  centreRows(x: Tensor3D, rows: Tensor2D, first: number, count: number): Centred;
}

export function centringKernels(runner: ShaderRunner): Centring {
  const centred = (shader: Shader, inputs: Tensor[], [matrices, rows, features]: [number, number, number], numbers: number[]): Centred => {
    const [z, squares] = runner.run(shader, {
      inputs,
      outputs: [
        [matrices, rows, features],
        [matrices, features, 2],
      ],
      numbers: [rows, features, ...numbers],
      groups: columnGroups(features, matrices),
    });
    const each = rows * features;
    const [, norm] = runner.run(SCALE, {
      inputs: [squares],
      outputs: [z, [matrices]],
      numbers: [each, features, rows * CONSTANT_LAYER_RATIO ** 2],
      groups: [Math.ceil(each / CHUNK), matrices],
    });
    squares.dispose();
    return { z: z as Tensor3D, norm: norm as Tensor1D };
  };
  return {
    centre: (x, first, count, positions) => centred(CENTRE, [x], [count * positions, x.shape[1], x.shape[2] / positions], [positions, first]),
    centreRows: (x, rows, first, count) => centred(CENTRE_CHOSEN, [x, rows], [x.shape[0] * count, rows.shape[1], x.shape[2]], [count, first, x.shape[1]]),
  };
}
