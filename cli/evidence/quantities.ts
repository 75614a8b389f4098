/**
 * Numbers by name, as prose has them in braces: `{unguided}`, `{guided ± best}`, `{guided vs unguided ci}`, and of another run than the
 * one at hand `{lm-short: guide trained}`. `NAMES` lists all.
 */
import { labelGroups } from '../../src/experiment/networks/describe.ts';
import type { MemberResult, RunResult } from '../../src/experiment/contract/result.ts';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import { mean, type PairedDifference, pairedDifference, sampleSd, signFlipTest, verdictOfResult } from '../../src/stats/index.ts';
import { scaleOf } from '../../src/stats/scale.ts';
import { inWords, seedsInWords } from '../../src/stats/seeds.ts';
import { listed, pValue, unitOf } from '../../src/stats/words.ts';
import type { EvidenceFile } from './store.ts';

/** Result files by the id of their run. */
export type Evidence = ReadonlyMap<string, EvidenceFile>;

type Scores = (number | null)[];

export const NAMES = `A quantity is one of
  ARM [±] [seeds] [best | loss | lowest | train | recalibrated | right]   mean over seeds; ± adds the sample sd; seeds: each of them
  ARM vs ARM [ci | p | wins | in | sooner]                                paired difference of final scores; its 95 % interval, exact p, seeds in which it
                                                                          is better, as "5 of 6" and as "in five of six seeds" (or "in all six seeds"),
                                                                          and those in which it first passes the preset's threshold
  ARM learnt                                                              "in two of six seeds": in which it passes the verdict's threshold
  ARM cka GUIDE [start] [debiased]                                        mean CKA over the arm's pairs with a guide, at the end unless told
  ARM risen GUIDE                                                         of those pairs, over seeds, how many are more alike at the end than at the start
  guide GUIDE · chance · seeds · verdict`;

const FIELDS = {
  loss: ({ final }: MemberResult) => final.valLoss,
  lowest: ({ history }: MemberResult) => history.valLoss.reduce((least, loss) => (loss !== null && (least === null || loss < least) ? loss : least), null),
  best: ({ best }: MemberResult) => best.valMetric,
  train: ({ final }: MemberResult) => final.trainMetric,
  recalibrated: ({ final }: MemberResult) => final.valMetricRecalibrated,
  right: ({ groups }: MemberResult) => groups?.[0].accuracy ?? null,
  final: ({ final }: MemberResult) => final.valMetric,
} as const;

export type Field = keyof typeof FIELDS;
const isField = (word: string): word is Field => Object.hasOwn(FIELDS, word);

/** "six seeds", or "six seeds by the runner (the page runs three)": with how many it was measured, and with how many its preset runs. */
export function measuredWith({ experiment }: RunResult): string {
  const page = findPreset(experiment.preset)?.experiment.seeds ?? experiment.seeds;
  const measured = seedsInWords(experiment.seeds.length);
  return page.length === experiment.seeds.length ? measured : `${measured} by the runner (the page runs ${inWords(page.length)})`;
}

/** Of an arm, seed by seed in the experiment's order. @throws {Error} when there is no such arm */
export function scoresOf({ experiment, members }: RunResult, arm: string, field: Field = 'final'): Scores {
  if (!experiment.arms.some(({ id }) => id === arm))
    throw new Error(`${experiment.preset} has no arm "${arm}", only ${experiment.arms.map(({ id }) => id).join(', ')}`);
  return experiment.seeds.map((seed) => {
    const member = members.find((candidate) => candidate.arm === arm && candidate.seed === seed);
    return member ? FIELDS[field](member) : null;
  });
}

/** The scores that there are. */
export const present = (values: Scores): number[] => values.filter((value): value is number => value !== null && Number.isFinite(value));

/** How values of a field are written: as scores of the metric, as losses, or as shares. */
function formatOf({ metric }: RunResult, field: Field): { text(value: number): string; unit: string } {
  const percent = { text: (value: number) => (100 * value).toFixed(1), unit: ' %' };
  if (field === 'right' || (metric.name === 'accuracy' && field !== 'loss' && field !== 'lowest')) return percent;
  return { text: (value) => value.toFixed(field === 'loss' || field === 'lowest' ? 3 : 2), unit: '' };
}

/** "33.2 %", "33.2 ± 0.4 %", or "–" where no seed has a score. */
export function scoreText(result: RunResult, arm: string, field: Field, spread: boolean): string {
  const values = present(scoresOf(result, arm, field));
  const { text, unit } = formatOf(result, field);
  if (values.length === 0) return '–';
  return `${text(mean(values))}${spread && values.length > 1 ? ` ± ${text(sampleSd(values))}` : ''}${unit}`;
}

/** "25.5, 25.4 and 25.3 %" */
function eachSeed(result: RunResult, arm: string, field: Field): string {
  const { text, unit } = formatOf(result, field);
  return `${listed(scoresOf(result, arm, field).map((value) => (value === null ? 'none' : text(value))))}${unit}`;
}

/** Arm minus reference by final scores, with the interval inside what scores can be. */
export const differenceOf = (result: RunResult, arm: string, against: string): PairedDifference =>
  pairedDifference(scoresOf(result, arm), scoresOf(result, against), { range: scaleOf(result.metric).range });

/** Fewest pairs for the exact test, as in the verdict. */
const MIN_EXACT = 6;

export const exactP = ({ n, differences }: PairedDifference): number | null => (n < MIN_EXACT ? null : signFlipTest(differences));

const winsOf = ({ higherIsBetter }: { higherIsBetter: boolean }, { differences }: PairedDifference): number =>
  differences.filter((d) => (higherIsBetter ? d > 0 : d < 0)).length;

/** "3 of 3": seeds in which the arm is better. */
export const winsText = (metric: { higherIsBetter: boolean }, difference: PairedDifference): string => `${winsOf(metric, difference)} of ${difference.n}`;

/** "in all six seeds", "in two of six seeds" */
const inSeeds = (count: number, n: number): string => `in ${count === n ? 'all' : `${count === 0 ? 'none' : inWords(count)} of`} ${inWords(n)} seeds`;

/** @throws {Error} where the preset asks for no threshold */
function soonerText(result: RunResult, arm: string, against: string): string {
  const by = findPreset(result.experiment.preset)?.experiment.asks?.by;
  const { sooner } = verdictOfResult({ ...result, experiment: { ...result.experiment, asks: { arm, against, by: by ?? 'final' } } });
  if (!sooner) throw new Error(`${result.experiment.preset} asks for no threshold that "${arm}" could pass sooner`);
  return inSeeds(sooner.sooner, sooner.n);
}

function comparison(result: RunResult, arm: string, against: string, what: string): string {
  const difference = differenceOf(result, arm, against);
  const unit = unitOf(result.metric.name);
  const p = exactP(difference);
  switch (what) {
    case '':
      return unit.difference(difference.mean);
    case 'ci':
      return difference.interval ? unit.interval(difference.interval) : 'too few seeds for an interval';
    case 'p':
      return p === null ? 'too few seeds for an exact test' : pValue(p);
    case 'wins':
      return winsText(result.metric, difference);
    case 'in':
      return inSeeds(winsOf(result.metric, difference), difference.n);
    case 'sooner':
      return soonerText(result, arm, against);
    default:
      throw new Error(`"${what}" is nothing that a comparison has`);
  }
}

/** @throws {Error} where no arm is beyond chance, so that there is no threshold */
function learntText(result: RunResult, arm: string): string {
  const share = verdictOfResult(result).shares.find((candidate) => candidate.arm === arm);
  if (!share) throw new Error(`${result.experiment.preset} cannot say in how many seeds "${arm}" learnt`);
  return inSeeds(share.passed, share.of);
}

/** ".80", "–.02": a similarity as the documents write it. */
const similarity = (value: number): string =>
  value
    .toFixed(2)
    .replace('-', '−')
    .replace(/^(−?)0\./, '$1.');

/** Mean CKA over an arm's pairs with a guide and over seeds; null where there is none. */
export function ckaOf({ members }: RunResult, arm: string, guide: string, when: 'start' | 'end' | 'startDebiased' | 'endDebiased' | 'chance'): string | null {
  const pairs = members.filter((member) => member.arm === arm).flatMap((member) => member.pairs.filter((pair) => pair.guide === guide));
  const values = present(pairs.map((pair) => pair[when]));
  return values.length === 0 ? null : similarity(mean(values));
}

/** "20 of 24": pairs of layers that are more alike at the end than at the start, over seeds. */
function risen({ members }: RunResult, arm: string, guide: string): string {
  const pairs = members.filter((member) => member.arm === arm).flatMap((member) => member.pairs.filter((pair) => pair.guide === guide));
  return `${pairs.filter(({ start, end }) => start !== null && end !== null && end > start).length} of ${pairs.length}`;
}

/** What the page prints under "verdict". */
export function verdictText(result: RunResult): string {
  const { headline, others } = verdictOfResult(result);
  return [...headline, ...(others.length > 0 ? [{ text: ' ' }] : []), ...others].map(({ text }) => text).join('');
}

/** Score of a guide with outputs, over its seeds. @throws {Error} when it has none */
export function guideText(result: RunResult, guide: string): string {
  const scores = result.guides.filter(({ id }) => id === guide).map(({ score }) => score);
  if (scores.length === 0) throw new Error(`${result.experiment.preset} has no score of a guide "${guide}"`);
  return unitOf(result.metric.name).score(mean(scores));
}

function quantityOf(result: RunResult, name: string): string {
  if (name === 'chance') return unitOf(result.metric.name).score(result.metric.chance);
  if (name === 'seeds') return seedsInWords(result.experiment.seeds.length);
  if (name === 'verdict') return verdictText(result);
  const words = name.split(/\s+/);
  if (words[0] === 'guide') return guideText(result, words[1] ?? '');
  const [arm, second, third, ...rest] = words;
  if (second === 'vs') return comparison(result, arm, third ?? '', rest.join(' '));
  if (second === 'cka') {
    const [from, debiased] = [rest.includes('start') ? 'start' : 'end', rest.includes('debiased') ? 'Debiased' : ''] as const;
    const value = ckaOf(result, arm, third ?? '', `${from}${debiased}`);
    if (value === null) throw new Error(`${result.experiment.preset} has no CKA of "${arm}" with "${third}"`);
    return value;
  }
  if (second === 'learnt') return learntText(result, arm);
  if (second === 'risen') return risen(result, arm, third ?? '');
  const options = words.slice(1);
  const field = options.find(isField) ?? 'final';
  const unknown = options.find((word) => !isField(word) && word !== '±' && word !== 'seeds');
  if (unknown !== undefined) throw new Error(`"${name}" names no quantity. ${NAMES}`);
  return options.includes('seeds') ? eachSeed(result, arm, field) : scoreText(result, arm, field, options.includes('±'));
}

/**
 * @param name as in `NAMES`, after `RUN: ` where it is of another run
 * @param run the run at hand; undefined where every name says its own
 * @throws {Error} when there is no such run or quantity
 */
export function quantity(evidence: Evidence, name: string, run?: string): string {
  const [, other, own] = /^(?:([\w-]+): )?(.*)$/.exec(name) ?? [];
  const id = other ?? run;
  const file = id === undefined ? undefined : evidence.get(id);
  if (!file) throw new Error(`there is no result of a run "${id}" for "${name}": npm run evidence -- run ${id}`);
  return quantityOf(file.result, own);
}

/** Prose with every `{name}` replaced by its number. */
export const filled = (evidence: Evidence, text: string, run?: string): string =>
  text.replace(/\{([^}]+)\}/g, (_, name: string) => quantity(evidence, name, run));

/** Groups of labels that scores are told of. */
export const groupsOf = ({ experiment }: RunResult): readonly string[] => labelGroups(experiment.task);
