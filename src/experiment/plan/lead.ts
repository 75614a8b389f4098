/** The one comparison that an experiment asks for, the lead. */
import type { Asks, Experiment } from '../schema/schema.ts';
import { sourcesOf, termOf } from './arms.ts';
import { stagesOf } from './fork.ts';
import { isControl } from './guides.ts';

/** By the score at the end also where nothing is said of `by`. */
export type Lead = Pick<Asks, 'arm' | 'against'> & Partial<Pick<Asks, 'by'>>;

/** What an arm learns from. */
export interface Learning {
  /** From a guide: as an example, as a teacher, or by weights that are copied from it. */
  guided: boolean;
  /** Is aligned to one. */
  aligned: boolean;
  /** From controls alone: whatever it gains is not what a guide knows. */
  control: boolean;
}

/** What an arm learns from over a run: a fork also from what taught the arm that it was before. */
export function learningOf(experiment: Pick<Experiment, 'arms' | 'guides'>, arm: Experiment['arms'][number]): Learning {
  const settings = stagesOf(experiment, arm).map((stage) => stage.arm);
  const used = settings.flatMap(sourcesOf).map((guide) => experiment.guides[guide]);
  return { guided: used.length > 0, aligned: settings.some((own) => termOf(own, 'align')), control: used.length > 0 && used.every(isControl) };
}

/** What is asked, else the first aligned arm (or guided, or any) against the one called "unguided" (or the first); null below two arms. */
export function leadOf(arms: readonly ({ id: string } & Pick<Learning, 'guided' | 'aligned'>)[], asked?: Lead): Lead | null {
  const has = (id: string) => arms.some((arm) => arm.id === id);
  if (asked && asked.arm !== asked.against && has(asked.arm) && has(asked.against)) return asked;
  const against = arms.find(({ id }) => id === 'unguided') ?? arms.at(0);
  const rest = arms.filter((arm) => arm !== against);
  const arm = rest.find(({ aligned }) => aligned) ?? rest.find(({ guided }) => guided) ?? rest.at(0);
  return against && arm ? { arm: arm.id, against: against.id } : null;
}

/** The comparison that an experiment asks for; null with fewer than two arms. */
export const askedBy = (experiment: Pick<Experiment, 'arms' | 'guides' | 'asks'>): Lead | null =>
  leadOf(
    experiment.arms.map((arm) => ({ id: arm.id, ...learningOf(experiment, arm) })),
    experiment.asks,
  );
