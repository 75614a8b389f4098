/** What is drawn of a matrix of examples. */
import type { InspectedMatrices } from '@/experiment/contract/inspection.ts';

/** Examples of one class, which stand beside each other. */
export interface ClassBlock {
  label: number;
  from: number;
  count: number;
}

export function classBlocks(classes: ArrayLike<number>): ClassBlock[] {
  const blocks: ClassBlock[] = [];
  for (let i = 0; i < classes.length; i++) {
    const last = blocks.at(-1);
    if (last?.label === classes[i]) last.count++;
    else blocks.push({ label: classes[i], from: i, count: 1 });
  }
  return blocks;
}

/**
 * How alike each two examples are, from 0 for the least of all pairs to 1 for the most: similarities do not know scales either.
 * The diagonal, an example with itself, is as alike as the most. All are NaN where no two pairs differ.
 * @param matrix `[n × n]`
 */
export function levels(matrix: Float32Array, n: number, kind: InspectedMatrices['kind']): Float32Array {
  const sign = kind === 'products' ? 1 : -1;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  matrix.forEach((value, i) => {
    if (i % (n + 1) === 0) return;
    least = Math.min(least, sign * value);
    most = Math.max(most, sign * value);
  });
  return matrix.map((value, i) => (most > least ? (i % (n + 1) === 0 ? 1 : (sign * value - least) / (most - least)) : Number.NaN));
}

/** Mean level of pairs of one class and of pairs of two; NaN where there are none. */
export function blockMeans(values: Float32Array, classes: ArrayLike<number>): { within: number; between: number } {
  const n = classes.length;
  const sums = { within: 0, between: 0 };
  const counts = { within: 0, between: 0 };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const where = classes[i] === classes[j] ? 'within' : 'between';
      sums[where] += values[i * n + j];
      counts[where]++;
    }
  }
  return { within: sums.within / counts.within, between: sums.between / counts.between };
}
