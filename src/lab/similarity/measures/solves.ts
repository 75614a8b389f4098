/**
 * Inverses, roots and orthogonal factors of stacks of small matrices, `[N, n, n]`, in a number of tensor operations that does
 * not depend on values, so that a step can be recorded.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../../backend/kernels/types.ts';
import { inverse } from './matrices.ts';

type Products = Pick<Kernels, 'matmul' | 'invert'>;

/** Columns that are swept at a time: a product over many is cheaper than many over one. */
const BLOCK = 16;

/**
 * Tensors that are replaced some number of times: what a turn leaves behind is freed at once, not at the end of the step, which
 * would be as many matrices as there are turns. Those given stay the caller's.
 */
export function replaced<T extends readonly tf.Tensor[]>(times: number, given: T, turn: (now: T, i: number) => T): T {
  let now = given;
  for (let i = 0; i < times; i++) {
    const next = tf.tidy(() => turn(now, i) as T & tf.Tensor[]);
    if (i > 0) tf.dispose([...now]);
    now = next;
  }
  return now;
}

const part = (x: Tensor3D, row: number, rows: number, column: number, columns: number): Tensor3D => tf.slice(x, [0, row, column], [x.shape[0], rows, columns]);

/**
 * Sweep blocks of columns one after the other: with D the block on the diagonal and U its columns minus those of the
 * identity, A ← A − U·D⁻¹·Uᵀ. When all are swept, A⁻¹ = 2·I − A.
 */
function swept(kernels: Products, a: Tensor3D, block: number): Tensor3D {
  const n = a.shape[1];
  const eye = tf.expandDims(tf.eye(n), 0) as Tensor3D;
  const [rest] = replaced(Math.ceil(n / block), [a] as const, ([now], i) => {
    const from = i * block;
    const size = Math.min(block, n - from);
    const columns = part(now, 0, n, from, size);
    const own = part(columns, from, size, 0, size);
    const u = tf.sub<Tensor3D>(columns, part(eye, 0, n, from, size));
    const removed =
      size === 1
        ? tf.mul<Tensor3D>(tf.div(u, own), tf.reshape(u, [-1, 1, n]))
        : kernels.matmul(kernels.matmul(u, swept(kernels, own, 1)), u, { transposeB: true });
    return [tf.sub<Tensor3D>(now, removed)] as const;
  });
  return tf.sub(tf.mul(eye, 2), rest);
}

/** Inverses of symmetric positive definite matrices: elimination keeps the digits that an iteration of products loses. */
export function inverted(kernels: Products, a: Tensor3D): Tensor3D {
  if (kernels.invert) return kernels.invert(a);
  // No pivot is larger than the largest entry of the diagonal: none above 1 is subtracted from what is of the size of 1.
  const scale = tf.div<Tensor3D>(1, tf.max(a, [1, 2], true));
  return tf.mul(swept(kernels, tf.mul(a, scale), BLOCK), scale);
}

/** A pivot below this share of the trace is rounding. */
const NO_PIVOT = 3e-7;

/**
 * F with F·Fᵀ = A for symmetric positive semi-definite matrices of any rank: a Cholesky decomposition that takes the largest pivot
 * that is left at every step. Columns beyond the rank are 0.
 */
export function factored(a: Tensor3D): Tensor3D {
  const [count, n] = a.shape;
  const diagonal = (x: Tensor3D): Tensor3D => tf.sum(tf.mul(x, tf.expandDims(tf.eye(n), 0)), 2, true);
  const pivots = diagonal(a);
  const floor = tf.mul<Tensor3D>(tf.sum(pivots, 1, true), NO_PIVOT);
  const places = tf.reshape(tf.range(0, n, 1, 'int32'), [1, 1, n]);
  const columns: Tensor3D[] = [];
  replaced(n, [a, pivots] as const, ([rest, left]) => {
    const largest = tf.reshape(tf.argMax(tf.reshape(left, [count, n]), 1), [count, 1, 1]);
    const chosen = tf.cast<Tensor3D>(tf.equal(largest, places), 'float32');
    const pivot = tf.max(left, 1, true) as Tensor3D;
    const kept = tf.where(tf.greater(pivot, floor), pivot, tf.zerosLike(pivot));
    const column = tf.mul<Tensor3D>(tf.sum(tf.mul(rest, chosen), 2, true), tf.sqrt(inverse(kept)));
    columns.push(tf.keep(column));
    return [
      tf.sub<Tensor3D>(rest, tf.mul(column, tf.reshape(column, [count, 1, n]))),
      tf.mul<Tensor3D>(tf.sub(left, tf.square(column)), tf.sub(1, tf.reshape(chosen, [count, n, 1]))),
    ] as const;
  });
  const all = tf.concat(columns, 2);
  tf.dispose(columns);
  return all;
}

/**
 * Coefficients a, b, c of X ← X·(a + b·S + c·S²), S = XᵀX. The first raise small singular values fast and leave all near 1
 * (K. Jordan's for the optimiser Muon), the last bring them to it (the Newton–Schulz iteration of order 5): what is above
 * 10⁻⁴ of the norm arrives.
 */
const ITERATIONS: readonly (readonly [a: number, b: number, c: number])[] = [
  ...new Array(8).fill([3.4445, -4.775, 2.0315]),
  ...new Array(4).fill([1.875, -1.25, 0.375]),
];

/** The polar factors U of matrices `[N, r, p]`, which have the sum of the singular values as ⟨U, X⟩; 0 where X is. */
export function polar(kernels: Products, x: Tensor3D): Tensor3D {
  const [, r, p] = x.shape;
  const wide = r <= p;
  const eye = tf.expandDims(tf.eye(Math.min(r, p)), 0) as Tensor3D;
  const begun = tf.mul<Tensor3D>(x, inverse(tf.sqrt(tf.sum(tf.square(x), [1, 2], true))));
  const [found] = replaced(ITERATIONS.length, [begun] as const, ([u], i) => {
    const [a, b, c] = ITERATIONS[i];
    const s = wide ? kernels.matmul(u, u, { transposeB: true }) : kernels.matmul(u, u, { transposeA: true });
    const factor = tf.add<Tensor3D>(tf.mul(eye, a), tf.add(tf.mul(s, b), tf.mul(kernels.matmul(s, s), c)));
    return [wide ? kernels.matmul(factor, u) : kernels.matmul(u, factor)] as const;
  });
  return found;
}
