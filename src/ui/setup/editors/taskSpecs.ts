/** The settings of every task, as data. */
import { taskShape } from '@/experiment/networks/describe.ts';
import {
  type DrawnSequenceSpec,
  FIGURE_DEFAULTS,
  isImageTask,
  isLanguageTask,
  type ProceduralSpec,
  type SequenceTaskSpec,
  type TaskSpec,
} from '@/experiment/schema/schema.ts';
import { sameValue } from '@/state/paths.ts';
import type { FieldSpec } from '../fields/Fields.tsx';

const imageFields = (task: ProceduralSpec): FieldSpec[] => [
  { kind: 'number', path: 'size', label: 'Size', hint: 'Height and width in pixels.' },
  { kind: 'number', path: 'train', label: 'Training images', hint: 'Fewer images make memorising easier.', step: 100 },
  {
    kind: 'number',
    path: 'val',
    label: 'Validation images',
    hint: 'More images make the score more certain.',
    step: 100,
  },
  {
    kind: 'number',
    path: 'noise',
    label: 'Pixel noise',
    hint: 'Standard deviation, where intensities go from 0 to 1.',
    step: 0.01,
  },
  {
    kind: 'number',
    path: 'classes',
    label: 'Classes',
    hint: 'The first of them; fewer are easier.',
    absent: taskShape({ ...task, classes: undefined }).classes,
  },
  ...(task.kind === 'shapes' || task.kind === 'digits' ? figureFields(task.kind) : []),
  { kind: 'number', path: 'seed', label: 'Data seed', hint: 'Another seed draws other images.' },
];

const AUGMENTATIONS = [
  { key: 'none', label: 'None', value: undefined },
  { key: 'flip', label: 'Flip', value: { crop: false, flip: true } },
  { key: 'crop', label: 'Crop', value: { crop: true, flip: false } },
  { key: 'both', label: 'Crop and flip', value: { crop: true, flip: true } },
];
const augmentationOf = (value: unknown): string => AUGMENTATIONS.find((one) => sameValue(one.value, value))?.key ?? 'none';

const FILE_IMAGES: FieldSpec[] = [
  { kind: 'number', path: 'size', label: 'Size', hint: 'Height and width after the images are reduced.' },
  {
    kind: 'choice',
    path: 'grey',
    label: 'Colours',
    hint: 'Grey has one channel, colour three.',
    choices: [
      { key: 'false', label: 'Colour', value: false },
      { key: 'true', label: 'Grey', value: true },
    ],
    keyOf: String,
  },
  { kind: 'number', path: 'train', label: 'Training images', hint: 'Fewer images make memorising easier.', step: 100 },
  { kind: 'number', path: 'val', label: 'Validation images', hint: 'More images make the score more certain.', step: 100 },
  {
    kind: 'choice',
    path: 'augment',
    label: 'Random changes',
    hint: 'Of every training image at every step; guides then run live, which takes longer.',
    choices: AUGMENTATIONS,
    keyOf: augmentationOf,
    list: true,
  },
  { kind: 'number', path: 'seed', label: 'Choice of images', hint: 'Another number takes other images of the files.' },
];

const figureFields = (kind: 'shapes' | 'digits'): FieldSpec[] => [
  {
    kind: 'number',
    path: 'clutter',
    label: 'Clutter',
    hint: 'Small discs scattered under the figure.',
    absent: FIGURE_DEFAULTS[kind].clutter,
  },
  {
    kind: 'number',
    path: 'rotation',
    label: 'Rotation',
    hint: kind === 'shapes' ? 'Figures are turned by up to this many degrees.' : 'Degrees from the most left to the most right turn.',
    step: 10,
    absent: FIGURE_DEFAULTS[kind].rotation,
  },
  ...(kind === 'digits'
    ? [
        {
          kind: 'number',
          path: 'elastic',
          label: 'Distortion',
          hint: "How far lines are bent, as a share of the digit's height.",
          step: 0.01,
          absent: FIGURE_DEFAULTS.digits.elastic,
        } as const,
      ]
    : []),
];

/** Of a training set that is fixed, when it is first wanted. */
const FIXED_SIZE = 2000;

const dataFields = (task: DrawnSequenceSpec): FieldSpec[] => [
  {
    kind: 'choice',
    path: 'train',
    label: 'Training data',
    hint: 'Where it is always new, there is nothing to memorise.',
    choices: [
      { key: 'fresh', label: 'Always new' },
      { key: 'fixed', label: 'Fixed', value: FIXED_SIZE },
    ],
    keyOf: (value) => (value === 'fresh' ? 'fresh' : 'fixed'),
  },
  ...(task.train === 'fresh'
    ? []
    : [
        {
          kind: 'number',
          path: 'train',
          label: 'Training sequences',
          hint: 'Fewer sequences make memorising easier.',
          step: 100,
        } as const,
      ]),
  {
    kind: 'number',
    path: 'val',
    label: 'Validation sequences',
    hint: 'More sequences make the score more certain.',
    step: 100,
  },
  { kind: 'number', path: 'seed', label: 'Data seed', hint: 'Another seed draws other sequences.' },
];

const length = (hint: string, step?: number): FieldSpec => ({
  kind: 'number',
  path: 'length',
  label: 'Length',
  hint,
  step,
});
const VOCABULARY: FieldSpec = {
  kind: 'number',
  path: 'vocabulary',
  label: 'Symbols',
  hint: 'How many there are to tell apart.',
};

const CONTEXT: FieldSpec = {
  kind: 'number',
  path: 'context',
  label: 'Context',
  hint: 'Tokens that a network sees at once.',
  step: 8,
};

const OWN_FIELDS: Record<SequenceTaskSpec['kind'], FieldSpec[]> = {
  'first-token': [length('Tokens of a sequence, the question mark included.'), VOCABULARY],
  'copy-paste': [
    length('Symbols to be repeated; a sequence is twice as long.'),
    VOCABULARY,
    {
      kind: 'choice',
      path: 'head',
      label: 'Answers',
      hint: 'What the network chooses from: the symbols, or all tokens, two of which are never right.',
      choices: [
        { key: 'undefined', label: 'Symbols', value: undefined },
        { key: 'vocabulary', label: 'All tokens' },
      ],
    },
  ],
  reverse: [length('Symbols to be said backwards; a sequence is twice as long.'), VOCABULARY],
  'copy-paste-official': [
    { kind: 'number', path: 'minLength', label: 'Shortest', hint: 'Symbols of the shortest sequence.' },
    { kind: 'number', path: 'maxLength', label: 'Longest', hint: 'Symbols of the longest sequence.' },
  ],
  parity: [
    {
      kind: 'choice',
      path: 'labels',
      label: 'Labels',
      hint: 'Only at the end, or the parity so far at every bit.',
      choices: [
        { key: 'final', label: 'At the end' },
        { key: 'prefix', label: 'Every bit' },
      ],
    },
    { kind: 'number', path: 'minLength', label: 'Shortest', hint: 'Bits of the shortest sequence.' },
    { kind: 'number', path: 'length', label: 'Longest', hint: 'Bits of the longest sequence.' },
  ],
  'associative-recall': [
    { kind: 'number', path: 'pairs', label: 'Pairs', hint: 'Of a key and a value, in each sequence.' },
    { kind: 'number', path: 'keys', label: 'Keys', hint: 'At least as many as pairs: none comes twice.' },
    { kind: 'number', path: 'values', label: 'Values', hint: 'What the answer is one of.' },
  ],
  dyck: [length('Brackets of a sequence: an even number.', 2), { kind: 'number', path: 'brackets', label: 'Kinds', hint: 'Of brackets.' }],
  'modular-addition': [
    length('Digits to be added.'),
    { kind: 'number', path: 'modulus', label: 'Modulus', hint: 'The sum counts up to this, then starts again.' },
  ],
  'micro-english': [
    {
      kind: 'choice',
      path: 'variant',
      label: 'Grammar',
      hint: 'The full one has relative clauses and brackets; names then return after 11 words more.',
      choices: [
        { key: 'short', label: 'Short sentences' },
        { key: 'full', label: 'Full' },
      ],
    },
    CONTEXT,
    { kind: 'number', path: 'trainTokens', label: 'Training words', hint: 'Of the text that windows are cut from.', step: 10_000 },
    { kind: 'number', path: 'valTokens', label: 'Validation words', hint: 'More words make the score more certain.', step: 1000 },
    { kind: 'number', path: 'seed', label: 'Training seed', hint: 'Another seed tells another story.' },
    { kind: 'number', path: 'valSeed', label: 'Validation seed', hint: 'Unlike the training seed: a text that is known is no test.' },
  ],
  'text-file': [
    CONTEXT,
    { kind: 'number', path: 'vocabulary', label: 'Vocabulary', hint: 'Different tokens at most: the most frequent ones, and one for the rest.', step: 10 },
    { kind: 'number', path: 'trainTokens', label: 'Training tokens', hint: 'From the beginning of the text.', step: 10_000 },
    { kind: 'number', path: 'valTokens', label: 'Validation tokens', hint: 'The end of the text.', step: 1000 },
  ],
};

export function taskFields(task: TaskSpec): FieldSpec[] {
  if (task.kind === 'image-files') return FILE_IMAGES;
  if (isImageTask(task)) return imageFields(task);
  return isLanguageTask(task) ? OWN_FIELDS[task.kind] : [...OWN_FIELDS[task.kind], ...dataFields(task)];
}

/** The kinds of tasks in the order in which they are offered. */
export const TASK_GROUPS: { group: string; kinds: TaskSpec['kind'][] }[] = [
  { group: 'Images', kinds: ['textures', 'grey-textures', 'shapes', 'digits', 'image-files'] },
  {
    group: 'Sequences',
    kinds: ['first-token', 'copy-paste', 'copy-paste-official', 'reverse', 'parity', 'associative-recall', 'dyck', 'modular-addition'],
  },
  { group: 'Language', kinds: ['micro-english', 'text-file'] },
];
