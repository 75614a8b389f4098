/** Guides that are trained on another task than the experiment's: one with the same inputs, or they could not read it. */
import { withInputsOf } from '../experiment/plan/inputs.ts';
import { defaultTask, type TaskKind } from '../experiment/presets/models.ts';
import type { Experiment } from '../experiment/schema/schema.ts';

export { withInputsOf } from '../experiment/plan/inputs.ts';
export { transferKinds } from '../experiment/presets/models.ts';

/** Train a guide on another kind of task, or (null) on the experiment's own. */
export function withGuideTask(experiment: Experiment, id: string, kind: TaskKind | null): Experiment {
  const guide = experiment.guides[id];
  if (guide?.state !== 'trained') return experiment;
  const { task: _, ...training } = guide.training;
  const task = kind === null ? undefined : withInputsOf(defaultTask(kind), experiment.task);
  return {
    ...experiment,
    guides: { ...experiment.guides, [id]: { ...guide, training: { ...training, ...(task && { task }) } } },
  };
}
