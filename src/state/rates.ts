/** How long a run will take: from its arithmetic and from how fast this device has been. */
import type { BackendName, Environment } from '@/experiment/contract/environment.ts';
import type { GuideOrigin } from '@/experiment/contract/lab.ts';
import { withoutControl } from '@/experiment/plan/guides.ts';
import { type Cost, cost } from '@/experiment/plan/plan.ts';
import { warmupSteps } from '@/experiment/plan/warmup.ts';
import { PRESETS } from '@/experiment/presets/presets.ts';
import { type Experiment, isImageTask } from '@/experiment/schema/schema.ts';
import { recipeText } from './guideLibrary.ts';
import { sameValue } from './paths.ts';
import { type Preferences, type RateKey, usePreferences } from './preferences.ts';
import { type RunState, useRun } from './run.ts';

/** Floating-point operations per second where nothing was measured yet; WASM: per thread. */
const DEFAULT_RATE: Record<BackendName, number> = { webgpu: 200e9, wasm: 12e9, cpu: 0.3e9 };
/** A GPU emulated in software. */
const SOFTWARE_GPU_RATE = 0.8e9;

export interface Estimate {
  /** Of the run itself. */
  seconds: number;
  /** Training guides that are not at hand. */
  guideSeconds: number;
  bytes: number;
  /** Whether the rate was measured on this device. */
  measured: boolean;
  backend: BackendName;
  cost: Cost;
}

/** What the page most likely runs on while the choice has not been made. */
const assumedEnvironment = (): Pick<Environment, 'backend' | 'threads' | 'software'> => ({
  backend: 'wasm',
  threads: globalThis.crossOriginIsolated ? (globalThis.navigator?.hardwareConcurrency ?? 1) : 1,
  software: false,
});

function defaultRate({ backend, threads, software }: Pick<Environment, 'backend' | 'threads' | 'software'>): number {
  if (backend === 'webgpu' && software) return SOFTWARE_GPU_RATE;
  return DEFAULT_RATE[backend] * (backend === 'wasm' ? Math.max(1, threads) : 1);
}

/** Whether the weights of a trained guide are there: as the lab says, or, before it has said so, if a preset has it. */
function atHand(experiment: Experiment, id: string, origins: ReadonlyMap<string, GuideOrigin>): boolean {
  const guide = experiment.guides[id];
  if (guide.state !== 'trained') return true;
  const origin = origins.get(recipeText(experiment, guide));
  if (origin !== undefined) return origin !== 'train';
  return PRESETS.some(
    (preset) =>
      isImageTask(preset.experiment.task) &&
      sameValue(preset.experiment.task, experiment.task) &&
      Object.values(preset.experiment.guides).some((known) => sameValue(known, withoutControl(guide))),
  );
}

const decade = ({ flopsPerStep }: Pick<Cost, 'flopsPerStep'>): number => Math.round(Math.log10(Math.max(1, flopsPerStep)));

/** Rates are kept by size of a step: in small ones most of the time goes into everything but arithmetic. */
export const rateKey = (backend: BackendName, size: Pick<Cost, 'flopsPerStep'>): RateKey => `${backend} ${decade(size)}`;

/** What was measured on steps of this size, else of ten times or a tenth of it. */
function rateFor(backend: BackendName, size: Cost, rates: Preferences['rates']): number | undefined {
  const at = decade(size);
  return rates[`${backend} ${at}`] ?? rates[`${backend} ${at + 1}`] ?? rates[`${backend} ${at - 1}`];
}

export function estimate(
  experiment: Experiment,
  environment: Environment | null,
  rates: Preferences['rates'],
  retrain: readonly string[],
  origins: ReadonlyMap<string, GuideOrigin> = new Map(),
): Estimate {
  const known = environment ?? assumedEnvironment();
  const total = cost(experiment);
  const measuredRate = environment && !environment.software ? rateFor(environment.backend, total, rates) : undefined;
  const rate = measuredRate ?? defaultRate(known);
  const guideFlops = Object.entries(total.guideTrainingFlops)
    .filter(([guide]) => retrain.includes(guide) || !atHand(experiment, guide, origins))
    .reduce((sum, [, flops]) => sum + flops, 0);
  return {
    seconds: total.flops / rate,
    guideSeconds: guideFlops / rate,
    bytes: total.bytes,
    measured: measuredRate !== undefined,
    backend: known.backend,
    cost: total,
  };
}

/** Weight of the newest measurement: a device's speed changes with heat and with what else runs. */
const NEWEST_WEIGHT = 0.5;
/** In a shorter run much of the time goes into what happens once. */
const TELLING_SECONDS = 5;

/**
 * What is believed of a device's speed on steps of some size after a run.
 * @param before what was measured so far, if anything was
 * @param assumed what is believed where nothing was
 * @returns operations per second, between old and new as ratios, not as differences; undefined where nothing was measured
 */
export function learnedRate(before: number | undefined, assumed: number, run: { flops: number; seconds: number }): number | undefined {
  if (!(run.seconds > 0)) return undefined;
  const believed = before ?? assumed;
  const weight = Math.min(1, run.seconds / TELLING_SECONDS) * (before === undefined ? 1 : NEWEST_WEIGHT);
  return believed * (run.flops / run.seconds / believed) ** weight;
}

/** What a change of the run on screen tells of this device's speed: a run has ended, or was stopped on the way. */
function measuredRun(state: RunState, before: RunState): { experiment: Experiment; share: number; seconds: number } | null {
  const { result, experiment, step, steps } = state;
  if (result) return result === before.result ? null : { experiment: result.experiment, share: 1, seconds: result.timing.seconds };
  if (!experiment || before.phase !== 'running' || state.phase !== 'paused' || !(before.stepsPerSecond > 0)) return null;
  const warmup = warmupSteps(experiment);
  return { experiment, share: (warmup + step) / (warmup + steps), seconds: (warmup + step) / before.stepsPerSecond };
}

/** Learn from every run that ends or pauses how fast this device is. @returns a function that stops it */
export function watchRates(): () => void {
  return useRun.subscribe((state, before) => {
    // What a file tells of another device says nothing about this one, and what is put back was learned from before.
    if (!state.environment || state.closed || state.environment.software) return;
    const run = measuredRun(state, before);
    if (!run) return;
    const { rates, recordRate } = usePreferences.getState();
    const total = cost(run.experiment);
    const key = rateKey(state.environment.backend, total);
    const rate = learnedRate(rates[key], defaultRate(state.environment), { flops: run.share * total.flops, seconds: run.seconds });
    if (rate !== undefined) recordRate(key, rate);
  });
}
