/** Guidance that does not last, and warm-ups: is a start all that it gives? */
import { type Course, type Experiment, isImageTask } from '../schema/schema.ts';
import { type ArmRecipe, guidedArm } from './recipe.ts';
import { warmupOf } from './warmups.ts';

const part = ({ base }: Experiment, share: number): number => Math.max(1, Math.round(base.steps * share));
const isSequence = ({ task }: Experiment): boolean => !isImageTask(task);
const isImage = ({ task }: Experiment): boolean => isImageTask(task);

const during = (id: string, name: string, hint: string, course: (experiment: Experiment) => Course): ArmRecipe => ({
  id,
  group: 'brief',
  name,
  hint,
  make: (experiment) => guidedArm(experiment, () => ({ course: course(experiment) })),
});

const first = (steps: number, hint: string): ArmRecipe => ({
  ...during(`guided-first-${steps}`, `Guided, first ${steps} steps`, hint, () => ({ kind: 'until', step: steps })),
  cannot: ({ base }) =>
    base.steps > steps ? null : { why: `The run has ${base.steps} steps: guidance for the first ${steps} would be guidance for all of it.` },
});

type WarmupInputs = 'white-noise' | 'smooth-noise' | 'pink-noise' | 'random-tokens' | 'training';

/** Alignment alone for some steps, and then the task alone. */
function warmedUp(inputs: WarmupInputs, name: string, hint: string, suits?: ArmRecipe['suits']): ArmRecipe {
  return {
    id: `warmed-up-${inputs}`,
    group: 'brief',
    name: `Warmed up on ${name}`,
    hint,
    ...(suits && { suits }),
    ...warmupOf((experiment, steps) => {
      const { arm, guides } = guidedArm(experiment, () => ({ course: { kind: 'until', step: 0 } }));
      return { guides, arm: { ...arm, warmup: { steps, inputs, loss: 'align', keepOptimiser: false } } };
    }),
  };
}

export const BRIEF_RECIPES: readonly ArmRecipe[] = [
  first(25, 'A moment of guidance, and then the task alone.'),
  first(100, 'Guidance for the first 100 steps only.'),
  during('guided-then-off', 'Guided, then off', 'Guidance for the first fifth of the run only: does its effect last?', (experiment) => ({
    kind: 'until',
    step: part(experiment, 0.2),
  })),
  during('guided-late', 'Guided, second half', 'No guidance at first: is it the start that matters?', (experiment) => ({
    kind: 'between',
    from: part(experiment, 0.5),
    to: Math.max(experiment.base.steps, part(experiment, 0.5) + 1),
  })),
  during('guided-fading', 'Guided, fading', 'The weight of guidance falls along a line, to 0 at half of the run.', (experiment) => ({
    kind: 'decay',
    shape: 'linear',
    steps: part(experiment, 0.5),
  })),
  during('guided-every-10', 'Guided, every 10th step', 'Guidance at one step in ten: how much of it is needed?', () => ({ kind: 'every', steps: 10 })),
  during('guided-until-alike', 'Guided, until as alike as it gets', 'Guidance ends when the layers have not come closer for three evaluations.', () => ({
    kind: 'stall',
    of: 'similarity',
    patience: 3,
  })),
  during('guided-until-stall', 'Guided, until validation stalls', 'Guidance ends when the validation loss has not become lower for three evaluations.', () => ({
    kind: 'stall',
    of: 'validation loss',
    patience: 3,
  })),
  warmedUp('white-noise', 'white noise', 'Aligned to the guide on random pixels before training, and then alone: the paper’s Figure 4.', isImage),
  warmedUp('smooth-noise', 'smooth noise', 'Aligned to the guide on smooth random images before training, and then alone.', isImage),
  warmedUp(
    'random-tokens',
    'random tokens',
    'Aligned to the guide on random tokens before training, and then alone: the paper’s Figure 4 for sequences.',
    isSequence,
  ),
  warmedUp('training', 'the inputs', 'Aligned to the guide on the training inputs without their labels, and then alone.'),
];
