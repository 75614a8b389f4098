/** What an experiment can state and the lab cannot do yet: refused in one place, until it is built. */
import { isBuilt, isRecorded, MEASURE_NAMES, OBSERVED_NAMES } from '../schema/measures.ts';
import type { Problem } from '../schema/problem.ts';
import type { Experiment, MeasureSpec } from '../schema/schema.ts';

/** Something that is not built, where it is stated. */
interface NotBuilt<T> {
  /** Below what is looked at, e.g. `measure`. */
  path: string;
  /** What it is, for the sentence "… is not built yet". */
  what: string;
  /** What to do instead, after "remove it or". */
  instead: string;
  states: (of: T) => boolean;
}

const measureRow = <T extends { measure?: MeasureSpec }>(): NotBuilt<T> => ({
  path: 'measure',
  what: 'this measure',
  instead: `use one of ${MEASURE_NAMES.join(', ')}`,
  states: ({ measure }) => measure !== undefined && !isBuilt(measure),
});

const EXPERIMENT: readonly NotBuilt<Experiment>[] = [
  {
    path: 'observe',
    what: 'recording this besides the usual',
    instead: `observe similarities by ${[...MEASURE_NAMES, ...OBSERVED_NAMES].join(', ')}`,
    states: ({ observe = [] }) => observe.some((observation) => observation.what !== 'similarity' || !isRecorded(observation.measure)),
  },
];

const found = <T>(rows: readonly NotBuilt<T>[], of: T, root: string): Problem[] =>
  rows
    .filter(({ states }) => states(of))
    .map(({ path, what, instead }) => ({ path: `${root}${path}`, message: `asks for what is not built yet, ${what}: remove it or ${instead}` }));

/** Everything in an experiment that is not built. */
export function notBuilt(experiment: Experiment): Problem[] {
  return [
    ...found(EXPERIMENT, experiment, ''),
    ...found([measureRow()], experiment.base, 'base.'),
    ...experiment.arms.flatMap((arm, i) => arm.terms.flatMap((term, t) => (term.kind === 'align' ? found([measureRow()], term, `arms.${i}.terms.${t}.`) : []))),
  ];
}
