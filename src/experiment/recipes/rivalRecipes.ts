/** What else might do as well: learning from outputs, features or other tasks, and regularising without a guide. */
import { describeNetwork, taskShape } from '../networks/describe.ts';
import { possibleStart } from '../plan/copied.ts';
import { describeGuide } from '../plan/guides.ts';
import { checkTask } from '../plan/fitTask.ts';
import { canWarmUp } from '../plan/fitWarmup.ts';
import { withInputsOf } from '../plan/inputs.ts';
import { defaultTask, transferKinds } from '../presets/models.ts';
import { type ArmSpec, type DistilTerm, type Experiment, type MappingPair, type TaskSpec, taskSchema, type Term } from '../schema/schema.ts';
import { sameValue } from '../same.ts';
import { taskTitle } from '../shapes/describeTask.ts';
import { distilAs, freeId, guideModel, type NetworkState, withGuide } from './adding.ts';
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

/** Tasks that papers on procedural pre-training use, over as many tokens and classes as the target has. */
function procedural({ task }: Experiment): unknown[] {
  const { input, classes, tokens } = taskShape(task);
  if (!tokens) return [];
  const [length] = input;
  return [
    { ...defaultTask('dyck'), length, brackets: Math.min(4, Math.floor(tokens.vocabulary / 2), classes) },
    { ...defaultTask('modular-addition'), length, modulus: Math.min(60, tokens.vocabulary, classes) },
  ];
}

/** Another task that the target can be trained on before its own: procedural where there is one. */
function otherTask(experiment: Experiment): TaskSpec | undefined {
  const others = transferKinds(experiment).map((kind) => withInputsOf(defaultTask(kind), experiment.task));
  return [...procedural(experiment), ...others]
    .flatMap((task) => taskSchema.safeParse(task).data ?? [])
    .find((task) => task.kind !== experiment.task.kind && checkTask(task, '').length === 0 && canWarmUp(taskShape(task), taskShape(experiment.task)));
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
  cannot: (experiment) =>
    otherTask(experiment) ? (pretraining.cannot?.(experiment) ?? null) : { why: 'No other task has the inputs and the kind of answers of this one.' },
};

/** Feature distillation: other losses between layers, each with its own literature. */
const FEATURES: readonly ArmRecipe[] = [
  byMeasure({ name: 'sp' }, 'similarity-preserving', 'Feature distillation by the rows of the two Gram matrices (Tung and Mori 2019).', 'rivals'),
  byMeasure({ name: 'rkd' }, 'relational distances', 'Feature distillation by distances between examples (Park et al. 2019).', 'rivals'),
  byMeasure({ name: 'fitnets' }, 'FitNets', 'Feature distillation through a linear map that is learnt along (Romero et al. 2015).', 'rivals'),
];

/** An arm that nothing is known of but how it starts. */
const BARE: ArmSpec = { id: 'copied', name: 'Copied', terms: [] };

/** Trained guides of the target's own kind have all that can be copied. */
function withTrainedTarget(experiment: Experiment): { experiment: Experiment; guide: string } {
  const { guides, target, task } = experiment;
  const existing = Object.entries(guides).find(([, guide]) => guide.state === 'trained' && sameValue(guide.network, target));
  if (existing) return { experiment, guide: existing[0] };
  const guide = freeId('trained-target', Object.keys(guides));
  return { experiment: { ...experiment, guides: { ...guides, [guide]: { ...guideModel(task, 'trained'), network: target } } }, guide };
}

const copying =
  (from: (experiment: Experiment) => { experiment: Experiment; guide: string }): ArmRecipe['make'] =>
  (experiment) => {
    const { experiment: ready, guide } = from(experiment);
    return { guides: ready.guides, arm: { terms: [], start: possibleStart(ready, BARE, [guide]) } };
  };

const COPIED: ArmRecipe = {
  id: 'copied',
  group: 'rivals',
  name: 'Copied weights',
  hint: `${NOT_FROM_THE_PAPER}: what a trained guide has in the shape of the target’s weights is copied at the start, with a little noise.`,
  make: copying((experiment) => withGuide(experiment, 'trained')),
  cannot: (experiment) => {
    const { experiment: ready, guide } = withGuide(experiment, 'trained');
    if (possibleStart(ready, BARE, [guide])) return null;
    return {
      why: 'No matrix of the trained guide has the shape of one of the target’s: there is nothing to copy.',
      fix: { label: 'Copy from a trained network of the target’s own kind', make: copying(withTrainedTarget) },
    };
  },
};

export const RIVAL_RECIPES: readonly ArmRecipe[] = [
  distilled('distilled', 'Distilled', "Taught by the trained guide's outputs instead of its layers.", 'trained'),
  distilled('distilled-untrained', 'Distilled, untrained teacher', 'Taught by the outputs of a network that knows nothing.', 'untrained'),
  distilled('distilled-reverse', 'Distilled, reverse', 'By KL(student‖teacher), as the paper’s appendix H prints it.', 'trained', { direction: 'reverse' }),
  distilled('distilled-logits', 'Distilled by logits', 'By the squared difference of the logits instead of a divergence.', 'trained', { direction: 'logits' }),
  ...FEATURES,
  PRETRAINED,
  COPIED,
  matched('outputs', 'Outputs matched', 'the squared difference of the outputs.', () => ({})),
  MOMENTS,
  regularised('intrinsic-dimension', 'Intrinsic dimension kept', 'No guide, but layers are kept from losing dimensions: the paper’s appendix I.2.'),
  regularised('participation-ratio', 'Participation ratio kept', 'No guide, but the variance of a layer is spread over its directions.'),
];
