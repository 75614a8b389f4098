/**
 * Measures that are only looked at, since they cannot be minimised: computed in float64 from two Gram matrices `[n × n]` of the
 * same examples, of trace 1 in the form that each states. NaN where they are not defined.
 */
import type { ObservedOnly } from '../../../experiment/schema/measures.ts';
import type { Form } from '../measures/forms.ts';
import { eigen } from './eigen.ts';

/** One side: its matrix, and the Frobenius norm that its rows were divided by. */
export interface Side {
  gram: ArrayLike<number>;
  norm: number;
}

interface ObservedMeasure {
  form: Form;
  of(target: Side, guide: Side, n: number, option: number): number;
}

/** How far apart two examples are, squared. */
const distance = (k: ArrayLike<number>, n: number, i: number, j: number): number => k[i * n + i] + k[j * n + j] - 2 * k[i * n + j];

/** Of every example the nearest others, as many as are asked for; of two as near the first. */
function nearest(k: ArrayLike<number>, n: number, count: number): Set<number>[] {
  return Array.from({ length: n }, (_, i) => {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    const far = others.map((j) => [distance(k, n, i, j), j] as const).sort(([a, i1], [b, j1]) => a - b || i1 - j1);
    return new Set(far.slice(0, count).map(([, j]) => j));
  });
}

/** Share of the nearest neighbours that two layers have in common. */
function mutualNeighbours({ gram: k }: Side, { gram: l }: Side, n: number, neighbours: number): number {
  const count = Math.min(neighbours, n - 1);
  const [own, other] = [nearest(k, n, count), nearest(l, n, count)];
  let shared = 0;
  own.forEach((near, i) => {
    for (const j of near) if (other[i].has(j)) shared++;
  });
  return shared / (n * count);
}

/** Ranks from 0, equal values sharing the mean of theirs. */
function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) found[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}

/** Pearson's correlation; NaN where one side does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  const centre = (x: Float64Array) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    return x.map((value) => value - mean);
  };
  const [x, y] = [centre(a), centre(b)];
  const inner = (p: Float64Array, q: Float64Array) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  return inner(x, y) / Math.sqrt(inner(x, x) * inner(y, y));
}

/** Correlation of the ranks of the dissimilarities: representational similarity analysis as it is usual. */
function rankCorrelation({ gram: k }: Side, { gram: l }: Side, n: number): number {
  const lower = (gram: ArrayLike<number>) => {
    const values: number[] = [];
    for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) values.push(distance(gram, n, i, j));
    return ranks(Float64Array.from(values));
  };
  return correlation(lower(k), lower(l));
}

/** Mean canonical correlation of the components that make up a share of the variance on each side (Raghu et al. 2017). */
function meanCanonical({ gram: k }: Side, { gram: l }: Side, n: number, variance: number): number {
  const components = (gram: ArrayLike<number>): Float64Array[] => {
    const { values, vectors } = eigen(gram, n);
    const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
    const kept: Float64Array[] = [];
    // What float32 leaves of a component that is not there.
    for (let i = 0, sum = 0; i < n && values[i] > 1e-7 * total && sum < variance * total; i++) {
      sum += values[i];
      kept.push(vectors.subarray(i * n, i * n + n));
    }
    return kept;
  };
  const [own, other] = [components(k), components(l)];
  const [few, many] = own.length < other.length ? [own, other] : [other, own];
  if (few.length === 0) return Number.NaN;
  const across = few.map((u) => many.map((w) => u.reduce((sum, value, i) => sum + value * w[i], 0)));
  const squares = across.flatMap((row) => across.map((column) => row.reduce((sum, value, i) => sum + value * column[i], 0)));
  const { values } = eigen(squares, few.length);
  return values.reduce((sum, value) => sum + Math.sqrt(Math.min(1, Math.max(0, value))), 0) / few.length;
}

/** Solve A·X = B for a symmetric positive definite A `[m × m]` and B `[m × columns]`, in place of B, by Cholesky. */
function solve(a: Float64Array, b: Float64Array, m: number, columns: number): void {
  for (let j = 0; j < m; j++) {
    for (let i = j; i < m; i++) {
      let sum = a[i * m + j];
      for (let k = 0; k < j; k++) sum -= a[i * m + k] * a[j * m + k];
      a[i * m + j] = i === j ? Math.sqrt(sum) : sum / a[j * m + j];
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < m; i++) {
      let sum = b[i * columns + c];
      for (let k = 0; k < i; k++) sum -= a[i * m + k] * b[k * columns + c];
      b[i * columns + c] = sum / a[i * m + i];
    }
    for (let i = m - 1; i >= 0; i--) {
      let sum = b[i * columns + c];
      for (let k = i + 1; k < m; k++) sum -= a[k * m + i] * b[k * columns + c];
      b[i * columns + c] = sum / a[i * m + i];
    }
  }
}

/** Ridge regression with an absolute λ, on activations in their own scale: the first half fits, the second tests; mean cosine. */
function predicted(target: Side, guide: Side, n: number, ridge: number): number {
  const m = Math.floor(n / 2);
  const tests = n - m;
  if (m < 1) return Number.NaN;
  const centred = ({ gram, norm }: Side): Float64Array => {
    const means = Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += gram[i * n + j];
      return sum / m;
    });
    const mean = means.subarray(0, m).reduce((sum, value) => sum + value, 0) / m;
    return Float64Array.from({ length: n * n }, (_, at) => (gram[at] - means[Math.floor(at / n)] - means[at % n] + mean) * norm ** 2);
  };
  const [k, l] = [centred(target), centred(guide)];
  const a = Float64Array.from({ length: m * m }, (_, at) => k[Math.floor(at / m) * n + (at % m)] + (at % (m + 1) === 0 ? ridge : 0));
  // Columns of s are what the test examples are made of.
  const s = Float64Array.from({ length: m * tests }, (_, at) => k[Math.floor(at / tests) * n + m + (at % tests)]);
  solve(a, s, m, tests);
  let sum = 0;
  for (let t = 0; t < tests; t++) {
    const own = l[(m + t) * n + m + t];
    let [inner, square] = [0, 0];
    for (let i = 0; i < m; i++) {
      inner += s[i * tests + t] * l[i * n + m + t];
      for (let j = 0; j < m; j++) square += s[i * tests + t] * l[i * n + j] * s[j * tests + t];
    }
    if (square > 0 && own > 0) sum += inner / Math.sqrt(square * own);
  }
  return sum / tests;
}

export const OBSERVED: { readonly [name in ObservedOnly['name']]: ObservedMeasure } = {
  'mutual-knn': { form: 'unit', of: mutualNeighbours },
  svcca: { form: 'centred', of: meanCanonical },
  'rsa-spearman': { form: 'unit', of: rankCorrelation },
  'ridge-absolute': { form: 'centred', of: predicted },
};
