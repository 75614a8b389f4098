/** What is shared: the experiment on screen, alone or with its result, as an address that says nothing of one's own view. */
import type { RunResult } from '@/experiment/contract/result.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { linkTo } from '@/state/link.ts';
import { addressFor } from '@/state/presenting.ts';
import { differsFromRun, useRun } from '@/state/run.ts';

/** The most bytes that a QR code holds at its lowest level of correction are 2,953; readers want some of them. */
export const MAX_CODE_BYTES = 2900;

const NOWHERE = { presenting: false, embedded: false, hidden: [] };

export interface Shared {
  experiment: Experiment;
  /** Of exactly this experiment; null where it has none, or where it has not ended. */
  result: RunResult | null;
}

/** What is on screen, with what was changed while it ran, unless it was edited since. */
export function shared(): Shared {
  const { experiment } = useExperiment.getState();
  const run = useRun.getState();
  if (!run.experiment || differsFromRun(experiment, run)) return { experiment, result: null };
  return { experiment: run.experiment, result: run.result };
}

export const experimentLink = (experiment: Experiment): string => linkTo(experiment, addressFor(NOWHERE));

/** @returns null where the result is longer than a link may be */
export async function resultLink(result: RunResult): Promise<string | null> {
  const { encodeResultLink } = await import('@/experiment/contract/resultLink.ts');
  const hash = await encodeResultLink(result);
  return hash === null ? null : `${addressFor(NOWHERE).split('#')[0]}#${hash}`;
}
