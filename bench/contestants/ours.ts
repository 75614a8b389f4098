import { guideNetwork } from '../../src/experiment/plan/guides.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import type { Started } from '../../src/lab/backend/started.ts';
import { Guide } from '../../src/lab/guidance/guide.ts';
import { createTask } from '../../src/lab/tasks/index.ts';
import { Run } from '../../src/lab/training/run.ts';
import { stepFlops } from './arithmetic.ts';
import type { Stepping } from './entry.ts';

/** The product's own run. Guides have random weights: what they compute does not matter here. */
export function ours(experiment: Experiment, { kernels, stepper }: Started, { replay, evaluate = false }: { replay: boolean; evaluate?: boolean }): Stepping {
  const task = createTask(experiment.task);
  const guides = new Map(
    Object.entries(experiment.guides).map(([id, spec]) => [
      id,
      new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, kernels),
    ]),
  );
  const run = new Run(experiment, task, guides, kernels, stepper?.(replay));
  if (evaluate) return { step: () => run.evaluate(), read: async () => undefined };
  return { flops: stepFlops(experiment), step: () => run.advance(), read: () => run.flush() };
}
