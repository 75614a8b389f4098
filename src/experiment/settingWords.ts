/** Settings in words, as the page and the reports write them. */
import { taskTitle } from './shapes/describeTask.ts';
import { type Course, type InitName, type Intervention, isDrawn, type MappingSpec, type StartSpec, type WarmupSpec } from './schema/schema.ts';

const PLAIN = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const GROUPED = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** A setting as people write it: 250, 0.15, 1e-3. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 1e6)) {
    // Four digits at most: 0.0012345 → 1.2345e-3 → 1.235e-3.
    const [digits, exponent] = value.toExponential(3).split('e');
    return `${Number(digits)}e${Number(exponent)}`;
  }
  return Number.isInteger(value) ? GROUPED.format(value) : PLAIN.format(value);
}

/** A change made while a run went on: "guidance off from step 3". */
export function interventionWords({ step, set }: Intervention): string {
  const what = [
    ...(set.learningRate === undefined ? [] : [`learning rate ${number(set.learningRate)}`]),
    ...(set.guidance === undefined ? [] : [`guidance ${set.guidance ? 'on' : 'off'}`]),
  ];
  return `${what.join(', ')} from step ${number(step)}`;
}

const SHAPES = { linear: 'linearly', cosine: 'along a cosine', exponential: 'exponentially' };

/** "until step 50"; what lies beyond the end of the run is not said. */
export function courseWords(course: Course, steps: number): string {
  switch (course.kind) {
    case 'whole':
      return 'whole run';
    case 'until':
      if (course.step === 0) return 'before training only';
      return course.step < steps ? `until step ${number(course.step)}` : 'whole run';
    case 'between':
      return course.to < steps ? `from step ${number(course.from)} until step ${number(course.to)}` : `from step ${number(course.from)} on`;
    case 'decay':
      return `falling ${SHAPES[course.shape]} until step ${number(course.steps)}`;
    case 'every':
      return `at every ${ordinal(course.steps)} step`;
    case 'stall':
      return `until its ${course.of} has stalled for ${number(course.patience)} ${course.patience === 1 ? 'evaluation' : 'evaluations'}`;
  }
}

const INPUT_WORDS = {
  'white-noise': 'white noise',
  'smooth-noise': 'smooth noise',
  'pink-noise': '1/f noise',
  'random-tokens': 'random tokens',
  training: 'the inputs',
} as const;

/** What a warm-up reads: "smooth noise", or the name of another task. */
export const warmupInputWords = ({ inputs }: Pick<WarmupSpec, 'inputs'>): string =>
  typeof inputs === 'string' ? INPUT_WORDS[inputs] : `“${taskTitle(inputs)}”`;

const LOSS_WORDS = { align: 'aligned', task: 'trained', both: 'trained and aligned' } as const;

/** "first 300 steps aligned on smooth noise" */
export const warmupWords = (warmup: WarmupSpec): string =>
  [
    `first ${number(warmup.steps)} steps ${LOSS_WORDS[warmup.loss]} on ${warmupInputWords(warmup)}`,
    ...(warmup.learningRate === undefined ? [] : [`lr ${number(warmup.learningRate)}`]),
    ...(warmup.keepOptimiser ? ['moments kept'] : []),
  ].join(', ');

/** "weights copied from “trained”, noise 0.1 × their spread" @param count of those that are, or null where a file decides */
export const startWords = ({ guide, noise }: StartSpec, count: number | null): string =>
  `${count === null ? '' : `${number(count)} `}${count === 1 ? 'tensor' : 'tensors'} of weights copied from “${guide}”${noise > 0 ? `, noise ${number(noise)} × their spread` : ''}`;

/** 2nd, 3rd, 4th, 11th, 21st. */
function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? undefined : ['st', 'nd', 'rd'][(n % 10) - 1];
  return `${number(n)}${ending ?? 'th'}`;
}

/** An initialisation in front of a noun; two of them are people's names. */
export const initWord = (init: InitName): string => (({ he: 'He', xavier: 'Xavier' }) as Partial<Record<InitName, string>>)[init] ?? init;

/** A mapping in a word or two: "even", "first 3", "random (seed 1)", "drawn by hand". */
export function mappingWords(mapping: MappingSpec): string {
  if (isDrawn(mapping)) return 'drawn by hand';
  if ('count' in mapping && mapping.count > 1) return `${mapping.rule} ${number(mapping.count)}`;
  if ('seed' in mapping) return `${mapping.rule} (seed ${mapping.seed})`;
  return 'perTarget' in mapping && (mapping.perTarget ?? 1) > 1 ? `even, up to ${number(mapping.perTarget ?? 1)} a layer` : mapping.rule;
}
