/** What tests of verdicts share. */
import type { VerdictInput } from './types.ts';

/** A run on eight classes that ended. */
export const ENDED: Omit<VerdictInput, 'arms' | 'seeds'> = {
  metric: { name: 'accuracy', higherIsBetter: true, chance: 0.125 },
  valExamples: 800,
  finished: true,
  step: 250,
  steps: 250,
  changes: [],
};
