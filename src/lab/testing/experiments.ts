/** Tiny experiments for tests: seconds on the CPU backend. */
import { parseExperiment } from '../../experiment/parse.ts';
import { findPreset } from '../../experiment/presets/presets.ts';
import { presetAt } from '../../experiment/presets/revisions.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { withPath } from '../../experiment/link.ts';

/** The first revision of a preset, changed: what presets ask later is no matter of these tests. */
function changed(id: string, settings: Record<string, unknown>): Experiment {
  const preset = parseExperiment(presetAt(id, 1));
  if (!preset.ok) throw new Error(`no preset ${id}`);
  return Object.entries(settings).reduce<unknown>((e, [path, value]) => withPath(e, path, value), preset.experiment) as Experiment;
}

/** `wide-fcn` at a size for tests, with dotted overrides. */
export function tinyExperiment(overrides: Record<string, unknown> = {}): Experiment {
  return changed('wide-fcn', {
    ...(overrides.task === undefined && { 'task.size': 8, 'task.train': 96, 'task.val': 64 }),
    'target.depth': 2,
    'target.width': 16,
    'guides.trained.network.width': 4,
    'guides.trained.training.steps': 4,
    'guides.trained.training.batchSize': 16,
    'guides.untrained.network.width': 4,
    'base.batchSize': 16,
    'base.steps': 6,
    'base.evaluateEvery': 3,
    seeds: [0, 1],
    ...overrides,
  });
}

/** As `tinyExperiment`, on images of files that are still to be chosen. */
export const tinyFileImages = (overrides: Record<string, unknown> = {}): Experiment =>
  tinyExperiment({ task: { ...findPreset('cifar')?.experiment.task, size: 8, train: 96, val: 40 }, ...overrides });

/** A sequence preset at a size for tests, with dotted overrides. */
export function tinySequences(id: 'first-token' | 'copy-paste' | 'parity', overrides: Record<string, unknown> = {}): Experiment {
  return changed(id, {
    'task.val': 64,
    'guides.trained.training.steps': 4,
    'guides.trained.training.batchSize': 16,
    'base.batchSize': 16,
    'base.steps': 6,
    'base.evaluateEvery': 3,
    seeds: [0, 1],
    ...(id === 'parity'
      ? { 'task.length': 6, 'task.minLength': 6, 'guides.trained.training.task.length': 6, 'guides.trained.training.task.minLength': 6 }
      : { 'task.length': id === 'first-token' ? 6 : 3, 'target.width': 12, 'guides.trained.network.width': 8, 'guides.untrained.network.width': 8 }),
    ...overrides,
  });
}
