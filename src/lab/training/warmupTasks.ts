/** What the networks read in a warm-up, as tasks whose batches a step can take like any other. */
import { taskShape } from '../../experiment/networks/describe.ts';
import { warmupTasks } from '../../experiment/plan/warmup.ts';
import type { Experiment, TaskSpec, WarmupSpec } from '../../experiment/schema/schema.ts';
import type { Library } from '../files/library.ts';
import { type NoiseKind, noiseLike } from '../guidance/controls.ts';
import { stream } from '../random/stream.ts';
import { openTask, type Split, type Task } from '../tasks/index.ts';

/** Names the draws of a warm-up: where examples are new at every step, training proper must not see them again. */
export const WARMUP_STREAM = 'warm-up';

const NOISE: Record<Exclude<WarmupSpec['inputs'] & string, 'training'>, NoiseKind> = {
  'white-noise': 'white-noise',
  'smooth-noise': 'noise',
  'pink-noise': 'pink-noise',
  'random-tokens': 'noise',
};

/** Tasks by their specification as text. */
export type OpenTasks = ReadonlyMap<string, Task>;

/** Open the tasks that warm-ups read besides the experiment's own. @throws {MissingFilesError} */
export async function openWarmupTasks(experiment: Experiment, library: Library): Promise<OpenTasks> {
  const opened = new Map<string, Task>();
  for (const spec of warmupTasks(experiment)) opened.set(keyOf(spec), await openTask(spec, library));
  return opened;
}

const keyOf = (spec: TaskSpec): string => JSON.stringify(spec);

/** The task whose batches a warm-up takes. @param task the experiment's */
export function taskOf({ inputs }: WarmupSpec, task: Task, opened: OpenTasks): Task {
  if (inputs === 'training') return task;
  if (typeof inputs === 'string') return noiseTask(task, inputs);
  const found = opened.get(keyOf(inputs));
  if (!found) throw new Error(`the task ${inputs.kind} of a warm-up was not opened`);
  return found;
}

/** Noise in the shape of a task's examples, new at every step: a function of kind, seed and step alone, so all arms see the same. */
function noiseTask(task: Task, inputs: keyof typeof NOISE): Task {
  const { shape } = task;
  return {
    spec: task.spec,
    shape,
    train: null,
    val: task.val,
    rows: () => null,
    batch(seed, step, batchSize) {
      // Sequences keep the lengths that they have in the task.
      const like = shape.tokens?.padded ? task.batch(seed, step, batchSize, WARMUP_STREAM) : blank(task, batchSize);
      return noiseLike(like, shape, NOISE[inputs], stream(seed, WARMUP_STREAM, inputs, 'step', step));
    },
  };
}

/** A batch of nothing, without labels. */
function blank({ spec }: Task, examples: number): Split {
  const { input, tokens } = taskShape(spec);
  const values = examples * input.reduce((a, b) => a * b, 1);
  return {
    examples,
    inputs: tokens ? new Int32Array(values) : new Float32Array(values),
    labels: new Int32Array(examples * (tokens?.outputs ?? 1)).fill(-1),
  };
}
