/** The order in which training examples are seen: shuffled epochs, a last short batch dropped. */
import { stream } from '../../random/stream.ts';

/** Epoch permutations kept at a time: lock-step training asks for every seed's batch before the next step. */
const MAX_KEPT_EPOCHS = 64;
const kept = new Map<string, Uint32Array<ArrayBuffer>>();

function epochOrder(seed: number, epoch: number, n: number): Uint32Array<ArrayBuffer> {
  const key = `${seed} ${epoch} ${n}`;
  let order = kept.get(key);
  if (!order) {
    order = stream(seed, 'order', epoch).permutation(n);
    if (kept.size >= MAX_KEPT_EPOCHS)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    kept.set(key, order);
  }
  return order;
}

/** Full batches in one pass over `n` examples. */
export const stepsPerEpoch = (batchSize: number, n: number): number => Math.floor(n / batchSize);

/**
 * Examples of the batch of one step. Depends on its arguments alone, so that training can resume at any step.
 * @param step 0-based
 * @param n training examples, at least `batchSize`
 * @returns a part of the epoch's order, to be read only
 */
export function batchIndices(seed: number, step: number, batchSize: number, n: number): Uint32Array<ArrayBuffer> {
  const batches = stepsPerEpoch(batchSize, n);
  if (!(batches >= 1)) throw new RangeError(`a batch of ${batchSize} does not fit ${n} examples`);
  const start = (step % batches) * batchSize;
  return epochOrder(seed, Math.floor(step / batches), n).subarray(start, start + batchSize);
}
