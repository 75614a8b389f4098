/**
 * The bits of a few short runs, to be held against those of an earlier version: what only rearranges code changes none
 * of them. The experiments (`bits/<name>.<backend>.json`) are of schema version 1 and stay so; they are read as any
 * file is.
 */
import { createHash } from 'node:crypto';
import type { LabEvent } from '../../experiment/contract/events.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import { formatProblem } from '../../experiment/schema/problem.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';
import { createLab } from '../lab.ts';
import { forbidFusedMultiplyAdd } from './plainWasm.ts';

export const BACKENDS = ['wasm', 'cpu'] as const;
export type BitsBackend = (typeof BACKENDS)[number];

/** The bits of one quantity over a run. */
interface Digest {
  /** SHA-256 of all its values in order, as float64 (which holds every float32) in this machine's byte order. */
  sha256: string;
  /** For every step at which it was recorded its number and the first 12 digits of its own hash: `1:0123456789ab 2:…`. */
  steps: string;
  /** The first values, for people. */
  first: (number | string)[];
}

/** By experiment, backend and quantity. */
export type Bits = Record<string, Partial<Record<BitsBackend, Record<string, Digest>>>>;

/** What `npm run bits -- --write` writes. */
export interface BitsFile {
  /** Who ran it: in plain JavaScript exponentials are the engine's. */
  node: string;
  bits: Bits;
}

/** Step and values of each time that a quantity was recorded. */
type Series = [step: number, values: ArrayLike<number>][];

const FILES = import.meta.glob<unknown>('./bits/*.*.json', { eager: true, import: 'default' });

/** Names of the experiments. */
export const BITS_EXPERIMENTS: readonly string[] = [...new Set(Object.keys(FILES).map((path) => path.split('/')[2].split('.')[0]))];

function experimentOf(name: string, backend: BitsBackend): Experiment {
  const parsed = parseExperiment(FILES[`./bits/${name}.${backend}.json`]);
  if (!parsed.ok) throw new Error(`${name} for ${backend}: ${parsed.problems.map(formatProblem).join('; ')}`);
  return parsed.experiment;
}

/**
 * Everything that was recorded, as quantities whose order of values is fixed here, whatever events look like:
 * `[members]`, groups `[members × groups]`, predictions `[members × labels]`, similarities guide by guide in the
 * experiment's order `[members × target layers × guide layers]`, guides `[loss, metric]` of each.
 */
function quantitiesOf(events: readonly LabEvent[], experiment: Experiment): Record<string, Series> {
  const all: Record<string, Series> = {};
  const add = (quantity: string, step: number, values: ArrayLike<number>) => {
    all[quantity] ??= [];
    all[quantity].push([step, values]);
  };
  const guides = events.flatMap((e) => (e.type === 'guide.ready' ? [e.valLoss, e.valMetric] : []));
  add('guides', 0, guides);
  for (const event of events) {
    if (event.type === 'training.recorded') {
      const { firstStep, count, series } = event.records;
      const members = series.trainLoss.length / count;
      for (let i = 0; i < count; i++) {
        for (const quantity of ['trainLoss', 'trainMetric'] as const) add(quantity, firstStep + i, series[quantity].slice(i * members, (i + 1) * members));
      }
    } else if (event.type === 'evaluation.recorded') {
      const { step, series, matrices, predictions } = event.record;
      const similarities = Object.keys(experiment.guides).flatMap((guide) => [...matrices[guide]]);
      add('valLoss', step, series.valLoss);
      add('valMetric', step, series.valMetric);
      add('predictions', step, predictions);
      if (series.groupLoss.length > 0) add('groups', step, [...series.groupLoss, ...series.groupAccuracy]);
      ['similarity', 'similarityDebiased', 'similarityChance'].forEach((name, field) => {
        add(
          name,
          step,
          similarities.filter((_, i) => i % 3 === field),
        );
      });
    } else if (event.type === 'run.finished') {
      const recalibrated = event.result.members.map(({ final }) => final.valMetricRecalibrated ?? Number.NaN);
      add('recalibrated', experiment.base.steps, recalibrated);
    }
  }
  return all;
}

/** NaN has many bit patterns and one meaning. */
const bytesOf = (values: ArrayLike<number>) => new Uint8Array(Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);

function digest(series: Series): Digest {
  const whole = createHash('sha256');
  const steps = series.map(([step, values]) => {
    const bytes = bytesOf(values);
    whole.update(bytes);
    return `${step}:${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
  });
  // JSON knows no NaN.
  const first = Array.from(series[0][1]).slice(0, 4);
  return { sha256: whole.digest('hex'), steps: steps.join(' '), first: first.map((value) => (Number.isFinite(value) ? value : String(value))) };
}

export interface BitsOptions {
  experiments?: readonly string[];
  backends?: readonly BitsBackend[];
  /** Steps of each run; all of its own by default. */
  steps?: number;
  /** Told before each run. */
  tell?: (name: string, backend: BitsBackend) => void;
}

/** Run the experiments in this process. @throws the failure of a run */
export async function recordBits({ experiments = BITS_EXPERIMENTS, backends = BACKENDS, steps, tell }: BitsOptions = {}): Promise<Bits> {
  forbidFusedMultiplyAdd();
  const bits: Bits = Object.fromEntries(experiments.map((name) => [name, {}]));
  for (const backend of backends) {
    // One lab for all: every new one checks its backend first.
    const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
    let events: LabEvent[] = [];
    let adapter = '';
    let ended = () => {};
    lab.subscribe((event) => {
      events.push(event);
      if (event.type === 'backend.chosen') ({ adapter } = event.environment);
      if (event.type === 'phase.changed' && ['paused', 'finished', 'failed'].includes(event.phase)) ended();
    });
    for (const name of experiments) {
      tell?.(name, backend);
      const experiment = experimentOf(name, backend);
      events = [];
      await lab.open(experiment, { backend });
      if (adapter.includes('fused')) throw new Error(`WASM runs as "${adapter}", and bits are recorded without fused multiply-add.`);
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      await lab.run(steps);
      await end;
      for (const event of events) if (event.type === 'run.failed') throw new Error(`${name} on ${backend}: ${event.failure.message}`);
      const series = Object.entries(quantitiesOf(events, experiment));
      bits[name][backend] = Object.fromEntries(series.map(([quantity, values]) => [quantity, digest(values)]));
    }
    await lab.dispose();
  }
  return bits;
}

/** The part of recorded bits that some runs can be held against. */
export const bitsOf = (bits: Bits, experiments: readonly string[], backends: readonly BitsBackend[]): Bits =>
  Object.fromEntries(
    experiments.map((name) => [name, Object.fromEntries(backends.flatMap((backend) => (bits[name]?.[backend] ? [[backend, bits[name][backend]]] : [])))]),
  );

const keysOf = (...objects: (object | undefined)[]): string[] => [...new Set(objects.flatMap((object) => Object.keys(object ?? {})))];

/**
 * Where bits differ, in sentences that name experiment, backend, quantity and the first step; empty when nowhere.
 * @param upTo last step to look at, for runs that were not run to their end
 */
export function bitsThatDiffer(expected: Bits, actual: Bits, upTo = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  for (const name of keysOf(expected, actual)) {
    for (const backend of keysOf(expected[name], actual[name]) as BitsBackend[]) {
      const [before, after] = [expected[name]?.[backend], actual[name]?.[backend]];
      for (const quantity of keysOf(before, after)) {
        const where = firstDifference(before?.[quantity], after?.[quantity], upTo);
        if (where !== null) found.push(`${name} on ${backend}: ${quantity} ${where}`);
      }
    }
  }
  return found;
}

function firstDifference(before: Digest | undefined, after: Digest | undefined, upTo: number): string | null {
  const recorded = (digest: Digest | undefined) => (digest?.steps.split(' ') ?? []).filter((entry) => Number.parseInt(entry, 10) <= upTo);
  const [old, now] = [recorded(before), recorded(after)];
  const at = Array.from({ length: Math.max(old.length, now.length) }, (_, i) => i).find((i) => old[i] !== now[i]);
  if (at === undefined) return upTo === Number.POSITIVE_INFINITY && before?.sha256 !== after?.sha256 ? 'differs, at no step that the short hashes tell' : null;
  if (old.length === 0) return 'is not in what it is compared with';
  if (now.length === 0) return 'is not recorded any more';
  const step = Number.parseInt(now[at] ?? old[at], 10);
  const values = at === 0 ? ` (was ${before?.first.join(', ')}, …; is ${after?.first.join(', ')}, …)` : '';
  return `differs from step ${step} on${values}`;
}
