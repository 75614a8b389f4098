/** Numbers and settings in words, short enough for a label. */
import { span } from '@/experiment/course/course.ts';
import { alignmentSettingsOf, distillationOf } from '@/experiment/plan/arms.ts';
import { taskShape } from '@/experiment/networks/describe.ts';
import { courseWords, initWord, number, warmupWords } from '@/experiment/settingWords.ts';
import { builtMeasure, measureWords } from '@/experiment/schema/measures.ts';
import {
  type ArmSpec,
  type BaseSettings,
  type Course,
  type GuideSpec,
  type Intervention,
  isDrawn,
  isImageTask,
  isLanguageTask,
  type MappingSpec,
  type OptimiserSpec,
  type ScheduleSpec,
  type TaskSpec,
} from '@/experiment/schema/schema.ts';

export { problemWords } from '@/experiment/problemWords.ts';
export { initWord, interventionWords, number, warmupInputWords } from '@/experiment/settingWords.ts';

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

const FRACTIONS: Record<string, string> = { '0.5': '½', '0.25': '¼', '0.75': '¾' };
const weight = (value: number) => FRACTIONS[String(value)] ?? number(value);

/** Whether a term acts in a warm-up and no longer. */
export const endsWithWarmup = (course: Course): boolean => course.kind === 'until' && course.step === 0;

/** When an arm is guided. @param from of a fork its step: those of the course count from there */
function spanWords(course: Course, steps: number, interventions: readonly Intervention[], from: number): string {
  const off = interventions.find(({ set }) => set.guidance === false)?.step ?? steps;
  if (off < Math.min(from + span(course).to, steps)) return `switched off at step ${number(off)}`;
  const words = courseWords(course, steps - from);
  return from > 0 && words === 'whole run' ? 'to the end' : words;
}

/** A mapping in a word or two: "even", "first 3", "random (seed 1)", "drawn by hand". */
export function mappingWords(mapping: MappingSpec): string {
  if (isDrawn(mapping)) return 'drawn by hand';
  if ('count' in mapping && mapping.count > 1) return `${mapping.rule} ${number(mapping.count)}`;
  if ('seed' in mapping) return `${mapping.rule} (seed ${mapping.seed})`;
  return 'perTarget' in mapping && (mapping.perTarget ?? 1) > 1 ? `even, up to ${number(mapping.perTarget ?? 1)} a layer` : mapping.rule;
}

/** Of a fork where it leaves which arm: "from step 40 of “Guided”, and counted from there"; null for an arm that is none. */
export function forkWords({ fork, terms }: ArmSpec, arms: readonly ArmSpec[]): string | null {
  if (!fork) return null;
  const counted = terms.some(({ course }) => course && course.kind !== 'whole');
  return `from step ${number(fork.step)} of “${arms.find(({ id }) => id === fork.of)?.name}”${counted ? ', and counted from there' : ''}`;
}

/**
 * An arm's loss in one line: "+ 4 × Σ (1 − CKA), whole run".
 * @param interventions made in the run that the line is about
 */
export function armStatement(arm: ArmSpec, base: BaseSettings, interventions: readonly Intervention[] = []): string {
  const parts: string[] = arm.warmup && arm.warmup.steps > 0 ? [warmupWords(arm.warmup)] : [];
  const before = parts.length;
  const distillation = distillationOf(arm);
  if (distillation) {
    const { ceWeight, kdWeight, temperature, direction } = distillation;
    parts.push(`${weight(ceWeight)} CE + ${weight(kdWeight)} ${direction === 'reverse' ? 'reverse KL' : 'KL'} · T ${number(temperature)}`);
  }
  const alignment = alignmentSettingsOf(base, arm);
  // What lasts as long as the warm-up is told with it.
  if (alignment && !(before > 0 && endsWithWarmup(alignment.course))) {
    const { reduction, measure, course } = alignment;
    parts.push(
      `+ ${weight(alignment.weight)} × ${reduction === 'sum' ? 'Σ' : 'mean'} (1 − ${measureWords(builtMeasure(measure))}), ` +
        spanWords(course, base.steps, interventions, arm.fork?.step ?? 0),
    );
  }
  if (parts.length === before) parts.push('task loss only');
  if (arm.learningRate !== undefined) parts.push(`lr ${number(arm.learningRate)}`);
  if (arm.unusedBias !== undefined) parts.push(`unused classes start at ${number(arm.unusedBias)}`);
  if (arm.init !== undefined) parts.push(`${initWord(arm.init)} init`);
  return parts.join(' · ');
}

export const optimiserName = (optimiser: OptimiserSpec): string => ({ adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' })[optimiser.kind];

/** "cosine", "warm-up of 100 steps and cosine" */
export const scheduleName = (schedule: ScheduleSpec): string =>
  schedule.kind === 'constant' || schedule.warmup === 0 ? schedule.kind : `warm-up of ${plural(schedule.warmup, 'step')} and ${schedule.kind}`;

/** "trained, 300 steps" */
export const guideState = (guide: GuideSpec): string =>
  [
    guide.state === 'trained' ? `trained, ${number(guide.training.steps)} steps` : guide.state,
    ...(guide.state !== 'control' && guide.control ? [CONTROL_WORDS[guide.control]] : []),
  ].join(', ');

/** The same without numbers: "trained", "untrained, shuffled". */
export const guideKind = (guide: GuideSpec): string =>
  guide.state !== 'control' && guide.control ? `${guide.state}, ${CONTROL_WORDS[guide.control]}` : guide.state;

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
