/** What is recorded besides what always is: similarities of the observed pairs by more measures. */
import { type ObservedSpec, observedMeasureSchema } from '../experiment/schema/measure.ts';
import { measuresInUse } from '../experiment/plan/plan.ts';
import { isRecorded, MEASURE_NAMES, OBSERVED_NAMES, type RecordedMeasure, saidOf } from '../experiment/schema/measures.ts';
import type { Experiment } from '../experiment/schema/schema.ts';

/** CKA is known of all layers anyway, biased and debiased. */
const ALWAYS: readonly string[] = ['cka', 'cka-debiased'];

/** Names of the measures that could be recorded, too, in the order of the table; those in use already are. */
export function recordableMeasures(experiment: Experiment): RecordedMeasure['name'][] {
  const used = measuresInUse(experiment).map(({ name }) => name);
  return [...MEASURE_NAMES, ...OBSERVED_NAMES].filter((name) => !ALWAYS.includes(name) && !used.includes(name));
}

export interface Observed {
  /** Place in the experiment's list. */
  index: number;
  measure: RecordedMeasure;
}

/** Those that are asked for. */
export const observedMeasures = ({ observe = [] }: Pick<Experiment, 'observe'>): Observed[] =>
  observe.flatMap((observation, index) =>
    observation.what === 'similarity' && isRecorded(observation.measure) ? [{ index, measure: observation.measure }] : [],
  );

/** A measure of that name; an option that cannot be left out as it is by default. */
function measureNamed(name: RecordedMeasure['name']): ObservedSpec {
  const bare = { name } as RecordedMeasure;
  const { option } = saidOf(bare);
  return observedMeasureSchema.safeParse(bare).data ?? ({ name, ...(option && { [option.name]: option.default }) } as ObservedSpec);
}

export const withObserved = (experiment: Experiment, name: RecordedMeasure['name']): Experiment => ({
  ...experiment,
  observe: [...(experiment.observe ?? []), { what: 'similarity', measure: measureNamed(name) }],
});

/** @param index see `Observed` */
export function withoutObserved({ observe = [], ...experiment }: Experiment, index: number): Experiment {
  const left = observe.toSpliced(index, 1);
  return left.length > 0 ? { ...experiment, observe: left } : experiment;
}
