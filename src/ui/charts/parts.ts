/** What the charts of a run have in common: arms with their colours and names, marks, ranges, words. */
import { useRef } from 'react';
import { moments, WHOLE } from '@/experiment/course/course.ts';
import { stagesOf } from '@/experiment/plan/fork.ts';
import type { Experiment, TermKind } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { armColour } from '@/ui/colours.ts';
import { number } from '@/ui/words.ts';
import { type AxisRange, growRange, niceRange } from './domain.ts';
import { shortNames } from './labels.ts';
import type { Cross } from './Overlays.tsx';
import type { CourseMark, EndLabel, Moment } from './placing.ts';
import { evaluationsOf } from './recorded.ts';
import { type StallData, stallEnds } from './stalls.ts';
import { type End, sampleIndices } from './series.ts';
import type { TableData } from './ChartTable.tsx';

export interface DrawnArm {
  id: string;
  name: string;
  /** For the margin of a chart. */
  short: string;
  colour: string;
}

export function drawnArms(experiment: Experiment): DrawnArm[] {
  const short = shortNames(experiment.arms.map((arm) => arm.name));
  return experiment.arms.map(({ id, name }, i) => ({ id, name, short: short[i], colour: armColour(id) }));
}

/** Names at the ends of the main lines; without a value before there is one. */
export const armLabels = (arms: readonly DrawnArm[], ends: ReadonlyMap<string, End>): EndLabel[] =>
  arms.map(({ id, name, short, colour }) => ({ key: id, name, text: short, colour, value: ends.get(id)?.value ?? Number.NaN, strong: true }));

/** Steps at which something was changed for all arms, and where warm-ups end. */
export const momentsOf = (data: RunData): Moment[] => [...(data.warmup ? [{ step: 0, text: 'warm-up ends' }] : []), ...interventionMoments(data)];

const interventionMoments = (data: RunData): Moment[] =>
  data.interventions
    .filter(({ step }) => step <= data.trainedSteps)
    .flatMap(({ step, set }) => [
      ...(set.learningRate === undefined ? [] : [{ step, text: `lr ${number(set.learningRate)}` }]),
      ...(set.guidance === undefined ? [] : [{ step, text: set.guidance ? 'guidance on' : 'guidance off' }]),
    ]);

/** What a term is to its arm, in a word. */
const TERM_WORDS: Record<TermKind, string> = { align: 'guidance', distil: 'distillation', regularise: 'regularising', match: 'matching' };

/** " in seeds 1 and 3"; nothing where it is all of them. */
const seedsOf = ({ seeds: all }: Experiment, seeds: readonly number[]): string =>
  seeds.length === all.length
    ? ''
    : ` in ${seeds.length === 1 ? 'seed' : 'seeds'} ${[seeds.slice(0, -1).map(number).join(', '), number(seeds[seeds.length - 1])].filter(Boolean).join(' and ')}`;

/**
 * Steps at which something that an arm learns from begins or ends, and at which a fork leaves its parent; of a fork also
 * what was in the arms that it was before, where these are not drawn.
 */
export function courseMarksOf(data: Pick<RunData, 'experiment'> & StallData, arms: readonly Pick<DrawnArm, 'id' | 'name' | 'colour'>[]): CourseMark[] {
  const { experiment } = data;
  if (!experiment) return [];
  const { steps } = experiment.base;
  return arms.flatMap(({ id, name, colour }) => {
    const own = experiment.arms.find((each) => each.id === id);
    const all = own ? stagesOf(experiment, own) : [];
    const stages = arms.some((other) => other.id === own?.fork?.of) ? all.slice(-1) : all;
    const fork = own?.fork;
    const parent = experiment.arms.find((other) => other.id === fork?.of)?.name;
    const marks: CourseMark[] = stages.flatMap(({ arm, from }, i) => {
      const to = stages[i + 1]?.from ?? steps;
      return arm.terms.flatMap((term): CourseMark[] => {
        const { kind, course = WHOLE } = term;
        const mark = (step: number, what: 'begins' | 'ends', where = '') => ({
          arm: id,
          colour,
          step,
          what,
          text: `${name}: ${TERM_WORDS[kind]} ${what} at step ${number(step)}${where}`,
        });
        if (course.kind !== 'stall') return moments(course, to - from).map(({ step, what }) => mark(from + step, what));
        return stallEnds(experiment, data, { arm: id, term, course, stage: [from, to] }).map(({ step, seeds }) =>
          mark(step, 'ends', `, where its ${course.of} has stalled${seedsOf(experiment, seeds)}`),
        );
      });
    });
    if (fork && fork.step > 0)
      marks.push({ arm: id, colour, step: fork.step, what: 'forks', text: `${name}: forks from “${parent}” at step ${number(fork.step)}` });
    // Terms of a kind with the same course share a mark.
    return [...new Map(marks.map((mark) => [mark.text, mark])).values()];
  });
}

/** Where members diverged, at their last finite training loss. */
export function crossesOf(data: RunData, shown: ReadonlySet<string>, [low, high]: [number, number]): Cross[] {
  const drawn = data.divergences.filter(({ arm }) => shown.has(arm));
  return drawn.map(({ arm, seed, step }) => {
    const member = data.members.findIndex((m) => m.arm === arm && m.seed === seed);
    let row = data.steps.trainLoss.values.rowOf(step);
    while (row > 0 && !Number.isFinite(data.steps.trainLoss.values.at(row, member))) row--;
    const value = row >= 0 ? data.steps.trainLoss.values.at(row, member) : high;
    return {
      key: `${arm} ${seed}`,
      arm,
      step,
      colour: armColour(arm),
      value: Math.min(high, Math.max(low, Number.isFinite(value) ? value : high)),
    };
  });
}

/** A range that grows with what is drawn and starts again for another `key` (another run, another scale). */
export function useGrowingRange(key: unknown, initial: AxisRange, min: number, max: number, nice = niceRange): AxisRange {
  const held = useRef<{ key: unknown; range: AxisRange }>({ key, range: initial });
  if (held.current.key !== key) held.current = { key, range: initial };
  held.current.range = growRange(held.current.range, min, max, nice);
  return held.current.range;
}

/** Index of the evaluation nearest to a step; −1 when there is none. */
export function nearestEvaluation(evaluations: readonly Evaluation[], step: number): number {
  let low = 0;
  let high = evaluations.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (evaluations[middle].step < step) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && step - evaluations[low - 1].step < evaluations[low].step - step) low--;
  return Math.min(low, evaluations.length - 1);
}

/** Rows of a table are for reading: more than this would only be long. */
const TABLE_ROWS = 200;

/** One row per evaluation (a selection of them in a long run), as text. */
export function evaluationTable(data: RunData, caption: string, columns: TableData['columns'], cells: (evaluation: Evaluation) => string[]): TableData {
  const evaluations = evaluationsOf(data);
  return {
    caption,
    columns: [{ key: 'step', name: 'Step' }, ...columns],
    rows: sampleIndices(evaluations.length, TABLE_ROWS).map((i) => {
      const evaluation = evaluations[i];
      return { key: String(evaluation.step), cells: [number(evaluation.step), ...cells(evaluation)] };
    }),
  };
}

/** "after step 120 of 250" */
export const evaluatedWords = (data: RunData): string => `after step ${number(data.lastEvaluation?.step ?? 0)} of ${number(data.experiment?.base.steps ?? 0)}`;
