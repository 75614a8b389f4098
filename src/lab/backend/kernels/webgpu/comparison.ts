/**
 * Layers compared with others by their Gram matrices, for all members and sets of examples at once: centre, scale, Gram
 * matrix, U-centred, products of both with themselves and with those of each of the others, their sum over the parts that
 * rows are cut into.
 */
import type { Tensor, Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import { gramProductColumns } from '../composed/similarity.ts';
import type { Kernels } from '../types.ts';
import type { Centring } from './centre.ts';
import { TOTAL } from './rows.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** Rows of a matrix that a workgroup multiplies: few enough that float32 loses nothing in the sum of its products. */
const ROWS = 64;
/** Centred activations and Gram matrices that are there at a time. */
const MOST_BYTES = 64 * 2 ** 20;

/** What the products of a share of the rows are written to: a line of `width` columns for each matrix and share. */
const LINE = 'let line = (m * u.shares + group.x) * u.width;';
const NUMBERS = ['n', 'shares', 'width'];

/**
 * U-centred twice, since the products are with matrices that are not (see `uCentreExactly`). Gram matrices are symmetric: a
 * column is a row, and neighbours read neighbours.
 */
const U_CENTRE: Shader = {
  name: 'U-centred Gram matrix',
  inputs: ['k'],
  outputs: ['y', 'halves'],
  numbers: ['n'],
  code: /* wgsl */ `${TOTAL}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  let n = u.n;
  let size = n * n;
  let first = group.x * size;
  let line = group.x * n;
  for (var at = me; at < size; at += 256u) { y[first + at] = k[first + at]; }
  for (var turn = 0u; turn < 2u; turn++) {
    storageBarrier();
    var all = 0.0;
    for (var j = me; j < n; j += 256u) {
      var sum = 0.0;
      for (var i = 0u; i < n; i++) { if (i != j) { sum += y[first + i * n + j]; } }
      halves[line + j] = sum;
      all += sum;
    }
    all = total(me, all) / f32(2u * (n - 1u));
    for (var j = me; j < n; j += 256u) { halves[line + j] = (halves[line + j] - all) / f32(n - 2u); }
    storageBarrier();
    for (var at = me; at < size; at += 256u) {
      let i = at / n;
      let j = at % n;
      y[first + at] = select(y[first + at] - (halves[line + i] + halves[line + j]), 0.0, i == j);
    }
  }
}`,
};

/** Products of share `group.x` of matrix m, and of c, it U-centred, with those of others that begin at `l0`: the sums `dot` and `centred`. */
const PRODUCTS = (withK: string, withC: string) => /* wgsl */ `
  let size = u.n * u.n;
  let k0 = m * size;
  let top = group.x * ${ROWS}u;
  let bottom = min(top + ${ROWS}u, u.n);
  var dot = 0.0;
  var centred = 0.0;
  for (var at = top * u.n + me; at < bottom * u.n; at += 256u) {
    dot += k[k0 + at] * ${withK}[l0 + at];
    centred += c[k0 + at] * ${withC}[l0 + at];
  }
  dot = total(me, dot);
  centred = total(me, centred);`;

const ENTRY = (body: string) => /* wgsl */ `${TOTAL}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  let m = group.z;
  ${LINE}
  ${body}
}`;

const OWN: Shader = {
  name: 'Gram matrix with itself',
  inputs: ['k', 'c'],
  outputs: ['y'],
  numbers: NUMBERS,
  code: ENTRY(`
  let l0 = m * u.n * u.n;
  ${PRODUCTS('k', 'c')}
  var trace = 0.0;
  for (var r = top + me; r < bottom; r += 256u) { trace += k[k0 + r * (u.n + 1u)]; }
  trace = total(me, trace);
  if (me == 0u) { y[line] = dot; y[line + 1u] = centred; y[line + 2u] = trace; }`),
};

/** Matrix m is set `first + m mod sets` of member m / sets; matrix `group.y` of the others there is `l`'s. */
const WITH_OTHERS: Shader = {
  name: 'Gram matrix with others',
  inputs: ['k', 'c', 'l'],
  outputs: ['y'],
  numbers: [...NUMBERS, 'sets', 'first', 'S', 'P', 'G', 'column'],
  code: ENTRY(`
  let l0 = ((((m / u.sets) % u.S) * u.P + u.first + m % u.sets) * u.G + group.y) * u.n * u.n;
  ${PRODUCTS('l', 'l')}
  if (me == 0u) { y[line + u.column + group.y] = dot; y[line + u.column + u.G + group.y] = centred; }`),
};

/** Element i of what all shares of a matrix add up to, to its place among all sets. */
const SUM_SHARES: Shader = {
  name: 'sum of Gram products',
  inputs: ['x'],
  outputs: ['y'],
  numbers: ['size', 'shares', 'width', 'sets', 'first', 'P'],
  code: perElement(`
  let m = i / u.width;
  let column = i % u.width;
  var sum = 0.0;
  for (var s = 0u; s < u.shares; s++) { sum += x[(m * u.shares + s) * u.width + column]; }
  y[((m / u.sets) * u.P + u.first + m % u.sets) * u.width + column] = sum;`),
};

/** @param mostBytes of intermediate results at a time; more sets than fit are compared in turns */
export function comparisonKernels(
  runner: ShaderRunner,
  { matmul }: Pick<Kernels, 'matmul'>,
  { centre, centreRows }: Centring,
  mostBytes = MOST_BYTES,
): Pick<Kernels, 'gramProducts'> {
  /** The products of `count` sets from `first` on, in a tensor `[E, P, width]`: the one that has those of others, or a new one. */
  const compare = (x: Tensor3D, rows: Tensor2D | null, others: readonly Tensor5D[], [first, count]: [number, number], y: Tensor | undefined): Tensor => {
    const [members, sets, width] = [x.shape[0], rows?.shape[0] ?? 1, gramProductColumns(others)];
    const { z, norm } = rows ? centreRows(x, rows, first, count) : centre(x, 0, members, 1);
    const gram = matmul(z, z, { transposeB: true });
    const [matrices, n] = gram.shape;
    const shares = Math.ceil(n / ROWS);
    const [centred, halves] = runner.run(U_CENTRE, { inputs: [gram], outputs: [gram.shape, [matrices, n]], numbers: [n], groups: [matrices] });
    const [parts] = runner.run(OWN, {
      inputs: [gram, centred],
      outputs: [[matrices, shares, width]],
      numbers: [n, shares, width],
      groups: [shares, 1, matrices],
    });
    let column = 3;
    for (const other of others) {
      const [instances, , layers] = other.shape;
      // As many as there are seeds, or one for all.
      runner.run(WITH_OTHERS, {
        inputs: [gram, centred, other],
        outputs: [parts],
        numbers: [n, shares, width, count, first, instances, sets, layers, column],
        groups: [shares, layers, matrices],
      });
      column += 2 * layers;
    }
    const size = matrices * width;
    const [sum] = runner.run(SUM_SHARES, {
      inputs: [parts],
      outputs: [y ?? [members, sets, width]],
      numbers: [size, shares, width, count, first, sets],
      groups: cover(size),
    });
    for (const tensor of [z, norm, gram, centred, halves, parts]) tensor.dispose();
    return sum;
  };
  return {
    gramProducts(x, rows, others) {
      const [members, all, features] = x.shape;
      const [sets, n] = rows?.shape ?? [1, all];
      const most = Math.max(1, Math.floor(mostBytes / (4 * members * n * (2 * n + features))));
      const each = Math.ceil(sets / Math.ceil(sets / most));
      let y: Tensor | undefined;
      for (let first = 0; first < sets; first += each) y = compare(x, rows, others, [first, Math.min(each, sets - first)], y);
      return y as Tensor3D;
    },
  };
}
