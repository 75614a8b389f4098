/** What predicted classes say beside their accuracy, where classes differ in size. */

/**
 * @param labels true classes
 * @param predicted as long as `labels`
 * @returns how many examples of each class (down) were taken for which (across), `[classes × classes]`
 */
export function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i] * classes + predicted[i]]++;
  return counts;
}

/** Of each class the share of its examples that were taken for which, `[classes × classes]`; NaN where a class has none. */
export function rowShares(counts: ArrayLike<number>, classes: number): Float64Array {
  const totals = Array.from({ length: classes }, (_, row) => sum(counts, row * classes, classes));
  return Float64Array.from(counts, (count, cell) => count / totals[Math.floor(cell / classes)]);
}

/** The mean over classes, of those that have examples, of the share of a class that was recognised (Brodersen et al. 2010). */
export function balancedAccuracy(counts: ArrayLike<number>, classes: number): number {
  const shares = rowShares(counts, classes);
  const recalls = Array.from({ length: classes }, (_, c) => shares[c * classes + c]).filter((recall) => !Number.isNaN(recall));
  return sum(recalls, 0, recalls.length) / recalls.length;
}

/** The most frequent class, and the accuracy of always answering it: the line to beat. */
export function majority(labels: ArrayLike<number>, classes: number): { label: number; share: number } {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const most = Math.max(...counts);
  return { label: counts.indexOf(most), share: most / labels.length };
}

function sum(values: ArrayLike<number>, from: number, count: number): number {
  let total = 0;
  for (let i = from; i < from + count; i++) total += values[i];
  return total;
}
