/** Warm-ups as calls of the Python in `parts/warmup.py`. */
import { taskShape } from '../../experiment/networks/describe.ts';
import { warmupEvaluations, warmupOf, warmupTasks } from '../../experiment/plan/warmup.ts';
import type { ArmSpec, Experiment, WarmupSpec } from '../../experiment/schema/schema.ts';
import { assign, call, code, define, type Python } from './python.ts';
import { batchesOf } from './sets.ts';

/** Names the draws of a warm-up. */
const STREAM = 'warm-up';

/** Name of the training examples of another task in data.safetensors. @param place among `warmupTasks` */
export const warmupSet = (place: number): string => `warmup${place + 1}`;

const NOISES: Record<Exclude<WarmupSpec['inputs'] & string, 'training' | 'random-tokens'>, string> = {
  'white-noise': 'white_noise',
  'smooth-noise': 'smooth_noise',
  'pink-noise': 'pink_noise',
};

/** By which name a warm-up finds its inputs. */
function inputsName(experiment: Experiment, { inputs }: WarmupSpec): string {
  if (typeof inputs === 'string') return inputs;
  return warmupSet(warmupTasks(experiment).findIndex((task) => JSON.stringify(task) === JSON.stringify(inputs)));
}

function inputsOf({ task }: Experiment, { inputs }: WarmupSpec, name: string): Python {
  if (typeof inputs === 'object') return batchesOf(inputs, name, STREAM);
  const training = batchesOf(task, 'train', STREAM);
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
  const evaluations = [...warmupEvaluations(experiment)].sort((a, b) => a - b);
  return [
    assign('WARMUP_EVALUATIONS', evaluations, 'steps before step 0 that are evaluated'),
    define('make_warmup_inputs', '', 'What is read before training proper, by name.', inputs),
  ];
}
