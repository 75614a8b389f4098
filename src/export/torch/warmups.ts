/** Warm-ups as calls of the Python in `parts/warmup.py`. */
import { taskShape } from '../../experiment/networks/describe.ts';
import { warmupEvaluations, warmupOf, warmupTasks } from '../../experiment/plan/warmup.ts';
import type { ArmSpec, Experiment, WarmupSpec } from '../../experiment/schema/schema.ts';
import { assign, call, code, define, type Python } from './python.ts';
import { storedSet } from './sets.ts';

/** Names the draws of a warm-up. */
const STREAM = 'warm-up';

/** Names of other tasks that warm-ups read, in the script and in data.safetensors, in the order of `warmupTasks`. */
export function warmupSets(experiment: Experiment): string[] {
  const kinds = warmupTasks(experiment).map(({ kind }) => kind);
  return kinds.map((kind, i) => (kinds.indexOf(kind) === i ? kind : `${kind}-${i + 1}`));
}

const NOISES: Record<Exclude<WarmupSpec['inputs'] & string, 'training' | 'random-tokens'>, string> = {
  'white-noise': 'white_noise',
  'smooth-noise': 'smooth_noise',
  'pink-noise': 'pink_noise',
};

/** By which name a warm-up finds its inputs. */
function inputsName(experiment: Experiment, { inputs }: WarmupSpec): string {
  if (typeof inputs === 'string') return inputs;
  return warmupSets(experiment)[warmupTasks(experiment).findIndex((task) => JSON.stringify(task) === JSON.stringify(inputs))];
}

function inputsOf({ task }: Experiment, { inputs }: WarmupSpec, name: string): Python {
  if (typeof inputs === 'object') return storedSet(inputs, name, STREAM);
  const training = code('training');
  if (inputs === 'training') return training;
  const noise = inputs === 'random-tokens' ? call('random_tokens', {}, taskShape(task).tokens?.vocabulary ?? 0) : code(NOISES[inputs]);
  return call('NoiseLike', {}, inputs, noise, training);
}

/** The warm-up of an arm; undefined without one. */
export function warmupCall(experiment: Experiment, arm: ArmSpec): Python | undefined {
  const spec = warmupOf(experiment, arm);
  if (!spec) return undefined;
  const { steps, loss, learningRate, keepOptimiser } = spec;
  return call('Warmup', { steps, inputs: inputsName(experiment, spec), loss, learning_rate: learningRate, keep_optimiser: keepOptimiser || undefined });
}

/** What the script says of warm-ups besides; nothing where there are none. */
export function warmupDefinitions(experiment: Experiment): string[] {
  const specs = experiment.arms.flatMap((arm) => warmupOf(experiment, arm) ?? []);
  if (specs.length === 0) return [];
  const inputs = Object.fromEntries(specs.map((spec) => [inputsName(experiment, spec), inputsOf(experiment, spec, inputsName(experiment, spec))]));
  return [define('make_warmup_inputs', 'training', 'What is read in warm-ups, by name. `training` is the training set.', inputs)];
}

/** Constants of the script about them; none where there are none. */
export function warmupConstants(experiment: Experiment): string[] {
  const evaluations = [...warmupEvaluations(experiment)].sort((a, b) => a - b);
  return evaluations.length > 0 ? [assign('WARMUP_EVALUATIONS', evaluations, 'the same in warm-ups, which end where step 0 begins')] : [];
}
