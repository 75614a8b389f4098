/** Eigenvalues and eigenvectors of symmetric matrices in float64: Householder tridiagonalisation and implicit QL (EISPACK's tred2 and tql2). */

export interface Eigen {
  /** Descending. */
  values: Float64Array;
  /** Row i is the unit eigenvector of value i: `[n × n]`. */
  vectors: Float64Array;
}

/** Most QL steps for one eigenvalue; a few are enough. */
const STEPS = 60;

/** Of a symmetric matrix `[n × n]`; its entries must be finite. */
export function eigen(matrix: ArrayLike<number>, n: number): Eigen {
  // Rows of `v` become the eigenvectors.
  const v = Float64Array.from(matrix);
  const [d, e] = [new Float64Array(n), new Float64Array(n)];
  tridiagonalise(v, d, e, n);
  diagonalise(v, d, e, n);
  const order = Array.from(d.keys()).sort((a, b) => d[b] - d[a]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * n, from * n + n), to * n);
  });
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
}

/** One reflection H = I − 2·uuᵀ a column; their product is left in `v`, the diagonals in `d` and `e`. */
function tridiagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const a = Float64Array.from(v);
  v.fill(0);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const [u, w] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    let square = 0;
    for (let i = k + 1; i < n; i++) square += a[i * n + k] ** 2;
    const first = a[(k + 1) * n + k];
    const rest = square - first ** 2;
    if (rest <= 1e-300) continue;
    const alpha = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    u.fill(0);
    for (let i = k + 1; i < n; i++) u[i] = a[i * n + k];
    u[k + 1] -= alpha;
    const length = Math.sqrt(rest + u[k + 1] ** 2);
    for (let i = k + 1; i < n; i++) u[i] /= length;
    // A ← A − 2·u·wᵀ − 2·w·uᵀ, w = A·u − (uᵀAu)·u.
    let inner = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * u[j];
      w[i] = sum;
      inner += u[i] * sum;
    }
    for (let i = k; i < n; i++) w[i] -= inner * u[i];
    for (let i = k; i < n; i++) for (let j = k; j < n; j++) a[i * n + j] -= 2 * (u[i] * w[j] + w[i] * u[j]);
    // Rows of v are columns of the product of the reflections: v ← H·v.
    w.fill(0);
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) w[j] += u[i] * v[i * n + j];
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) v[i * n + j] -= 2 * u[i] * w[j];
  }
  for (let i = 0; i < n; i++) {
    d[i] = a[i * n + i];
    e[i] = i + 1 < n ? a[(i + 1) * n + i] : 0;
  }
}

/** Rotations that make what is beside the diagonal vanish, applied to the rows of `v`. */
function diagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < STEPS; step++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) m++;
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.hypot(g, 1);
      g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        let f = s * e[i];
        const b = c * e[i];
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let j = 0; j < n; j++) {
          f = v[(i + 1) * n + j];
          v[(i + 1) * n + j] = s * v[i * n + j] + c * f;
          v[i * n + j] = c * v[i * n + j] - s * f;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
