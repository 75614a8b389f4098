/** What a benchmark finds: figures, most of them ratios of two contestants that took turns. */
import type { Absent, Raced } from '../race.ts';

export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Reached when the ratio (or the value, where there is none) is on the right side. */
export interface Target {
  at: 'least' | 'most';
  value: number;
}

export interface Figure {
  /** The workload, and how it is run. */
  what: string;
  who: string;
  value: Spread;
  unit: string;
  /** In comparison with what `of` says: the median, least and most of the rounds' own ratios. */
  ratio?: Spread;
  of?: string;
  target?: Target;
}

export interface Section {
  name: string;
  title: string;
  /** What was compared, and how to read it. */
  explained: string;
  figures: Figure[];
  notes: string[];
  date: string;
  /** Of the sources; with a plus where they had changed since. */
  commit: string;
  seconds: number;
  /** Mean number of processes that wanted to run, in the minute before the start and before the end. */
  load: [start: number, end: number];
}

export interface Report {
  machine: Record<string, string>;
  rounds: number;
  sections: Section[];
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2, least: sorted[0], most: sorted[sorted.length - 1] };
}

/** Of one reading. */
export const single = (value: number): Spread => ({ median: value, least: value, most: value });

/** Whether a figure reaches its target; undefined without one. */
export function reached({ value, ratio, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  const { median } = ratio ?? value;
  return target.at === 'least' ? median >= target.value : median <= target.value;
}

export const atLeast = (value: number): Target => ({ at: 'least', value });
export const atMost = (value: number): Target => ({ at: 'most', value });

type Clock = 'wall' | 'cpu';
const UNITS: Record<Clock, string> = { wall: 'ms a step', cpu: 'CPU ms a step' };

const named = ({ who, members }: Pick<Raced, 'who' | 'members'>) => (members === 1 ? `${who}, 1 member` : `${who}, ${members} members`);

/** What a step takes. */
export const time = (what: string, row: Raced, clock: Clock = 'wall'): Figure => ({ what, who: named(row), value: spread(row[clock]), unit: UNITS[clock] });

/** How many times as fast a member's step is as one of another's. */
export function faster(what: string, row: Raced, than: Raced, target?: Target, clock: Clock = 'wall'): Figure {
  const ratios = row[clock].map((ms, i) => than[clock][i] / than.members / (ms / row.members));
  return { ...time(what, row, clock), ratio: spread(ratios), of: `× as fast as ${than.who}`, target };
}

/** What a step of all members takes in comparison with one of a single member, for each member or altogether. */
export function costOfMembers(what: string, row: Raced, one: Raced, each: boolean, target?: Target, clock: Clock = 'wall'): Figure {
  const ratios = row[clock].map((ms, i) => ms / one[clock][i] / (each ? row.members : 1));
  return { ...time(what, row, clock), ratio: spread(ratios), of: each ? 'of the time of one alone, each' : '× the time of one alone, altogether', target };
}

/** What a step takes in comparison with another's. */
export function costOf(what: string, row: Raced, than: Raced, target?: Target, clock: Clock = 'wall'): Figure {
  const ratios = row[clock].map((ms, i) => ms / than[clock][i]);
  return { ...time(what, row, clock), ratio: spread(ratios), of: `× the time of ${than.who}`, target };
}

/** Arithmetic of the whole step in comparison with that of a large matrix product. */
export function shareOfPeak(what: string, row: Raced, peak: Raced, target?: Target): Figure {
  const speed = ({ flops = Number.NaN, wall }: Raced, round: number) => flops / wall[round] / 1e6;
  const rounds = row.wall.map((_, i) => i);
  return {
    what,
    who: named(row),
    value: spread(rounds.map((i) => speed(row, i))),
    unit: 'GFLOP/s',
    ratio: spread(rounds.map((i) => speed(row, i) / speed(peak, i))),
    of: 'of the peak',
    target,
  };
}

export const dispatches = (what: string, row: Raced, of: Raced, target?: Target): Figure => ({
  what,
  who: named(row),
  value: single(row.dispatches),
  unit: 'dispatches a step',
  ...(row !== of && { ratio: single(row.dispatches / of.dispatches), of: `of those of ${of.who}`, target }),
});

/** What a step takes for each of its dispatches. */
export const perDispatch = (what: string, row: Raced): Figure => ({
  what,
  who: named(row),
  value: spread(row.wall.map((ms) => (1000 * ms) / row.dispatches)),
  unit: `µs for each of ${row.dispatches} dispatches`,
});

export const absences = (what: string, absent: readonly Absent[]): string[] => absent.map((one) => `${what}: ${named(one)} does not run here (${one.reason}).`);
