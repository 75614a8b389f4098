/** What the presets on images share (image recipes, sections 1 and 2). */
import { type Asked, experimentOf } from './preset.ts';
import type { ArmSpec, BaseSettings, Experiment, FcnSpec, NetworkGuideSpec, NetworkSpec, ResNetSpec, TaskSpec } from '../schema/schema.ts';
import { ADAM } from './sequenceSettings.ts';

export const RESNET_8: ResNetSpec = { family: 'resnet', stages: [1, 1, 1], width: 16, init: 'he', tap: 'pre' };
export const TEXTURES: TaskSpec = { kind: 'textures', size: 16, train: 3000, val: 800, seed: 0, noise: 0.15 };
export const SHAPES: TaskSpec = { kind: 'shapes', size: 16, train: 3000, val: 800, seed: 0, noise: 0.05 };

/** 300 steps of 64, Adam 3e-3 with a cosine to 0 and L2 1e-4. */
export const TRAINED_RESNET: NetworkGuideSpec = {
  state: 'trained',
  network: RESNET_8,
  training: {
    seed: 0,
    steps: 300,
    batchSize: 64,
    learningRate: 3e-3,
    schedule: { kind: 'cosine', warmup: 0 },
    optimiser: { ...ADAM, weightDecay: 1e-4 },
  },
};
export const UNTRAINED_RESNET: NetworkGuideSpec = { state: 'untrained', network: RESNET_8 };

export const fcn = (depth: number, width: number): FcnSpec => ({ family: 'fcn', depth, width, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' });

export const BASE: BaseSettings = {
  optimiser: ADAM,
  learningRate: 1e-3,
  schedule: { kind: 'constant' },
  clipNorm: null,
  batchSize: 128,
  steps: 250,
  evaluateEvery: 10,
  mapping: { rule: 'even' },
  measure: { name: 'cka' },
  reduction: 'sum',
};

export const UNGUIDED: ArmSpec = { id: 'unguided', name: 'Unguided', terms: [] };
export const guided = (weight: number): ArmSpec => ({ id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'trained', weight }] });
export const guidedUntrained = (weight: number): ArmSpec => ({
  id: 'guided-untrained',
  name: 'Guided, untrained guide',
  terms: [{ kind: 'align', guide: 'untrained', weight }],
});
export const DISTILLED: ArmSpec = {
  id: 'distilled',
  name: 'Distilled',
  terms: [{ kind: 'distil', guide: 'trained', temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' }],
};

export const image = (preset: string, question: Asked, task: TaskSpec, target: NetworkSpec, steps: number, arms: ArmSpec[], revision = 1): Experiment =>
  experimentOf(preset, question, {
    revision,
    task,
    target,
    guides: { trained: TRAINED_RESNET, untrained: UNTRAINED_RESNET },
    base: { ...BASE, steps },
    arms,
  });
