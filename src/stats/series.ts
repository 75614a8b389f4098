/** What a chart does to a series before drawing it. */

/**
 * Exponential moving average, debiased: early values are not pulled towards 0 (as in TensorBoard). Gaps (NaN) stay
 * gaps and leave the average as it was.
 * @param weight of the past, 0 (no smoothing) up to below 1
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  if (!(weight >= 0 && weight < 1)) throw new RangeError(`a smoothing weight must be at least 0 and below 1, not ${weight}`);
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let trust = 0; // 1 − weightⁿ after n values
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) {
      average = weight * average + (1 - weight) * values[i];
      trust = weight * trust + (1 - weight);
      smoothed[i] = average / trust;
    } else {
      smoothed[i] = NaN;
    }
  }
  return smoothed;
}

/**
 * Choose at most `limit` points of a series so that its picture stays: both ends, and of every stretch in between the
 * lowest and the highest value (a spike never disappears) and one NaN if it holds a gap (lines do not bridge it).
 * @param values y of the series at even spacing
 * @param limit at least 2
 * @returns ascending indices into `values`
 */
export function decimate(values: ArrayLike<number>, limit: number): number[] {
  const n = values.length;
  if (!(limit >= 2)) throw new RangeError(`a series cannot be drawn with ${limit} points`);
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  let gaps = false;
  for (let i = 0; i < n && !gaps; i++) gaps = Number.isNaN(values[i]);
  const stretches = Math.floor((limit - 2) / (gaps ? 3 : 2));
  const chosen = [0];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = 1 + Math.floor((stretch * (n - 2)) / stretches);
    const end = 1 + Math.floor(((stretch + 1) * (n - 2)) / stretches);
    let lowest = -1;
    let highest = -1;
    let gap = -1;
    for (let i = start; i < end; i++) {
      if (Number.isNaN(values[i])) {
        gap = i;
      } else {
        if (lowest < 0 || values[i] < values[lowest]) lowest = i;
        if (highest < 0 || values[i] > values[highest]) highest = i;
      }
    }
    const kept = new Set([lowest, highest, gap].filter((i) => i >= 0));
    chosen.push(...[...kept].sort((a, b) => a - b));
  }
  chosen.push(n - 1);
  return chosen;
}
