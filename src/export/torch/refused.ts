/** What an experiment can state and the script cannot do: said in a sentence each, in one place. */
import { isLearnt } from '../../experiment/schema/measures.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

/** What is refused, and what it is called in "The PyTorch script does not know …". */
interface Refused {
  what: string;
  states: (experiment: Experiment) => boolean;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'guides out of files of tfjs',
    states: ({ guides }) => Object.values(guides).some(({ state }) => state === 'imported'),
  },
  {
    what: 'what is observed',
    states: ({ observe = [] }) => observe.some((observation) => observation.what !== 'similarity' || isLearnt(observation.measure)),
  },
];

/** Why the experiment cannot be exported, in sentences; empty where it can. */
export const refusedByTorch = (experiment: Experiment): string[] =>
  REFUSED.filter(({ states }) => states(experiment)).map(({ what }) => `The PyTorch script does not know ${what} yet.`);
