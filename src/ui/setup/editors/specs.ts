/** Every setting that can be edited, as data: where it is, what it is called, and one sentence on what it does. */
import { MEASURE_HINTS } from '@/experiment/schema/measureHints.ts';
import { ADAM } from '@/experiment/presets/sequenceSettings.ts';
import { LOSS_NAMES, measureLabel, type RecordedMeasure, saidOf } from '@/experiment/schema/measures.ts';
import {
  type BaseSettings,
  type DistilTerm,
  type GuideSpec,
  isImageTask,
  type OptimiserSpec,
  type ScheduleSpec,
  type TaskSpec,
  type TokenView,
  type MeasureSpec,
} from '@/experiment/schema/schema.ts';
import { cutWarmup } from '../parts/cutWarmup.ts';
import type { Choice } from '../fields/ChoiceField.tsx';
import type { FieldSpec } from '../fields/Fields.tsx';
import { choice, number, share } from '../fields/specs.ts';

const OPTIMISERS: Record<OptimiserSpec['kind'], OptimiserSpec> = {
  adam: { ...ADAM },
  adamw: { ...ADAM, kind: 'adamw', weightDecay: 0.01 },
  sgd: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
};
const SCHEDULES: Record<ScheduleSpec['kind'], ScheduleSpec> = {
  constant: { kind: 'constant' },
  tail: { kind: 'tail', warmup: 20, decay: 0.3 },
  cosine: { kind: 'cosine', warmup: 0 },
};

const OPTIMISER_CHOICES: Choice[] = [
  { key: 'adam', label: 'Adam', value: OPTIMISERS.adam },
  { key: 'adamw', label: 'AdamW', value: OPTIMISERS.adamw },
  { key: 'sgd', label: 'SGD', value: OPTIMISERS.sgd },
];
const OPTIMISER = {
  kind: 'choice',
  path: 'optimiser',
  label: 'Optimiser',
  hint: 'The rule that turns gradients into steps.',
  discriminator: 'kind',
  choices: OPTIMISER_CHOICES,
} as const satisfies FieldSpec;
const LEARNING_RATE: FieldSpec = {
  kind: 'log',
  path: 'learningRate',
  label: 'Learning rate',
  hint: 'Size of a step, before the schedule.',
  from: 1e-5,
  to: 1e-1,
};
const SCHEDULE: FieldSpec = {
  kind: 'choice',
  path: 'schedule',
  label: 'Schedule',
  hint: 'How the learning rate moves over the run.',
  discriminator: 'kind',
  list: true,
  choices: [
    { key: 'constant', label: 'Constant', value: SCHEDULES.constant },
    { key: 'tail', label: 'Warm-up, constant, tail to 0', value: SCHEDULES.tail },
    { key: 'cosine', label: 'Warm-up, cosine to 0', value: SCHEDULES.cosine },
  ],
};
const warmupField = (warning?: string): FieldSpec => number('schedule.warmup', 'Warm-up steps', 'The learning rate rises from 0 over these.', 10, warning);
const stepsField = (hint: string, warning?: string): FieldSpec => number('steps', 'Steps', hint, 50, warning);

const DECAY: FieldSpec = share('schedule.decay', 'Tail', 'Share of the steps over which it falls to 0.', 0.05);
const MOMENTUM: FieldSpec = share('optimiser.momentum', 'Momentum', 'Share of the last step that is kept.', 0.05);
const BETAS: FieldSpec[] = [
  number('optimiser.beta1', 'β₁', "Memory of the gradient's mean.", 0.05),
  number('optimiser.beta2', 'β₂', "Memory of the gradient's square.", 0.001),
];
const WEIGHT_DECAY: FieldSpec = share('optimiser.weightDecay', 'Weight decay', 'Pull of the weights towards 0.', 0.0001);
const BATCH: FieldSpec = number('batchSize', 'Batch size', 'Examples per step; CKA is measured on them.', 8);
const SEED: FieldSpec = number('seed', 'Seed', 'Of its weights and its batches.');

/** Off and on as a choice, and the norm while it is on: null is no number that could be typed. */
const clippingFields = (clipNorm: number | null): FieldSpec[] => [
  {
    kind: 'choice',
    path: 'clipNorm',
    label: 'Gradient clipping',
    hint: 'Shortens a gradient that is longer than a limit.',
    keyOf: (value) => (value === null ? 'off' : 'on'),
    choices: [
      { key: 'off', label: 'Off', value: null },
      { key: 'on', label: 'On', value: clipNorm ?? 1 },
    ],
  },
  ...(clipNorm === null ? [] : [number('clipNorm', 'Largest norm', 'Of all gradients of a network together.', 0.5)]),
];

const scheduleFields = (schedule: ScheduleSpec, warning?: string): FieldSpec[] => [
  SCHEDULE,
  ...(schedule.kind === 'constant' ? [] : [warmupField(warning)]),
  ...(schedule.kind === 'tail' ? [DECAY] : []),
];
const optimiserFields = (optimiser: OptimiserSpec): FieldSpec[] => [...(optimiser.kind === 'sgd' ? [MOMENTUM] : BETAS), WEIGHT_DECAY];

const TOKEN_VIEWS: { key: TokenView; label: string; hint: string }[] = [
  {
    key: 'position',
    label: 'Position by position',
    hint: 'Sequences are compared at every position, and the positions averaged.',
  },
  {
    key: 'flattened',
    label: 'Whole sequences',
    hint: 'A sequence with all its positions is one example, as in the paper.',
  },
  { key: 'all-tokens', label: 'All tokens', hint: 'Every token of every sequence is an example of its own.' },
  { key: 'last-token', label: 'Last token', hint: 'Only the last token of every sequence is compared.' },
];

/** Who is an example where layers are compared over sequences; its hint tells what is chosen. */
const tokensField = (
  value: TokenView | undefined,
  choices: { key: string; label: string; value?: unknown }[],
  keyOf?: (value: unknown) => string,
): FieldSpec => ({
  kind: 'choice',
  path: 'tokens',
  label: 'Tokens',
  hint: TOKEN_VIEWS.find((view) => view.key === value)?.hint ?? 'What counts as an example: as all arms have it.',
  list: true,
  choices: choices.map((choice) => ('value' in choice ? choice : { key: choice.key, label: choice.label })),
  keyOf,
});

/** The same for one arm. */
export const armTokensField = (value: TokenView | undefined): FieldSpec =>
  tokensField(value, [{ key: 'undefined', label: 'Shared', value: undefined }, ...TOKEN_VIEWS]);

/** Measures that can be chosen, as the experiment states them. */
const MEASURE_CHOICES: Choice[] = LOSS_NAMES.map((name) => ({ key: name, label: measureLabel({ name }), value: { name } }));

const measureField = (measure: MeasureSpec, choices: readonly Choice[]): FieldSpec => ({
  kind: 'choice',
  path: 'measure',
  label: 'Similarity',
  hint: MEASURE_HINTS[measure.name],
  discriminator: 'name',
  list: true,
  choices,
});

/** The option of a measure that is stated here, if it has one. */
export function optionFields(measure: MeasureSpec | RecordedMeasure): FieldSpec[] {
  const { option } = saidOf(measure);
  if (!option) return [];
  const { name, label, hint, default: absent } = option;
  return [{ kind: 'number', path: `measure.${name}`, label, hint, absent, step: absent / 2 }];
}

const measureFields = (measure: MeasureSpec): FieldSpec[] => [measureField(measure, MEASURE_CHOICES), ...optionFields(measure)];

/** The measure of an arm with its option, or that which all share. */
export const armMeasureFields = (own: MeasureSpec | undefined, shared: MeasureSpec): FieldSpec[] => [
  measureField(own ?? shared, [{ key: 'undefined', label: `Shared (${measureLabel(shared)})`, value: undefined }, ...MEASURE_CHOICES]),
  ...(own ? optionFields(own) : []),
];

/** What all arms share, most used first. */
export const trainingFields = (base: BaseSettings, task: TaskSpec): FieldSpec[] => [
  OPTIMISER,
  LEARNING_RATE,
  ...scheduleFields(base.schedule, cutWarmup(base)),
  BATCH,
  stepsField('Length of the run, the same for every arm.', cutWarmup(base)),
  number(
    'evaluateEvery',
    'Evaluate every',
    'Steps between two looks at the validation set.',
    5,
    base.evaluateEvery > base.steps ? 'More than there are steps: measured only at the start and at the end.' : undefined,
  ),
  ...optimiserFields(base.optimiser),
  ...clippingFields(base.clipNorm),
  ...measureFields(base.measure),
  choice('reduction', 'Over pairs', 'With the mean, more pairs do not pull harder.', { sum: 'Sum', mean: 'Mean' }),
  ...(isImageTask(task) ? [] : [tokensField(base.tokens ?? 'position', TOKEN_VIEWS, (value) => String(value ?? 'position'))]),
];

/** How a trained guide was trained. */
export const recipeFields = (guide: GuideSpec): FieldSpec[] =>
  guide.state !== 'trained'
    ? []
    : [
        stepsField('Length of its training.', cutWarmup(guide.training)),
        BATCH,
        LEARNING_RATE,
        OPTIMISER,
        ...scheduleFields(guide.training.schedule, cutWarmup(guide.training)),
        ...optimiserFields(guide.training.optimiser),
        SEED,
      ];

export const ALIGN_WEIGHT: FieldSpec = {
  kind: 'log',
  path: 'weight',
  label: 'Weight',
  hint: 'How hard the layers are pulled towards the guide.',
  from: 0.01,
  to: 100,
};
export const sharedOr = (choices: readonly Choice[]): Choice[] => [{ key: 'undefined', label: 'Shared', value: undefined }, ...choices];

/** Of a start that is copied. */
export const startFields = (guides: readonly string[]): FieldSpec[] => [
  {
    kind: 'choice',
    path: 'guide',
    label: 'From',
    hint: 'The guide whose weights are copied.',
    list: guides.length > 2,
    choices: guides.map((id) => ({ key: id, label: id })),
  },
  choice('by', 'What agrees', 'Names and shapes, or then also the next matrix of the same shape.', { names: 'Names', shapes: 'Shapes' }),
  number('noise', 'Noise', 'On every copied tensor, in relation to the spread of its values.', 0.05),
];

export const REDUCTION: FieldSpec = {
  kind: 'choice',
  path: 'reduction',
  label: 'Over pairs',
  hint: 'With the mean, more pairs do not pull harder.',
  choices: sharedOr([
    { key: 'sum', label: 'Sum' },
    { key: 'mean', label: 'Mean' },
  ]),
};

/** Of distillation: a squared difference of logits has no temperature. */
export const distilFields = ({ direction }: DistilTerm): FieldSpec[] => [
  choice('direction', 'By', "Forward is Hinton's KL(teacher‖student); reverse is printed in the paper; logits are compared without either.", {
    forward: 'Forward',
    reverse: 'Reverse',
    logits: 'Logits',
  }),
  ...(direction === 'logits' ? [] : [number('temperature', 'Temperature', 'Higher shows more of what the teacher nearly said.', 0.5)]),
  number('ceWeight', 'Weight of labels', 'Of the cross-entropy with the true classes.', 0.1),
  number(
    'kdWeight',
    'Weight of teacher',
    direction === 'logits' ? 'Of the mean squared difference of the logits.' : "Of T² × KL to the teacher's outputs.",
    0.1,
  ),
];

export const MATCH_WHAT: FieldSpec = choice('what', 'What is matched', 'Not from the paper, but from popular accounts of it.', {
  outputs: 'Outputs',
  moments: 'Means and variances',
});
export const REGULARISE_WHAT: FieldSpec = choice('what', 'What is kept', 'Of the layers’ activations: the paper’s appendix I.2, and a smooth relative of it.', {
  'intrinsic-dimension': 'Intrinsic dimension',
  'participation-ratio': 'Participation ratio',
});
export const OWN_WEIGHT: FieldSpec = { ...ALIGN_WEIGHT, hint: 'Times what is added to the loss.' };

/** The optimiser of one arm: that of all others, or one of its own with what that needs. */
export const armOptimiserFields = (own: OptimiserSpec | undefined): FieldSpec[] => [
  { ...OPTIMISER, label: 'Optimiser', hint: 'Instead of the common one.', choices: sharedOr(OPTIMISER_CHOICES) },
  ...(own ? optimiserFields(own) : []),
];
