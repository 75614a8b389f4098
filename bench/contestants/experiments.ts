/** The experiments that are measured, each made from its preset. */
import { termOf } from '../../src/experiment/plan/arms.ts';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import type { MeasureSpec } from '../../src/experiment/schema/measure.ts';
import type { ArmSpec, Experiment, FcnSpec } from '../../src/experiment/schema/schema.ts';
import type { Arms, Workload } from './entry.ts';

/** The guide of both the guided and the distilled arm. */
const GUIDE: Record<Workload, string> = { 'wide-fcn': 'trained', perceptron: 'trained', 'first-token': 'untrained', 'deep-convnet': 'trained' };

/**
 * Examples of a training set, of all contestants: few enough that an epoch is over after the first steps. From then on a guide's
 * activations are kept, as in all but the first steps of a real run.
 */
export const TRAIN_EXAMPLES = 512;
/** No step reads the validation set; see `evaluationsOf`. */
const VALIDATION_EXAMPLES = 64;

/** On an emulated GPU: the same operations in seconds instead of minutes. */
const SMALL = { width: 64, batch: 16 };

function presetOf(workload: Workload): Experiment {
  const found = findPreset(workload === 'perceptron' ? 'wide-fcn' : workload);
  if (!found) throw new Error(`There is no preset ${workload}.`);
  return structuredClone(found.experiment);
}

const PERCEPTRON: FcnSpec = { family: 'fcn', depth: 3, width: 384, norm: 'none', dropout: 0, init: 'he', tap: 'pre' };

/**
 * Steps alone: for ever, without evaluation.
 * @param small see `SMALL`
 * @param measure what the guided arm learns by; absent: CKA
 */
export function stepsOf(workload: Workload, which: Arms, seeds: number, small: boolean, measure?: MeasureSpec): Experiment {
  const experiment = presetOf(workload);
  const guide = GUIDE[workload];
  const weight = experiment.arms.flatMap((arm) => termOf(arm, 'align')?.weight ?? [])[0] ?? 1;
  const arms: ArmSpec[] = [
    { id: 'unguided', name: 'Unguided', terms: [] },
    { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide, weight, ...(measure && { measure }) }] },
    { id: 'distilled', name: 'Distilled', terms: [{ kind: 'distil', guide, temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' }] },
  ];
  const target = workload === 'perceptron' ? PERCEPTRON : experiment.target;
  const { task } = experiment;
  return {
    ...experiment,
    asks: undefined,
    task: { ...task, val: VALIDATION_EXAMPLES, ...('train' in task && typeof task.train === 'number' && { train: TRAIN_EXAMPLES }) } as Experiment['task'],
    target: small && target.family === 'fcn' ? { ...target, width: SMALL.width } : target,
    guides: { [guide]: experiment.guides[guide] },
    arms: arms.filter(({ id }) => which === 'all' || id === which),
    seeds: Array.from({ length: seeds }, (_, i) => i),
    interventions: [],
    base: {
      ...experiment.base,
      steps: 100_000,
      ...(small && { batchSize: SMALL.batch }),
      evaluateEvery: 100_000,
      ...(workload === 'perceptron' && { optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 } as const }),
    },
  };
}

/** Steps of a preset, with the preset's own validation set. */
export const evaluationsOf = ({ task, ...rest }: Experiment, workload: Workload): Experiment => ({
  ...rest,
  task: { ...task, val: (presetOf(workload).task as { val: number }).val } as Experiment['task'],
});

/** What a class runs: the preset's first four arms with three seeds. */
export function ofAClass(preset: Workload): Experiment {
  const experiment = presetOf(preset);
  return { ...experiment, arms: experiment.arms.slice(0, 4), seeds: [0, 1, 2] };
}
