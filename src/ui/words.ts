/** Numbers and settings in words, short enough for a label. */
import { taskShape } from '@/experiment/networks/describe.ts';
import { number } from '@/experiment/settingWords.ts';
import {
  type BaseSettings,
  type GuideSpec,
  isImageTask,
  isLanguageTask,
  type OptimiserSpec,
  type ScheduleSpec,
  type TaskSpec,
} from '@/experiment/schema/schema.ts';

export { problemWords } from '@/experiment/problemWords.ts';
export { initWord, interventionWords, mappingWords, number, warmupInputWords } from '@/experiment/settingWords.ts';

const GROUPED = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

const UNITS: [number, string][] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** 1,234,567 → "1.2 M" */
export function count(value: number): string {
  const unit = UNITS.find(([size]) => value >= size);
  if (!unit) return GROUPED.format(value);
  const scaled = value / unit[0];
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)} ${unit[1]}`;
}

export const bytes = (value: number): string => (value >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(1)} GB` : `${Math.max(1, Math.round(value / 2 ** 20))} MB`);

/** Two digits at most: an estimate is not better than that. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** How long ago something was. */
export const ago = (milliseconds: number): string => (milliseconds < 60_000 ? 'just now' : `${duration(milliseconds / 1000)} ago`);

/** With a capital letter, at the beginning of a label. */
export const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;

export const plural = (n: number, one: string, many = `${one}s`): string => `${GROUPED.format(n)} ${n === 1 ? one : many}`;

/** What a task's examples are. */
export const examplesOf = (task: TaskSpec): 'images' | 'sequences' | 'windows' =>
  isImageTask(task) ? 'images' : isLanguageTask(task) ? 'windows' : 'sequences';

/** "800 images"; of a text "249 windows of 32 tokens". */
export function validationSet(task: TaskSpec): string {
  const { valExamples, input } = taskShape(task);
  return `${number(valExamples)} ${examplesOf(task)}${isLanguageTask(task) ? ` of ${number(input[0])} tokens` : ''}`;
}

export const optimiserName = (optimiser: OptimiserSpec): string => ({ adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' })[optimiser.kind];

/** "cosine", "warm-up of 100 steps and cosine" */
export const scheduleName = (schedule: ScheduleSpec): string =>
  schedule.kind === 'constant' || schedule.warmup === 0 ? schedule.kind : `warm-up of ${plural(schedule.warmup, 'step')} and ${schedule.kind}`;

/** Whatever is known of it: it comes out of a file. */
const stateWord = ({ state }: GuideSpec): string => (state === 'loaded' ? 'imported' : state);

/** "trained, 300 steps" */
export const guideState = (guide: GuideSpec): string =>
  [
    guide.state === 'trained' ? `trained, ${number(guide.training.steps)} steps` : stateWord(guide),
    ...(guide.state !== 'control' && guide.control ? [CONTROL_WORDS[guide.control]] : []),
  ].join(', ');

/** The same without numbers: "trained", "untrained, shuffled". */
export const guideKind = (guide: GuideSpec): string =>
  guide.state !== 'control' && guide.control ? `${stateWord(guide)}, ${CONTROL_WORDS[guide.control]}` : stateWord(guide);

/** What a control does to a network guide, behind its state: "untrained, shuffled". */
export const CONTROL_WORDS = {
  shuffled: 'shuffled',
  noise: 'fed with noise',
  'white-noise': 'fed with white noise',
  orthogonal: 'orthogonal weights',
} as const;

/** "Adam · learning rate 1e-3, constant · batch 128 · 250 steps · evaluated every 10" */
export const trainingStatement = (base: BaseSettings): string =>
  [
    optimiserName(base.optimiser),
    `learning rate ${number(base.learningRate)}, ${scheduleName(base.schedule)}`,
    `batch ${number(base.batchSize)}`,
    plural(base.steps, 'step'),
    base.evaluateEvery > base.steps ? 'evaluated only at the start and the end' : `evaluated every ${number(base.evaluateEvery)}`,
    base.clipNorm === null ? 'no clipping' : `clipped at ${number(base.clipNorm)}`,
  ].join(' · ');
