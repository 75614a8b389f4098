/** What else might do as well: learning from outputs, features or other tasks, and regularising without a guide. */
import { withInputsOf } from '../plan/inputs.ts';
import { defaultTask, type TaskKind, transferKinds } from '../presets/models.ts';
import type { DistilTerm, Experiment, TaskSpec, Term } from '../schema/schema.ts';
import { taskTitle } from '../shapes/describeTask.ts';
import { distilAs, type NetworkState, withGuide } from './adding.ts';
import { byMeasure } from './guidanceRecipes.ts';
import type { ArmRecipe } from './recipe.ts';
import { warmupOf } from './warmups.ts';

const NOT_FROM_THE_PAPER = 'Not from the paper, but from popular accounts of it';

/** A term with a guide that is no control. */
const withTeacher =
  (state: NetworkState, term: (experiment: Experiment, guide: string) => Term): ArmRecipe['make'] =>
  (experiment) => {
    const { experiment: ready, guide } = withGuide(experiment, state);
    return { guides: ready.guides, arm: { terms: [term(ready, guide)] } };
  };

const distilled = (id: string, name: string, hint: string, state: NetworkState, change: Partial<DistilTerm> = {}): ArmRecipe => ({
  id,
  group: 'rivals',
  name,
  hint,
  make: withTeacher(state, (experiment, guide) => ({ ...distilAs(experiment, guide), ...change })),
});

const matched = (what: 'outputs' | 'moments', name: string, hint: string): ArmRecipe => ({
  id: `matched-${what}`,
  group: 'rivals',
  name,
  hint: `${NOT_FROM_THE_PAPER}: ${hint}`,
  make: withTeacher('trained', (_, guide) => ({ kind: 'match', guide, what, weight: 1 })),
});

const regularised = (what: 'intrinsic-dimension' | 'participation-ratio', name: string, hint: string): ArmRecipe => ({
  id: `regularised-${what}`,
  group: 'rivals',
  name,
  hint,
  make: () => ({ arm: { terms: [{ kind: 'regularise', what, weight: 1 }] } }),
});

/** Those that papers on procedural pre-training use, before others. */
const PROCEDURAL: readonly TaskKind[] = ['dyck', 'modular-addition'];

/** Another task with the experiment's inputs: procedural where there is one. */
function otherTask(experiment: Experiment): TaskSpec | undefined {
  const kinds = transferKinds(experiment);
  const kind = PROCEDURAL.find((procedural) => kinds.includes(procedural)) ?? kinds[0];
  return kind && withInputsOf(defaultTask(kind), experiment.task);
}

const pretraining = warmupOf((experiment, steps) => ({
  arm: { terms: [], warmup: { steps, inputs: otherTask(experiment) ?? experiment.task, loss: 'task', keepOptimiser: false } },
}));

const PRETRAINED: ArmRecipe = {
  id: 'pretrained',
  group: 'rivals',
  name: (experiment) => {
    const task = otherTask(experiment);
    return `Pre-trained on ${task ? `“${taskTitle(task)}”` : 'another task'}`.slice(0, 60);
  },
  hint: 'Trained on another task with the same inputs before its own: a start that needs no guide.',
  make: pretraining.make,
  cannot: (experiment) => (otherTask(experiment) ? (pretraining.cannot?.(experiment) ?? null) : { why: 'No other task has the inputs of this one.' }),
};

/** Feature distillation: other losses between layers, each with its own literature. */
const FEATURES: readonly ArmRecipe[] = [
  byMeasure({ name: 'sp' }, 'similarity-preserving', 'Feature distillation by the rows of the two Gram matrices (Tung and Mori 2019).', 'rivals'),
  byMeasure({ name: 'rkd' }, 'relational distances', 'Feature distillation by distances between examples (Park et al. 2019).', 'rivals'),
  byMeasure({ name: 'fitnets' }, 'FitNets', 'Feature distillation through a linear map that is learnt along (Romero et al. 2015).', 'rivals'),
];

export const RIVAL_RECIPES: readonly ArmRecipe[] = [
  distilled('distilled', 'Distilled', "Taught by the trained guide's outputs instead of its layers.", 'trained'),
  distilled('distilled-untrained', 'Distilled, untrained teacher', 'Taught by the outputs of a network that knows nothing.', 'untrained'),
  distilled('distilled-reverse', 'Distilled, reverse', 'By KL(student‖teacher), as the paper’s appendix H prints it.', 'trained', { direction: 'reverse' }),
  distilled('distilled-logits', 'Distilled by logits', 'By the squared difference of the logits instead of a divergence.', 'trained', { direction: 'logits' }),
  ...FEATURES,
  PRETRAINED,
  matched('outputs', 'Outputs matched', 'the squared difference of the outputs.'),
  matched('moments', 'Moments matched', 'every layer’s mean and variance are pulled to those of the guide’s.'),
  regularised('intrinsic-dimension', 'Intrinsic dimension kept', 'No guide, but layers are kept from losing dimensions: the paper’s appendix I.2.'),
  regularised('participation-ratio', 'Participation ratio kept', 'No guide, but the variance of a layer is spread over its directions.'),
];
