/** CKA by the textbook, in float64. */

/** Of activations `[n, p]` and `[n, q]`, one row behind the other. @param debiased without diagonals, U-centred (Song et al. 2007) */
export function referenceCka(x: ArrayLike<number>, y: ArrayLike<number>, n: number, debiased: boolean): number {
  const gram = (values: ArrayLike<number>): Float64Array => {
    const width = values.length / n;
    const centred = Float64Array.from(values);
    for (let f = 0; f < width; f++) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += values[i * width + f] / n;
      for (let i = 0; i < n; i++) centred[i * width + f] -= mean;
    }
    const k = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (debiased && i === j) continue;
        for (let f = 0; f < width; f++) k[i * n + j] += centred[i * width + f] * centred[j * width + f];
      }
    }
    if (!debiased) return k;
    const sums = Array.from({ length: n }, (_, i) => k.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b));
    const total = sums.reduce((a, b) => a + b) / ((n - 1) * (n - 2));
    return k.map((v, at) => (at % (n + 1) === 0 ? 0 : v - (sums[Math.floor(at / n)] + sums[at % n]) / (n - 2) + total));
  };
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const [k, l] = [gram(x), gram(y)];
  return dot(k, l) / Math.sqrt(dot(k, k) * dot(l, l));
}
