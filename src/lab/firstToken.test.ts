/**
 * The preset `first-token` itself, as it ships: an RNN that forgets, and the same RNN aligned to an untrained
 * Transformer. Twenty seconds on a quiet core.
 */
import { expect, it } from 'vitest';
import { findPreset } from '../experiment/presets/presets.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';

it('first-token: an untrained guide is worth at least 40 points, over two seeds', { timeout: 900_000 }, async () => {
  const preset = findPreset('first-token')?.experiment as Experiment;
  const { result } = await runToEnd(
    {
      ...preset,
      guides: { untrained: preset.guides.untrained },
      arms: preset.arms.filter(({ id }) => id === 'unguided' || id === 'guided-untrained'),
      seeds: preset.seeds.slice(0, 2),
      base: { ...preset.base, evaluateEvery: preset.base.steps },
    },
    'wasm',
  );
  const score = (arm: string) => result.summary.find((s) => s.arm === arm)?.valMetric.mean ?? 0;
  expect(score('unguided')).toBeLessThan(0.35);
  expect(score('guided-untrained') - score('unguided')).toBeGreaterThan(0.4);
});
