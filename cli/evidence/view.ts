/** The Paper view's data: the hand-written claims with the numbers of the runs that they name. */
import { VARIANTS } from '../../evidence/variants.ts';
import { encodeLink } from '../../src/experiment/link.ts';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import type { RunResult } from '../../src/experiment/contract/result.ts';
import { pairedDifference } from '../../src/stats/index.ts';
import { scaleOf } from '../../src/stats/scale.ts';
import { pValue, unitOf } from '../../src/stats/words.ts';
import type { ClaimRow, MeasuredDifference, MeasuredRun } from '../../src/ui/paper/claim.ts';
import { noTest } from './chance.ts';
import { exactP, type Evidence, type Field, filled, measuredWith, scoresOf, scoreText, winsText } from './quantities.ts';
import { commandOf, type EvidenceFile } from './store.ts';

/** What a claim says of two arms, to be held against the numbers. */
export interface Compared {
  arm: string;
  against: string;
  /** What the claim expects of the arm. */
  expected: 'better' | 'worse' | 'level';
  /** Final score unless told. */
  of?: Extract<Field, 'final' | 'best' | 'loss'>;
}

/** Which run, arms and comparisons speak to a claim. */
export interface Ours {
  run: string;
  arms: readonly string[];
  compare: readonly Compared[];
}

/** A claim as it is written by hand; `why` may name numbers (`quantities.ts`). */
export type Claim = Omit<ClaimRow, 'measured'> & { ours: readonly Ours[] };

const CURVE_POINTS = 16;
const WORDS_OF = { best: 'best score', loss: 'validation loss' } as const;

/** Scores are better when higher, or not; losses never. */
const asMeasured = ({ metric }: RunResult, of: Compared['of']): { name: string; higherIsBetter: boolean } =>
  of === 'loss' ? { name: 'loss', higherIsBetter: false } : metric;

const differenceFor = (result: RunResult, { arm, against, of = 'final' }: Compared) => ({
  metric: asMeasured(result, of),
  difference: pairedDifference(scoresOf(result, arm, of), scoresOf(result, against, of), { range: scaleOf(asMeasured(result, of)).range }),
});

/** Whether a run bears out what is expected: the interval lies on that side of 0, or around it. */
export function bearsOut(result: RunResult, compared: Compared): boolean {
  const { metric, difference } = differenceFor(result, compared);
  if (difference.n < 3 || !difference.interval) return false;
  const [low, high] = difference.interval;
  const side = low > 0 ? 'higher' : high < 0 ? 'lower' : 'level';
  if (side === 'level' || compared.expected === 'level') return side === compared.expected;
  return (side === 'higher') === ((compared.expected === 'better') === metric.higherIsBetter);
}

function told(result: RunResult, compared: Compared): MeasuredDifference {
  const { metric, difference } = differenceFor(result, compared);
  const unit = unitOf(metric.name);
  const p = exactP(difference);
  const nameOf = (id: string) => result.experiment.arms.find((arm) => arm.id === id)?.name ?? id;
  return {
    arm: nameOf(compared.arm),
    against: nameOf(compared.against),
    difference: `${unit.difference(difference.mean)}${metric.name === 'accuracy' ? ' points' : ''}`,
    interval: difference.interval && unit.interval(difference.interval),
    p: p === null ? null : pValue(p),
    wins: winsText(metric, difference),
    of: compared.of === undefined || compared.of === 'final' ? null : WORDS_OF[compared.of],
  };
}

const meanAt = (values: (number | null)[]): number | null => {
  const present = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return present.length === 0 ? null : Number((present.reduce((a, b) => a + b, 0) / present.length).toPrecision(3));
};

/** Mean validation curves at a few of the evaluations, the first and the last among them. */
function curvesOf({ members }: RunResult, arms: readonly string[]): MeasuredRun['curves'] {
  const all = members[0].history.valStep;
  const count = Math.min(CURVE_POINTS, all.length);
  const at = Array.from({ length: count }, (_, i) => Math.round((i * (all.length - 1)) / Math.max(1, count - 1)));
  return {
    steps: at.map((i) => all[i]),
    arms: arms.map((arm) => at.map((i) => meanAt(members.filter((member) => member.arm === arm).map((member) => member.history.valMetric[i] ?? null)))),
  };
}

/** Opens the same experiment, with as many seeds as its preset has: what a printed number took may be more than a class waits for. */
function linkOf({ experiment }: RunResult): string {
  const preset = findPreset(experiment.preset);
  const { task } = experiment;
  // Which files were used is a person's own matter: whoever opens it brings theirs.
  const own = preset && task.kind === 'image-files' ? { task: preset.experiment.task } : {};
  return encodeLink({ ...experiment, ...own, seeds: preset?.experiment.seeds ?? experiment.seeds });
}

function measuredRun(file: EvidenceFile, { arms, compare }: Ours): MeasuredRun {
  const { result, run } = file;
  const { experiment, metric } = result;
  return {
    run,
    title: [findPreset(experiment.preset)?.title ?? experiment.preset, ...(VARIANTS[run] ? [VARIANTS[run]] : [])].join(', '),
    link: linkOf(result),
    command: commandOf(file),
    seeds: measuredWith(result),
    metric: `${metric.name}, chance ${unitOf(metric.name).score(metric.chance)}`,
    arms: arms.map((id) => ({ id, name: experiment.arms.find((arm) => arm.id === id)?.name ?? id, score: scoreText(result, id, 'final', true) })),
    differences: compare.map((compared) => told(result, compared)),
    noTest: noTest(result, arms),
    curves: curvesOf(result, arms),
  };
}

/** @throws {Error} when a claim names a run, an arm or a number that is not there */
export function claimRows(claims: readonly Claim[], evidence: Evidence): ClaimRow[] {
  return claims.map(({ ours, ...claim }) => ({
    ...claim,
    why: filled(evidence, claim.why),
    measured: ours.map((own) => {
      const file = evidence.get(own.run);
      if (!file) throw new Error(`the claim "${claim.id}" needs a run "${own.run}": npm run evidence -- run ${own.run}`);
      return measuredRun(file, own);
    }),
  }));
}
