/** What is asked of the trained guides that this browser keeps. What goes wrong is no matter of the run on screen. */
import { type Failure, toFailure } from '@/experiment/contract/failure.ts';
import type { GuideOrigin, KeptGuide } from '@/experiment/contract/lab.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { Session } from './session.ts';

type Asking = Pick<Session, 'ask'>;

/** Trained guides that are kept, and where those of an experiment would come from; null when that cannot be told. */
export async function guidesKept(session: Asking, experiment: Experiment): Promise<{ kept: KeptGuide[]; origins: Record<string, GuideOrigin> } | null> {
  try {
    return await session.ask(async (lab) => ({ kept: await lab.keptGuides(), origins: await lab.guideOrigins(experiment) }));
  } catch (error) {
    console.warn('kept guides were not looked for:', error);
    return null;
  }
}

/** Delete one kept guide, or all. @returns what went wrong, or null */
export async function forgetGuides(session: Asking, key?: string): Promise<Failure | null> {
  try {
    await session.ask((lab) => lab.forgetGuides(key));
    return null;
  } catch (error) {
    return toFailure(error);
  }
}
