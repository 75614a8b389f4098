/** What a person is told when a run fails. */
import type { Failure } from '../experiment/contract/events.ts';

const REMEDIES: Record<string, string> = {
  DeviceLostError: 'Press Run to continue on another backend.',
  GuideDivergedError: "Lower the guide's learning rate, then run again.",
};

/** What a failed run tells the person. */
export function describeFailure(error: unknown): Failure {
  const { name, message, remedy } =
    error instanceof Error ? (error as Error & { remedy?: string }) : { name: 'Error', message: String(error), remedy: undefined };
  const outOfMemory = /out of memory|allocation failed|memory access out of bounds|Aborted|Array buffer allocation/i.test(message);
  if (outOfMemory) {
    return {
      name: 'OutOfMemoryError',
      message: `The browser ran out of memory (${message}).`,
      remedy: 'Use fewer seeds or arms, a smaller network or a smaller batch, and close other tabs.',
    };
  }
  return { name, message, remedy: remedy ?? REMEDIES[name] ?? 'Reset and run again; if it happens again, try another backend.' };
}
