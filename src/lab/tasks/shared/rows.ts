/** Batches out of a fixed training set. */
import type { Split } from './types.ts';

/** Copies of some rows of a split. */
export function takeExamples(split: Split, rows: Uint32Array): Split {
  const width = split.inputs.length / split.examples;
  const outputs = split.labels.length / split.examples;
  const take = <T extends Split['inputs'] | Split['labels']>(source: T, size: number): T => {
    const taken = new (source.constructor as new (length: number) => T)(rows.length * size);
    for (let i = 0; i < rows.length; i++) taken.set(source.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
    return taken;
  };
  return { examples: rows.length, inputs: take(split.inputs, width), labels: take(split.labels, outputs) };
}
