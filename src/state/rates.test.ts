import { describe, expect, it } from 'vitest';
import type { Environment } from '@/experiment/events.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { usePreferences } from './preferences.ts';
import { estimate } from './rates.ts';

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
    const rates = { wasm: 1e9, webgpu: 1e12 };
    expect(estimate(experiment, environment('wasm'), rates, [])).toMatchObject({ measured: true });
    expect(estimate(experiment, environment('webgpu', { software: true }), rates, [])).toMatchObject({
      measured: false,
    });
  });

  it('counts the training of a guide only where it is not at hand', () => {
    expect(estimate(experiment, null, {}, []).guideSeconds).toBe(0);
    expect(estimate(experiment, null, {}, ['trained']).guideSeconds).toBeGreaterThan(0);
    const other = { ...experiment, task: { ...experiment.task, seed: 1 } };
    expect(estimate(other, null, {}, []).guideSeconds).toBeGreaterThan(0);
  });
});

describe('recordRate', () => {
  it('leans towards the newest measurement and ignores nonsense', () => {
    const { recordRate } = usePreferences.getState();
    recordRate('cpu', 100);
    recordRate('cpu', 300);
    recordRate('cpu', Number.NaN);
    recordRate('cpu', 0);
    expect(usePreferences.getState().rates.cpu).toBe(200);
  });
});
