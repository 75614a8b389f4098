import { parseExperiment } from '../../experiment/parse.ts';
import { formatProblem } from '../../experiment/schema/problem.ts';
import type { Experiment, NetworkSpec, TaskSpec } from '../../experiment/schema/schema.ts';
import { runToEnd } from './collect.ts';

export interface Lesson {
  task: TaskSpec;
  target: NetworkSpec;
  steps: number;
  learningRate: number;
  /** Steps. */
  warmup: number;
}

/**
 * An unguided run of one seed on WASM.
 * @param like what the lesson does not say
 * @returns its final validation accuracy
 */
export async function learn(like: Experiment, { task, target, steps, learningRate, warmup }: Lesson): Promise<number> {
  const parsed = parseExperiment({
    ...like,
    task,
    target,
    guides: {},
    arms: [{ id: 'unguided', name: 'Unguided', terms: [] }],
    asks: undefined,
    seeds: [0],
    base: { ...like.base, learningRate, batchSize: 64, steps, evaluateEvery: steps, schedule: { kind: 'tail', warmup, decay: 0.3 } },
  } satisfies Experiment);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  const { result } = await runToEnd(parsed.experiment, 'wasm');
  return result.members[0].final.valMetric ?? 0;
}
