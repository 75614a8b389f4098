/** What an experiment can state and the script cannot do: said in a sentence each, in one place. */
import { alignSettings, termsOf } from '../../experiment/plan/arms.ts';
import { exampleControl } from '../../experiment/plan/guides.ts';
import { isLearnt } from '../../experiment/schema/measures.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import { MEASURE_FUNCTIONS } from './terms.ts';

/** What is refused, and what it is called in "PyTorch export does not know …". */
interface Refused<T> {
  what: string;
  states: (of: T, experiment: Experiment) => boolean;
}

const EXPERIMENT: readonly Refused<Experiment>[] = [
  {
    what: 'guides out of files of tfjs',
    states: ({ guides }) => Object.values(guides).some(({ state }) => state === 'imported'),
  },
  {
    what: 'a measure that is observed',
    states: ({ observe = [] }) => observe.some((observation) => observation.what !== 'similarity' || MEASURE_FUNCTIONS[observation.measure.name] === undefined),
  },
];

const ARM: readonly Refused<ArmSpec>[] = [
  {
    what: 'maps that are trained along to a shuffled guide',
    states: (arm, { base, guides }) =>
      termsOf(arm, 'align').some((term) => isLearnt(alignSettings(base, term).measure) && exampleControl(guides[term.guide]) === 'shuffled'),
  },
  {
    what: 'this measure',
    states: (arm, { base }) =>
      termsOf(arm, 'align').some((term) => {
        const { measure } = alignSettings(base, term);
        return !isLearnt(measure) && MEASURE_FUNCTIONS[measure.name] === undefined;
      }),
  },
];

/** Why the experiment cannot be exported, in sentences; empty where it can. */
export function refusedByTorch(experiment: Experiment): string[] {
  const say = <T>(rows: readonly Refused<T>[], of: T, where: string): string[] =>
    rows.filter(({ states }) => states(of, experiment)).map(({ what }) => `The PyTorch script does not know ${what} yet${where}.`);
  return [...say(EXPERIMENT, experiment, ''), ...experiment.arms.flatMap((arm) => say(ARM, arm, ` (“${arm.name}”)`))];
}
