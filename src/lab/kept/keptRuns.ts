/**
 * Runs on their way, kept in this browser by the name of whoever runs them: what a closed tab or a crashed browser
 * leaves behind. A run is kept with every checkpoint and forgotten when it ends.
 */
import type { Checkpoint, KeptRun } from '../../experiment/contract/lab.ts';
import { migrate } from '../../experiment/schema/migrate.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { asToday, type OldCheckpoint } from './oldCheckpoint.ts';
import { forget, names, recall, remember } from './storage.ts';

const ABOUT = 'run/';
const STATE = 'run-state/';

/** What an older version of the page kept, with its experiment in today's words. */
const today = <T extends { experiment: Experiment }>(kept: T): T => ({ ...kept, experiment: migrate(kept.experiment) as Experiment });

/** Keep a run as it stands. @returns whether this browser keeps it (storage can be missing, forbidden or full) */
export async function keepRun(name: string, checkpoint: Checkpoint): Promise<boolean> {
  const { experiment, step } = checkpoint;
  const about: KeptRun = { name, experiment, step, savedAt: Date.now() };
  // What is listed must be there: the state first.
  return (await remember(STATE + name, checkpoint)) && (await remember(ABOUT + name, about));
}

/** All kept runs, the newest first. */
export async function keptRuns(): Promise<KeptRun[]> {
  const all = await Promise.all((await names(ABOUT)).map((key) => recall<KeptRun>(key)));
  return all.flatMap((run) => (run ? [today(run)] : [])).sort((a, b) => b.savedAt - a.savedAt);
}

/** @throws {KeptRunGoneError} when nothing of that name is kept (another tab went on with it, or deleted it) */
export async function keptState(name: string): Promise<Checkpoint> {
  const checkpoint = await recall<Checkpoint | OldCheckpoint>(STATE + name);
  if (checkpoint) return asToday(today(checkpoint));
  throw Object.assign(new Error('This browser no longer keeps that run.'), {
    name: 'KeptRunGoneError',
    remedy: 'Press Run to start it from the beginning.',
  });
}

export async function forgetRun(name: string): Promise<void> {
  await forget(ABOUT + name);
  await forget(STATE + name);
}
