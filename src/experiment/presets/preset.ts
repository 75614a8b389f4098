import type { Experiment } from '../schema/schema.ts';

/** A ready experiment with the words that the page has for it. */
export interface Preset {
  id: string;
  title: string;
  /** One sentence: what to expect and what it shows. */
  hint: string;
  experiment: Experiment;
}

/** A question, and what it compares. */
export type Asked = Required<Pick<Experiment, 'question' | 'asks'>>;

/** A question that an arm answers by its score at the end (unless told otherwise), against another one's. */
export const asking = (question: string, arm: string, against: string, by: Asked['asks']['by'] = 'final'): Asked => ({
  question,
  asks: { arm, against, by },
});

type Particular = Pick<Experiment, 'task' | 'target' | 'guides' | 'base' | 'arms'> & Partial<Pick<Experiment, 'revision' | 'seeds'>>;

/** What the experiments of all presets share. */
export const experimentOf = (preset: string, question: Asked, { revision = 1, seeds = [0, 1, 2], ...particular }: Particular): Experiment => ({
  version: 2,
  preset,
  revision,
  ...question,
  ...particular,
  seeds,
  interventions: [],
});
