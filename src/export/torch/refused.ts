/** What an experiment can state and the script cannot do: said in a sentence each, in one place. */
import { taskShape } from '../../experiment/networks/describe.ts';
import { alignSettings, termsOf } from '../../experiment/plan/arms.ts';
import { isLearnt } from '../../experiment/schema/measures.ts';
import type { ArmSpec, Experiment, Term } from '../../experiment/schema/schema.ts';
import { MEASURE_FUNCTIONS } from './settings.ts';

/** What is refused, and what it is called in "PyTorch export does not know …". */
interface Refused<T> {
  what: string;
  states: (of: T, experiment: Experiment) => boolean;
}

const EXPERIMENT: readonly Refused<Experiment>[] = [
  { what: 'the recording of more than the usual (observe)', states: ({ observe = [] }) => observe.length > 0 },
  {
    what: 'guides out of files of tfjs',
    states: ({ guides }) => Object.values(guides).some(({ state }) => state === 'imported'),
  },
  {
    what: 'shuffled guides of sequences that differ in length',
    states: ({ guides, task }) =>
      taskShape(task).tokens?.padded === true && Object.values(guides).some((guide) => 'control' in guide && guide.control === 'shuffled'),
  },
];

const ARM: readonly Refused<ArmSpec>[] = [
  { what: 'a target of its own', states: ({ target }) => target !== undefined },
  { what: 'an optimiser of its own', states: ({ optimiser }) => optimiser !== undefined },
  { what: 'a warm-up', states: ({ warmup }) => warmup !== undefined },
  {
    what: 'this measure',
    states: (arm, { base }) =>
      termsOf(arm, 'align').some((term) => {
        const { measure } = alignSettings(base, term);
        return !isLearnt(measure) && MEASURE_FUNCTIONS[measure.name] === undefined;
      }),
  },
];

const TERM: readonly Refused<Term>[] = [
  { what: 'a regulariser', states: ({ kind }) => kind === 'regularise' },
  { what: 'matching of outputs or moments', states: ({ kind }) => kind === 'match' },
  { what: 'a course that ends when a number stalls', states: ({ course }) => course?.kind === 'stall' },
];

/** Why the experiment cannot be exported, in sentences; empty where it can. */
export function refusedByTorch(experiment: Experiment): string[] {
  const say = <T>(rows: readonly Refused<T>[], of: T, where: string): string[] =>
    rows.filter(({ states }) => states(of, experiment)).map(({ what }) => `The PyTorch script does not know ${what} yet${where}.`);
  return [
    ...say(EXPERIMENT, experiment, ''),
    ...experiment.arms.flatMap((arm) => [...say(ARM, arm, ` (“${arm.name}”)`), ...arm.terms.flatMap((term) => say(TERM, term, ` (“${arm.name}”)`))]),
  ];
}
