/** What a recipe of an arm is: an arm that anyone can add, by name, made for the experiment at hand. */
import type { AlignTerm, ArmSpec, Experiment } from '../schema/schema.ts';
import { alignAs, alignments, type NetworkState, withGuide } from './adding.ts';

/** In the order in which they are offered. */
export const GROUPS = {
  guidance: 'Guidance',
  brief: 'Brief guidance: how long does it have to last?',
  rivals: 'Rivals: does something else do as well?',
  baselines: 'Baselines: without any guide',
  controls: 'Controls: is it really the guide?',
} as const;
export type RecipeGroup = keyof typeof GROUPS;

/** Words that may depend on the experiment: how many pairs, images or sequences. */
export type Told = string | ((experiment: Experiment) => string);
export const told = (words: Told, experiment: Experiment): string => (typeof words === 'string' ? words : words(experiment));

/** An arm that a recipe makes; its id and name are the recipe's. */
export interface Made {
  arm: Omit<ArmSpec, 'id' | 'name'>;
  /** All guides of the experiment, where it needs one that was not there. */
  guides?: Experiment['guides'];
}

/** What can be done so that an arm can be added: the words on a button, and what is done before, or made instead. */
export interface Fix {
  label: string;
  change?: (experiment: Experiment) => Experiment;
  make?: ArmRecipe['make'];
}

/** Why an arm cannot be added. */
export interface Refusal {
  /** A sentence. */
  why: string;
  fix?: Fix;
}

export interface ArmRecipe {
  /** Also the id of the first arm made from it. */
  id: string;
  group: RecipeGroup;
  /** Of the arm. */
  name: Told;
  /** One sentence. */
  hint: Told;
  /** Absent: it means something in every experiment. */
  suits?: (experiment: Experiment) => boolean;
  make: (experiment: Experiment) => Made;
  /** What the checks of an experiment do not know: that it would do nothing, or not what it says. */
  cannot?: (experiment: Experiment) => Refusal | null;
}

/** A term of guidance like that of the experiment's guided arms, and the experiment with the guide that it needs. */
export interface Guidance {
  ready: Experiment;
  term: AlignTerm;
}

/** @param state of the guide; without it that of the guided arm that the question is about, or a trained one */
export function guidanceIn(experiment: Experiment, state?: NetworkState): Guidance {
  const [like] = state === undefined ? alignments(experiment) : [];
  const { experiment: ready, guide } = like ? { experiment, guide: like.guide } : withGuide(experiment, state ?? 'trained');
  return { ready, term: alignAs(ready, guide) };
}

/** An arm that is guided like the experiment's guided one, but for what is changed. */
export function guidedArm(experiment: Experiment, change: (guidance: Guidance) => Partial<AlignTerm> = () => ({}), state?: NetworkState): Made {
  const { ready, term } = guidanceIn(experiment, state);
  return { guides: ready.guides, arm: { terms: [{ ...term, ...change({ ready, term }) }] } };
}
