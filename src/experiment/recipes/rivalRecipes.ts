/** What else might do as well: learning from outputs, features or other tasks, and regularising without a guide. */
import { describeNetwork, taskShape } from '../networks/describe.ts';
import { describeGuide } from '../plan/guides.ts';
import { withInputsOf } from '../plan/inputs.ts';
import { defaultTask, type TaskKind, transferKinds } from '../presets/models.ts';
import type { DistilTerm, Experiment, MappingPair, TaskSpec, Term } from '../schema/schema.ts';
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

const matched = (
  what: 'outputs' | 'moments',
  name: string,
  hint: string,
  more: (experiment: Experiment, guide: string) => { mapping?: MappingPair[] },
): ArmRecipe => ({
  id: `matched-${what}`,
  group: 'rivals',
  name,
  hint: `${NOT_FROM_THE_PAPER}: ${hint}`,
  make: withTeacher('trained', (experiment, guide) => ({ kind: 'match', guide, what, weight: 1, ...more(experiment, guide) })),
});

/** Each of the target's layers with the last of the guide's that has as many units: unit is matched with unit. */
function pairsOfOneWidth(experiment: Experiment, guide: string): MappingPair[] {
  const theirs = describeGuide(experiment, guide).taps;
  return describeNetwork(experiment.target, taskShape(experiment.task)).taps.flatMap((own) => {
    const same = theirs.findLast(({ features }) => features === own.features);
    return same ? [{ guide: same.name, target: own.name }] : [];
  });
}

const MOMENTS: ArmRecipe = {
  ...matched(
    'moments',
    'Moments matched',
    'every layer’s mean and variance are pulled to those of one of the guide’s that is as wide.',
    (experiment, guide) => ({
      mapping: pairsOfOneWidth(experiment, guide),
    }),
  ),
  cannot: (experiment) => {
    const { experiment: ready, guide } = withGuide(experiment, 'trained');
    return pairsOfOneWidth(ready, guide).length > 0 ? null : { why: 'No layer of the guide is as wide as one of the target’s: there are no units to match.' };
  },
};

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
  matched('outputs', 'Outputs matched', 'the squared difference of the outputs.', () => ({})),
  MOMENTS,
  regularised('intrinsic-dimension', 'Intrinsic dimension kept', 'No guide, but layers are kept from losing dimensions: the paper’s appendix I.2.'),
  regularised('participation-ratio', 'Participation ratio kept', 'No guide, but the variance of a layer is spread over its directions.'),
];
