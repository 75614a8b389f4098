/**
 * Matrix products of every kind as one shader: plain, transposed, and the three of a convolution (whose matrices are
 * read straight from the images: implicit im2col). Tiles of both sides go through workgroup memory; every thread keeps a
 * small block of the result. A long inner dimension with few tiles is cut into parts that are summed afterwards in a
 * fixed order: no atomics, the same bits every time.
 */
import type { Tensor, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import type { ConvOptions, Kernels, Shape5D } from '../types.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

const SIDE = 16;
/** Rows of the inner dimension in a tile. */
const DEEP = 16;
/** With fewer workgroups than this most of a GPU idles, so a long inner dimension is cut. */
const ENOUGH_GROUPS = 128;
/** Shortest part of an inner dimension that is worth a workgroup of its own. */
const SHORTEST_PART = 256;
const MOST_PARTS = 64;

/** How a product reads its sides: expressions for element (row, k) of A and (k, column) of B of a member. */
export interface Sides {
  name: string;
  a: string;
  b: string;
  /** Whether neighbours in memory are neighbours along the inner dimension, or else along the result. */
  aInner: boolean;
  bInner: boolean;
  /** Numbers that the expressions use besides `E, aE, bE, M, N, K`. */
  numbers: readonly string[];
  /** Where element (row, column) of member e goes, if not to its place in `[E, M, N]`. */
  place?: string;
  /** Further arrays that the expressions read. */
  more?: readonly string[];
  /** Body of a function: what becomes of the whole sum `value` for element `i` of the result. */
  finish?: string;
  /** Whether the sums of B over the inner dimension come as well, `[E, N]`. */
  sums?: boolean;
}

export interface Product {
  sides: Sides;
  a: Tensor;
  b: Tensor;
  /** Members of A, of B and of the result. */
  members: readonly [number, number, number];
  rows: number;
  columns: number;
  inner: number;
  numbers?: readonly number[];
  bias?: Tensor;
  more?: readonly Tensor[];
  shape: number[];
  /** Most parts of the inner dimension, where it may not be cut as often as it pays. */
  mostParts?: number;
}

/** Result elements per thread along a side of this length. */
const blockOf = (length: number) => (length <= SIDE ? 1 : length <= 2 * SIDE ? 2 : 4);

const finishing = (finish: string | undefined) => (finish ? `fn finish(value: f32, i: u32) -> f32 { ${finish} }` : '');

function productShader(sides: Sides, tall: number, wide: number, bias: boolean): Shader {
  const [tileM, tileN] = [SIDE * tall, SIDE * wide];
  return {
    name: `product ${sides.name} ${tall}x${wide}${bias ? ' bias' : ''}`,
    inputs: ['a', 'b', ...(bias ? ['bias'] : []), ...(sides.more ?? [])],
    outputs: sides.sums ? ['y', 'sums'] : ['y'],
    numbers: ['aE', 'bE', 'M', 'N', 'K', 'parts', 'part', ...sides.numbers],
    code: /* wgsl */ `
var<workgroup> tileA: array<f32, ${DEEP * tileM}>;
var<workgroup> tileB: array<f32, ${DEEP * tileN}>;
fn readA(e: u32, row: u32, k: u32) -> f32 { ${sides.a} }
fn readB(e: u32, k: u32, column: u32) -> f32 { ${sides.b} }
${finishing(sides.finish)}

@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) me: vec3u, @builtin(local_invocation_index) at: u32) {
  let e = group.z / u.parts;
  let p = group.z % u.parts;
  let first = p * u.part;
  let last = min(u.K, first + u.part);
  let top = group.y * ${tileM}u;
  let left = group.x * ${tileN}u;
  let ea = min(e, u.aE - 1u);
  let eb = min(e, u.bE - 1u);
  var sum: array<array<f32, ${wide}>, ${tall}>;
  ${sides.sums ? `var down: array<f32, ${wide}>;` : ''}
  for (var start = first; start < last; start += ${DEEP}u) {
    for (var i = at; i < ${DEEP * tileM}u; i += ${SIDE * SIDE}u) {
      let r = ${sides.aInner ? `i / ${DEEP}u` : `i % ${tileM}u`};
      let k = ${sides.aInner ? `i % ${DEEP}u` : `i / ${tileM}u`};
      var value = 0.0;
      if (top + r < u.M && start + k < last) { value = readA(ea, top + r, start + k); }
      tileA[k * ${tileM}u + r] = value;
    }
    for (var i = at; i < ${DEEP * tileN}u; i += ${SIDE * SIDE}u) {
      let c = ${sides.bInner ? `i / ${DEEP}u` : `i % ${tileN}u`};
      let k = ${sides.bInner ? `i % ${DEEP}u` : `i / ${tileN}u`};
      var value = 0.0;
      if (left + c < u.N && start + k < last) { value = readB(eb, start + k, left + c); }
      tileB[k * ${tileN}u + c] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${DEEP}u; k++) {
      var right: array<f32, ${wide}>;
      for (var j = 0u; j < ${wide}u; j++) { right[j] = tileB[k * ${tileN}u + me.x + j * ${SIDE}u]; }
      ${sides.sums ? `if (group.y == 0u) { for (var j = 0u; j < ${wide}u; j++) { down[j] += right[j]; } }` : ''}
      for (var i = 0u; i < ${tall}u; i++) {
        let value = tileA[k * ${tileM}u + me.y + i * ${SIDE}u];
        for (var j = 0u; j < ${wide}u; j++) { sum[i][j] = fma(value, right[j], sum[i][j]); }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < ${tall}u; i++) {
    let row = top + me.y + i * ${SIDE}u;
    for (var j = 0u; j < ${wide}u; j++) {
      let column = left + me.x + j * ${SIDE}u;
      if (row < u.M && column < u.N) {
        ${bias ? 'sum[i][j] += bias[e * u.N + column];' : ''}
        ${sides.finish ? 'if (u.parts == 1u) { sum[i][j] = finish(sum[i][j], (group.z * u.M + row) * u.N + column); }' : ''}
        y[${sides.place ?? '(group.z * u.M + row) * u.N + column'}] = sum[i][j];
      }
    }
  }
  ${
    sides.sums
      ? /* wgsl */ `
  for (var j = 0u; j < ${wide}u; j++) {
    let column = left + me.x + j * ${SIDE}u;
    if (group.y == 0u && me.y == 0u && column < u.N) { sums[group.z * u.N + column] = down[j]; }
  }`
      : ''
  }
}`,
  };
}

const sumShader = ({ name, more = [], numbers, finish }: Partial<Sides>): Shader => ({
  name: finish ? `sum of parts ${name}` : 'sum of parts',
  inputs: finish ? ['x', ...more] : ['x'],
  outputs: ['y'],
  numbers: ['size', 'parts', 'each', ...(finish ? (numbers ?? []) : [])],
  code: perElement(
    `
  var sum = 0.0;
  let start = (i / u.each) * u.each * u.parts + i % u.each;
  for (var p = 0u; p < u.parts; p++) { sum += x[start + p * u.each]; }
  y[i] = ${finish ? 'finish(sum, i)' : 'sum'};`,
    finishing(finish),
  ),
});
const SUM_PARTS = sumShader({});

/**
 * A product whose parts are still to be added: `[E · parts, M, N]`, or of the given shape where there is one part. With the
 * sums of B, `[E · parts, N]`, if its sides ask for them.
 */
function productInParts(
  runner: ShaderRunner,
  { sides, a, b, members, rows, columns, inner, numbers = [], bias, more = [], shape, mostParts = MOST_PARTS }: Product,
): { y: Tensor; sums?: Tensor; parts: number } {
  const [aMembers, bMembers, count] = members;
  const [tall, wide] = [blockOf(rows), blockOf(columns)];
  const groups = [Math.ceil(columns / (SIDE * wide)), Math.ceil(rows / (SIDE * tall))];
  const most = bias ? 1 : Math.min(mostParts, Math.floor(inner / SHORTEST_PART));
  const parts = Math.max(1, Math.min(most, Math.floor(ENOUGH_GROUPS / (groups[0] * groups[1] * count))));
  const part = Math.ceil(inner / parts / DEEP) * DEEP;
  const [y, sums] = runner.run(productShader(sides, tall, wide, bias !== undefined), {
    inputs: [a, b, ...(bias ? [bias] : []), ...more],
    outputs: [parts === 1 ? shape : [count * parts, rows, columns], ...(sides.sums ? [[count * parts, columns]] : [])],
    numbers: [aMembers, bMembers, rows, columns, inner, parts, part, ...numbers],
    groups: [groups[0], groups[1], count * parts],
  });
  return { y, sums, parts };
}

/** Adds parts that lie behind each other, `each` elements long, to a tensor of the given shape. Disposes the parts. */
export function sumOfParts(runner: ShaderRunner, y: Tensor, { shape, parts, each }: { shape: number[]; parts: number; each: number }): Tensor {
  const size = y.size / parts;
  const [sum] = runner.run(SUM_PARTS, { inputs: [y], outputs: [shape], numbers: [size, parts, each], groups: cover(size) });
  y.dispose();
  return sum;
}

/** A product; what its sides ask for besides as second. */
export function productWithSums(runner: ShaderRunner, asked: Product): [y: Tensor, sums?: Tensor] {
  const { y, sums, parts } = productInParts(runner, asked);
  if (parts === 1) return [y, sums];
  const { sides, rows, columns, shape, members, more = [], numbers = [] } = asked;
  const size = y.size / parts;
  const finish = sides.finish !== undefined;
  const [whole] = runner.run(sumShader(sides), {
    inputs: [y, ...(finish ? more : [])],
    outputs: [shape],
    numbers: [size, parts, rows * columns, ...(finish ? numbers : [])],
    groups: cover(size),
  });
  y.dispose();
  return [whole, sums && sumOfParts(runner, sums, { shape: [members[2], columns], parts, each: columns })];
}

const product = (runner: ShaderRunner, asked: Product): Tensor => productWithSums(runner, asked)[0];

export const plainSides = (transposeA: boolean, transposeB: boolean): Sides => ({
  name: `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'}`,
  a: transposeA ? 'return a[(e * u.K + k) * u.M + row];' : 'return a[(e * u.M + row) * u.K + k];',
  b: transposeB ? 'return b[(e * u.N + column) * u.K + k];' : 'return b[(e * u.K + k) * u.N + column];',
  aInner: !transposeA,
  bInner: transposeB,
  numbers: [],
});

/** Element (row, column) of matrix e as position e mod T of an example of several positions. */
const SPREAD: Sides = {
  ...plainSides(false, false),
  name: 'NN to positions',
  numbers: ['T'],
  place: '((e / u.T) * u.M + row) * u.T * u.N + (e % u.T) * u.N + column',
};

/** Images of H×W×I and results of h×w×O, kernel side k. */
const CONV_NUMBERS = ['B', 'H', 'W', 'I', 'h', 'w', 'O', 'side', 'stride', 'pad'];

/** Pixel of an image under tap `t` (ky, kx, channel) of the result's pixel `at` (b, oy, ox); 0 outside. */
const UNDER = (image: string, at: string, t: string) => /* wgsl */ `
  let c = ${t} % u.I; let kx = (${t} / u.I) % u.side; let ky = ${t} / (u.I * u.side);
  let ox = ${at} % u.w; let oy = (${at} / u.w) % u.h; let n = ${at} / (u.w * u.h);
  let iy = i32(oy * u.stride + ky) - i32(u.pad); let ix = i32(ox * u.stride + kx) - i32(u.pad);
  if (iy < 0 || ix < 0 || iy >= i32(u.H) || ix >= i32(u.W)) { return 0.0; }
  return ${image}[(((e * u.B + n) * u.H + u32(iy)) * u.W + u32(ix)) * u.I + c];`;

const FORWARD: Sides = {
  name: 'convolution',
  a: UNDER('a', 'row', 'k'),
  b: 'return b[(e * u.K + k) * u.N + column];',
  aInner: true,
  bInner: false,
  numbers: CONV_NUMBERS,
};

const INPUT_GRADIENT: Sides = {
  name: 'convolution input gradient',
  a: /* wgsl */ `
  let c = k % u.O; let kx = (k / u.O) % u.side; let ky = k / (u.O * u.side);
  let ix = row % u.W; let iy = (row / u.W) % u.H; let n = row / (u.W * u.H);
  let sy = i32(iy + u.pad) - i32(ky); let sx = i32(ix + u.pad) - i32(kx);
  if (sy < 0 || sx < 0 || sy % i32(u.stride) != 0 || sx % i32(u.stride) != 0) { return 0.0; }
  let oy = u32(sy) / u.stride; let ox = u32(sx) / u.stride;
  if (oy >= u.h || ox >= u.w) { return 0.0; }
  return a[(((e * u.B + n) * u.h + oy) * u.w + ox) * u.O + c];`,
  b: 'return b[((e * u.side * u.side + k / u.O) * u.I + column) * u.O + k % u.O];',
  aInner: true,
  bInner: true,
  numbers: CONV_NUMBERS,
};

const FILTER_GRADIENT: Sides = {
  name: 'convolution filter gradient',
  a: UNDER('a', 'k', 'row'),
  b: 'return b[(e * u.K + k) * u.N + column];',
  aInner: false,
  bInner: false,
  numbers: CONV_NUMBERS,
};

/** What the gradient of an alignment is made of. */
export interface GramProducts {
  /** Gram matrices of z `[E, B, F]`, `[E · parts, B, B]`: the parts are still to be added. */
  gramParts(z: Tensor3D): { gram: Tensor3D; parts: number };
  /** g `[E · T, B, B]` times z `[E · T, B, F]` as `[E, B, T · F]`. */
  spread(g: Tensor3D, z: Tensor3D, positions: number): Tensor3D;
}

export function gramProducts(runner: ShaderRunner): GramProducts {
  return {
    gramParts(z) {
      const [matrices, rows, inner] = z.shape;
      const { y, parts } = productInParts(runner, {
        sides: plainSides(false, true),
        a: z,
        b: z,
        members: [matrices, matrices, matrices],
        rows,
        columns: rows,
        inner,
        shape: [matrices, rows, rows],
      });
      return { gram: y as Tensor3D, parts };
    },
    spread(g, z, positions) {
      const [matrices, rows, columns] = z.shape;
      return product(runner, {
        sides: SPREAD,
        a: g,
        b: z,
        members: [matrices, matrices, matrices],
        rows,
        columns,
        inner: rows,
        numbers: [positions],
        shape: [matrices / positions, rows, positions * columns],
        mostParts: 1,
      }) as Tensor3D;
    },
  };
}

export function productKernels(runner: ShaderRunner): Pick<Kernels, 'matmul' | 'conv2d' | 'conv2dInputGrad' | 'conv2dFilterGrad'> {
  const convolution = (image: Shape5D, result: readonly number[], side: number, { stride, pad }: ConvOptions) => {
    const [, batch, height, width, inputs] = image;
    const [, , h, w, outputs] = result;
    return [batch, height, width, inputs, h, w, outputs, side, stride, pad];
  };
  return {
    matmul(a: Tensor3D, b: Tensor3D, { transposeA = false, transposeB = false } = {}): Tensor3D {
      const [rows, inner] = transposeA ? [a.shape[2], a.shape[1]] : [a.shape[1], a.shape[2]];
      const columns = transposeB ? b.shape[1] : b.shape[2];
      const members = Math.max(a.shape[0], b.shape[0]);
      const sides = plainSides(transposeA, transposeB);
      return product(runner, {
        sides,
        a,
        b,
        members: [a.shape[0], b.shape[0], members],
        rows,
        columns,
        inner,
        shape: [members, rows, columns],
      }) as Tensor3D;
    },

    conv2d(x, filter, options) {
      const [members, batch, height, width, inputs] = [filter.shape[0], ...x.shape.slice(1)];
      const [side, outputs] = [filter.shape[1], filter.shape[4]];
      const reach = (length: number) => Math.floor((length + 2 * options.pad - side) / options.stride) + 1;
      const shape: Shape5D = [members, batch, reach(height), reach(width), outputs];
      return product(runner, {
        sides: FORWARD,
        a: x,
        b: filter,
        members: [x.shape[0], members, members],
        rows: batch * shape[2] * shape[3],
        columns: outputs,
        inner: side * side * inputs,
        bias: options.bias,
        numbers: convolution(x.shape, shape, side, options),
        shape,
      }) as Tensor5D;
    },

    conv2dInputGrad(dy, filter, xShape, options) {
      const [, batch, height, width, inputs] = xShape;
      const members = filter.shape[0];
      const side = filter.shape[1];
      const gradient = product(runner, {
        sides: INPUT_GRADIENT,
        a: dy,
        b: filter,
        members: [dy.shape[0], members, members],
        rows: batch * height * width,
        columns: inputs,
        inner: side * side * dy.shape[4],
        numbers: convolution(xShape, dy.shape, side, options),
        shape: [members, ...xShape.slice(1)],
      }) as Tensor5D;
      if (xShape[0] === members) return gradient;
      // The gradient of an input that all members share is the sum of theirs.
      return sumOfParts(runner, gradient, { shape: xShape, parts: members, each: gradient.size / members }) as Tensor5D;
    },

    conv2dFilterGrad(dy, x, filterShape, options) {
      const [members, side, , inputs, outputs] = filterShape;
      return product(runner, {
        sides: FILTER_GRADIENT,
        a: x,
        b: dy,
        members: [x.shape[0], dy.shape[0], members],
        rows: side * side * inputs,
        columns: outputs,
        inner: dy.size / (dy.shape[0] * outputs),
        numbers: convolution(x.shape, dy.shape, side, options),
        shape: filterShape,
      }) as Tensor5D;
    },
  };
}
