import { describe, expect, it } from 'vitest';
import type { Environment } from '@/experiment/contract/environment.ts';
import { cost } from '@/experiment/plan/plan.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { TrainedGuideSpec } from '@/experiment/schema/schema.ts';
import { recipeText } from './guideLibrary.ts';
import { usePreferences } from './preferences.ts';
import { useRun } from './run.ts';
import { estimate, learnedRate, rateKey, watchRates } from './rates.ts';

const experiment = presetExperiment('wide-fcn');
const environment = (backend: Environment['backend'], more: Partial<Environment> = {}): Environment => ({
  backend,
  adapter: '',
  threads: 1,
  software: false,
  steps: [],
  selfCheck: { passed: true, worstError: 0, worstKernel: '', seconds: 0, cached: false },
  ...more,
});

describe('estimate', () => {
  it('halves with twice the threads, and scales with the steps', () => {
    const one = estimate(experiment, environment('wasm'), {}, []);
    expect(estimate(experiment, environment('wasm', { threads: 2 }), {}, []).seconds).toBeCloseTo(one.seconds / 2);
    const longer = { ...experiment, base: { ...experiment.base, steps: 2500 } };
    expect(estimate(longer, environment('wasm'), {}, []).seconds / one.seconds).toBeGreaterThan(5);
    expect(one.measured).toBe(false);
  });

  it('prefers what was measured, except for a GPU in software', () => {
    const size = cost(experiment);
    const rates = { [rateKey('wasm', size)]: 1e9, [rateKey('webgpu', size)]: 1e12 };
    expect(estimate(experiment, environment('wasm'), rates, [])).toMatchObject({ measured: true });
    expect(estimate(experiment, environment('webgpu', { software: true }), rates, [])).toMatchObject({
      measured: false,
    });
    // Of a tiny network it tells nothing.
    const tiny = {
      ...experiment,
      target: { ...experiment.target, width: 4 } as typeof experiment.target,
      arms: experiment.arms.slice(0, 1),
      seeds: [0],
      guides: {},
    };
    expect(estimate(tiny, environment('wasm'), rates, [])).toMatchObject({ measured: false });
  });

  it('counts the training of a guide only where it is not at hand', () => {
    expect(estimate(experiment, null, {}, []).guideSeconds).toBe(0);
    expect(estimate(experiment, null, {}, ['trained']).guideSeconds).toBeGreaterThan(0);
    const other = { ...experiment, task: { ...experiment.task, seed: 1 } as typeof experiment.task };
    expect(estimate(other, null, {}, []).guideSeconds).toBeGreaterThan(0);
    // Once the lab has been asked, its word counts: also for guides that were kept on an earlier visit.
    const origins = (of: typeof experiment, origin: 'kept' | 'train') => new Map([[recipeText(of, of.guides.trained as TrainedGuideSpec), origin]]);
    expect(estimate(other, null, {}, [], origins(other, 'kept')).guideSeconds).toBe(0);
    expect(estimate(experiment, null, {}, [], origins(experiment, 'train')).guideSeconds).toBeGreaterThan(0);
    // Sequence guides train in seconds and do not come with the page.
    expect(estimate(presetExperiment('first-token'), null, {}, []).guideSeconds).toBeGreaterThan(0);
  });
});

describe('recordRate', () => {
  it('ignores nonsense', () => {
    const { recordRate } = usePreferences.getState();
    recordRate('cpu 8', 100);
    recordRate('cpu 8', Number.NaN);
    recordRate('cpu 8', 0);
    expect(usePreferences.getState().rates).toEqual({ 'cpu 8': 100 });
  });
});

describe('learnedRate', () => {
  it('takes a first run of some seconds at its word, and later ones half', () => {
    expect(learnedRate(undefined, 1e9, { flops: 60e9, seconds: 120 })).toBeCloseTo(0.5e9);
    expect(learnedRate(1e9, 5e9, { flops: 60e9, seconds: 15 })).toBeCloseTo(2e9);
  });

  it('is hardly moved by a run of a moment', () => {
    expect(learnedRate(24e9, 24e9, { flops: 0.5e9, seconds: 0.5 })).toBeGreaterThan(18e9);
    expect(learnedRate(1e9, 1e9, { flops: 60e9, seconds: 0 })).toBeUndefined();
  });
});

describe('watchRates', () => {
  it('learns from a run that is stopped on the way', () => {
    const stop = watchRates();
    useRun.setState({ environment: environment('wasm'), experiment, phase: 'running', step: 100, steps: 250, stepsPerSecond: 10 });
    useRun.setState({ phase: 'paused' });
    stop();
    const { measured, seconds } = estimate(experiment, environment('wasm'), usePreferences.getState().rates, []);
    expect(measured).toBe(true);
    expect(seconds).toBeCloseTo((experiment.base.steps / 250) * 25);
  });
});
