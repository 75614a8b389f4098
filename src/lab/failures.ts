/** What a person is told when a run fails. */
import { type Failure, toFailure } from '../experiment/contract/failure.ts';

const REMEDIES: Record<string, string> = {
  DeviceLostError: 'Press Run to continue on another backend.',
  NothingToCopyError: 'Choose another guide for its start, or let it draw its weights.',
  GuideDivergedError: "Lower the guide's learning rate, then run again.",
};

/** As `toFailure`, with what the lab knows to do about its own errors and about those of engines that ran out of memory. */
export function describeFailure(error: unknown): Failure {
  const failure = toFailure(error, 'Reset and run again; if it happens again, try another backend.');
  const { name, message } = failure;
  if (/out of memory|allocation failed|memory access out of bounds|Aborted|Array buffer allocation/i.test(message)) {
    return {
      name: 'OutOfMemoryError',
      message: `The browser ran out of memory (${message}).`,
      remedy: 'Use fewer seeds or arms, a smaller network or a smaller batch, and close other tabs.',
    };
  }
  return Object.hasOwn(REMEDIES, name) ? toFailure(error, REMEDIES[name]) : failure;
}

/** Thrown through the preparation of a run when another one was opened, or the lab disposed, in the meantime. */
export class SupersededError extends Error {
  override name = 'SupersededError';
}
