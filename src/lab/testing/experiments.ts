/** Tiny experiments for tests: seconds on the CPU backend. */
import { findPreset } from '../../experiment/presets.ts';
import type { Experiment } from '../../experiment/schema.ts';
import { withPath } from '../../experiment/link.ts';

/** `wide-fcn` at a size for tests, with dotted overrides. */
export function tinyExperiment(overrides: Record<string, unknown> = {}): Experiment {
  const preset = findPreset('wide-fcn');
  if (!preset) throw new Error('no preset');
  const settings: Record<string, unknown> = {
    'task.size': 8, 'task.train': 96, 'task.val': 64,
    'target.depth': 2, 'target.width': 16,
    'guides.trained.network.width': 4, 'guides.trained.training.steps': 4, 'guides.trained.training.batchSize': 16,
    'guides.untrained.network.width': 4,
    'base.batchSize': 16, 'base.steps': 6, 'base.evaluateEvery': 3,
    seeds: [0, 1],
    ...overrides,
  };
  return Object.entries(settings).reduce<unknown>((e, [path, value]) => withPath(e, path, value), preset.experiment) as Experiment;
}
