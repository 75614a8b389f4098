/** For tests: a preset's experiment by id. */
import { findPreset } from './presets/presets.ts';
import type { Experiment } from './schema/schema.ts';

export function presetExperiment(id: string): Experiment {
  const preset = findPreset(id);
  if (!preset) throw new Error(`no preset "${id}"`);
  return preset.experiment;
}
