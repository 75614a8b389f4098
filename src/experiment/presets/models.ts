/** What an experiment starts from on a task: a preset on such inputs, and the task's own usual settings. */
import { withInputsOf } from '../plan/inputs.ts';
import { isImageTask, isLanguageTask, type Experiment, type TaskSpec, taskSchema } from '../schema/schema.ts';
import type { Preset } from './preset.ts';
import { PRESETS } from './presets.ts';

export type TaskKind = TaskSpec['kind'];

/** How the presets set a task up, and the like for tasks without a preset. */
const SEQUENCES = { train: 'fresh', val: 1024, seed: 0 } as const;
const IMAGES = { size: 16, train: 3000, val: 800, seed: 0 } as const;
const WITHOUT_PRESET: readonly TaskSpec[] = [
  { kind: 'grey-textures', ...IMAGES, noise: 0.15 },
  { kind: 'digits', ...IMAGES, noise: 0.05 },
  { kind: 'copy-paste-official', minLength: 8, maxLength: 12, ...SEQUENCES },
  { kind: 'reverse', length: 12, vocabulary: 8, ...SEQUENCES },
  { kind: 'associative-recall', pairs: 4, keys: 8, values: 8, ...SEQUENCES },
  { kind: 'dyck', length: 24, brackets: 3, ...SEQUENCES },
  { kind: 'modular-addition', length: 8, modulus: 7, ...SEQUENCES },
  { kind: 'text-file', data: { name: 'A text' }, unit: 'characters', context: 64, vocabulary: 256, trainTokens: 500_000, valTokens: 16_000 },
];
const DEFAULTS: readonly TaskSpec[] = [...PRESETS.map((preset) => preset.experiment.task), ...WITHOUT_PRESET];

export const defaultTask = (kind: TaskKind): TaskSpec => {
  const task = DEFAULTS.find((known) => known.kind === kind);
  if (!task) throw new Error(`no default for the task ${kind}`);
  return task;
};

/** The preset whose networks and training suit a task: one on the same task, else the first on such inputs. */
export function modelFor(task: TaskSpec): Preset {
  const model =
    PRESETS.find((preset) => preset.experiment.task.kind === task.kind) ??
    PRESETS.find((preset) => isLanguageTask(task) && isLanguageTask(preset.experiment.task)) ??
    PRESETS.find((preset) => isImageTask(preset.experiment.task) === isImageTask(task));
  if (!model) throw new Error('no preset for such a task');
  return model;
}

/** The other kinds of tasks that a guide of this experiment can be trained on. Files are a person's own: not among them. */
export const transferKinds = ({ task }: Pick<Experiment, 'task'>): TaskKind[] =>
  taskSchema.options
    .map((option) => option.shape.kind.value as TaskKind)
    .filter((kind) => kind !== task.kind && kind !== 'image-files' && withInputsOf(defaultTask(kind), task) !== undefined);
