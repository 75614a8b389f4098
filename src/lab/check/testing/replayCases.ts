/** Experiments of a few steps that among them use every kernel, every kind of guide and every way a step can change. */
import type { Experiment } from '../../../experiment/schema/schema.ts';
import { tinyExperiment, tinySequences } from '../../testing/experiments.ts';

const untrained = { state: 'untrained', network: { family: 'resnet', stages: [1], width: 2, init: 'he', tap: 'pre' } };
const distil = (guide: string) => ({ kind: 'distil', guide, temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' });
const ONLY_BEFORE = { kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 0 } };

const RESIDUAL = `conv 5
batchnorm
relu
maxpool 2x2
residual
  conv 6 stride=2
  batchnorm
  skip
    conv 6 1x1 stride=2
    batchnorm
relu
averagepool
dense 7
relu
dense 7
layernorm
tanh
dropout 0.2`;

const TOKENS = `embed 6
positions learned
residual
  layernorm
  attention heads=2 causal
  tap attention
gru 5
lstm 7
rnn 4 relu
dense 6
gelu
last`;

const IMAGES = { 'task.train': 32, 'task.val': 16, 'base.batchSize': 8, 'base.steps': 8, 'base.evaluateEvery': 4 };

export const REPLAY_CASES: Readonly<Record<string, Experiment>> = {
  'convolutions, norms, pools; guidance that ends, is switched off and comes back; a shuffled guide': tinyExperiment({
    ...IMAGES,
    target: { family: 'custom', text: RESIDUAL, init: 'he', tap: 'pre' },
    'base.clipNorm': 1,
    guides: { untrained, shuffled: { ...untrained, control: 'shuffled' } },
    arms: [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 6 } }] },
      { id: 'shuffled', name: 'Shuffled', terms: [{ kind: 'align', guide: 'shuffled', weight: 0.5, measure: { name: 'cka-debiased' } }] },
      { id: 'distilled', name: 'Distilled', terms: [distil('untrained')], learningRate: 0.01 },
    ],
    interventions: [
      { step: 2, set: { guidance: false } },
      { step: 4, set: { guidance: true, learningRate: 0.002 } },
    ],
  }),
  'warm-ups of two lengths, one of which keeps its moments': tinyExperiment({
    ...IMAGES,
    guides: { untrained },
    arms: [
      { id: 'noise', name: 'Noise', terms: [ONLY_BEFORE], warmup: { steps: 6, inputs: 'smooth-noise', loss: 'align', keepOptimiser: true } },
      { id: 'plain', name: 'Plain', terms: [] },
      { id: 'inputs', name: 'Inputs', terms: [ONLY_BEFORE], warmup: { steps: 4, inputs: 'training', loss: 'align', keepOptimiser: false } },
    ],
  }),
  'depth-wise convolutions with AdamW': tinyExperiment({
    ...IMAGES,
    'base.steps': 4,
    target: { family: 'convnext', stages: [1, 1], width: 3, patch: 2, kernel: 3, init: 'default' },
    'base.optimiser': { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05 },
    guides: { 'identity-gram': { state: 'control', kind: 'identity-gram' } },
    arms: [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'identity-gram', weight: 1 }] },
    ],
  }),
  'measures without a kernel of their own': tinyExperiment({
    ...IMAGES,
    'target.width': 6,
    'base.steps': 5,
    'base.evaluateEvery': 5,
    'base.mapping': { rule: 'last', count: 1 },
    guides: { untrained },
    arms: (['rbf-cka', 'rsa', 'rsa-correlation', 'ridge', 'procrustes', 'cca', 'sp', 'rkd', 'soft-knn', 'fitnets'] as const).map((measure) => ({
      id: measure,
      name: measure,
      terms: [{ kind: 'align', guide: 'untrained', weight: 1, measure: { name: measure } }],
    })),
  }),
  'several terms, courses, networks and optimisers': tinyExperiment({
    ...IMAGES,
    'base.steps': 6,
    'base.evaluateEvery': 3,
    'target.depth': 1,
    'target.width': 6,
    guides: { untrained, like: { state: 'untrained', network: { family: 'fcn', depth: 1, width: 6, norm: 'none', dropout: 0, init: 'he', tap: 'pre' } } },
    arms: [
      {
        id: 'several',
        name: 'Several',
        terms: [
          { kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'stall', of: 'validation loss', patience: 1 } },
          { kind: 'align', guide: 'like', weight: 0.5, mapping: [{ guide: 'linear1', target: 'linear1', weight: 2 }], course: { kind: 'every', steps: 2 } },
          { ...distil('like'), direction: 'logits', course: { kind: 'until', step: 3 } },
        ],
      },
      { id: 'moments', name: 'Moments', terms: [{ kind: 'match', guide: 'like', what: 'moments', weight: 1, mapping: { rule: 'even' } }], labelSmoothing: 0.1 },
      {
        id: 'regularised',
        name: 'Regularised',
        terms: [
          { kind: 'regularise', what: 'participation-ratio', weight: 1 },
          { kind: 'regularise', what: 'intrinsic-dimension', weight: 1, dimension: 3, course: { kind: 'decay', shape: 'cosine', steps: 4 } },
        ],
      },
      {
        id: 'own',
        name: 'Own',
        terms: [{ kind: 'match', guide: 'like', what: 'outputs', weight: 1 }],
        target: { family: 'fcn', depth: 1, width: 6, norm: 'layer', dropout: 0, init: 'he', tap: 'pre' },
        optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
      },
    ],
  }),
  'attention and gated scans over padded tokens with SGD': tinySequences('parity', {
    'task.val': 16,
    'task.length': 7,
    'task.minLength': 4,
    target: { family: 'custom', text: TOKENS, init: 'default', tap: 'pre' },
    'base.batchSize': 8,
    'base.steps': 5,
    'base.mapping': { rule: 'even' },
    'base.evaluateEvery': 5,
    'base.optimiser': { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
    guides: { untrained: { state: 'untrained', network: { family: 'rnn', cell: 'tanh', layers: 1, width: 6, init: 'default', chained: false } } },
    arms: [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'untrained', weight: 1 }] },
      { id: 'distances', name: 'Guided by distances', terms: [{ kind: 'align', guide: 'untrained', weight: 1, measure: { name: 'rsa-euclidean' } }] },
      { id: 'distilled', name: 'Distilled', terms: [{ ...distil('untrained'), direction: 'reverse' }] },
    ],
  }),
};
