/** What an experiment can state and the lab cannot do yet: refused in one place, until it is built. */
import { MEASURE_NAMES, OBSERVED_NAMES } from '../schema/measures.ts';
import type { Problem } from '../schema/problem.ts';
import type { Experiment } from '../schema/schema.ts';

/** Something that is not built, where it is stated. */
interface NotBuilt {
  path: string;
  /** What it is, for the sentence "… is not built yet". */
  what: string;
  /** What to do instead, after "remove it or". */
  instead: string;
  states: (of: Experiment) => boolean;
}

const ROWS: readonly NotBuilt[] = [
  {
    path: 'observe',
    what: 'recording this besides the usual',
    instead: `observe similarities by ${[...MEASURE_NAMES, ...OBSERVED_NAMES].join(', ')}`,
    states: ({ observe = [] }) => observe.some(({ what }) => what !== 'similarity'),
  },
];

/** Everything in an experiment that is not built. */
export const notBuilt = (experiment: Experiment): Problem[] =>
  ROWS.filter(({ states }) => states(experiment)).map(({ path, what, instead }) => ({
    path,
    message: `asks for what is not built yet, ${what}: remove it or ${instead}`,
  }));
