import type { Experiment } from '../schema/schema.ts';

/** A ready experiment with the words that the page has for it. */
export interface Preset {
  id: string;
  title: string;
  /** One sentence: what to expect and what it shows. */
  hint: string;
  experiment: Experiment;
}
