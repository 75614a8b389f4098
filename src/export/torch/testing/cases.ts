/** Experiments whose export is held against the lab: every preset, and what no preset has. Small: five steps are taken of each. */
import { parseExperiment } from '../../../experiment/parse.ts';
import { PRESETS } from '../../../experiment/presets/presets.ts';
import { withoutLostAsks } from '../../../experiment/plan/arms.ts';
import { MEASURE_NAMES } from '../../../experiment/schema/measures.ts';
import { formatProblem } from '../../../experiment/schema/problem.ts';
import type { Experiment, GuideSpec, NetworkSpec } from '../../../experiment/schema/schema.ts';
import { refusedByTorch } from '../refused.ts';
import { tinyExperiment, tinySequences } from '../../../lab/testing/experiments.ts';

function checked(experiment: Experiment): Experiment {
  const parsed = parseExperiment(withoutLostAsks(experiment));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

/** The same network with few units: its layers are what counts. */
function narrow(network: NetworkSpec): NetworkSpec {
  if (network.family === 'custom') return network;
  if (network.family === 'transformer') return { ...network, width: 4 * network.heads, ffn: 12 };
  return { ...network, width: { fcn: 16, rnn: 12, resnet: 4, convnet: 4, convnext: 8, vit: 8 }[network.family] };
}

/** A preset with narrow networks, one seed, little data and guides that are hardly trained: its layers, terms and settings are what counts. */
function small({ task, target, guides, base, ...rest }: Experiment): Experiment {
  const few = {
    ...('val' in task && { val: 64 }),
    ...('train' in task && task.train !== 'fresh' && { train: 96 }),
    ...('size' in task && { size: 12 }),
    ...('valTokens' in task && { valTokens: 1000, trainTokens: 2000 }),
  };
  const hardly = Object.entries(guides).map(([id, guide]): [string, GuideSpec] => {
    if (!('network' in guide)) return [id, guide];
    const own = { ...guide, network: narrow(guide.network) };
    return [id, own.state === 'trained' ? { ...own, training: { ...own.training, steps: 2, batchSize: 16 } } : own];
  });
  return checked({
    ...rest,
    task: { ...task, ...few },
    target: narrow(target),
    guides: Object.fromEntries(hardly),
    // A deep network without skips: with fewer examples rounding alone turns its gradient.
    base: { ...base, batchSize: target.family === 'convnet' ? 48 : 16 },
    seeds: rest.seeds.slice(0, 1),
  });
}

/** What the script does not know yet is refused; files are not at hand here. */
const presets = PRESETS.filter(({ experiment }) => experiment.task.kind !== 'image-files' && refusedByTorch(experiment).length === 0).map(
  ({ id, experiment }): [string, Experiment] => [id, small(experiment)],
);

const FEW = { seeds: [0], 'base.evaluateEvery': 6 };
const images = (overrides: Record<string, unknown>): Experiment => checked(tinyExperiment({ ...FEW, ...overrides }));
const tokens = (overrides: Record<string, unknown>): Experiment => checked(tinySequences('first-token', { ...FEW, ...overrides }));
const padded = (overrides: Record<string, unknown>): Experiment => checked(tinySequences('parity', { ...FEW, 'task.minLength': 3, ...overrides }));

const unguided = { id: 'unguided', name: 'Unguided', terms: [] };
const aligned = (guide: string, particular: object = {}, id = 'guided') => ({ id, name: id, terms: [{ kind: 'align', guide, weight: 2, ...particular }] });
/** An arm for each of a list, aligned in a way of its own. */
const each = <T>(of: readonly T[], particular: (one: T) => object, guide = 'untrained') => of.map((one, i) => aligned(guide, particular(one), `arm-${i}`));
const untrained = (network: object, control?: string) => ({ state: 'untrained', network, ...(control && { control }) });
/** An experiment whose guides are given, with an arm for each of them. */
const guidedByEach = (guides: Record<string, object>) => ({ guides, arms: Object.keys(guides).map((guide) => aligned(guide, {}, guide)) });

const CONVNEXT = { family: 'convnext', stages: [1, 1], width: 8, patch: 2, kernel: 3, init: 'default' };
const VIT = { family: 'vit', patch: 4, layers: 1, width: 8, heads: 2, ffn: 12, pooling: 'class', init: 'default' };
const RESNET = { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 4, init: 'he', tap: 'post' };
const CONVNET = { family: 'convnet', stages: [2, 1], width: 4, stride: 2, norm: 'none', init: 'he', tap: 'post' };
const FCN = { family: 'fcn', depth: 3, width: 16, norm: 'layer', activation: 'gelu', dropout: 0.2, init: 'orthogonal', tap: 'post' };
const RNN = { family: 'rnn', layers: 2, width: 8, init: 'default', chained: false };
const TRANSFORMER: NetworkSpec = {
  family: 'transformer',
  layers: 1,
  width: 8,
  heads: 2,
  ffn: 12,
  causal: false,
  positions: 'learned',
  norm: 'post',
  activation: 'gelu',
  pooling: 'mean',
  init: 'default',
};
const OWN_IMAGES = `conv 6
batchnorm
relu
dropout 0.2
residual
  conv 6
  layernorm
  gelu
  skip
    conv 6 1x1
maxpool
averagepool 2x2
flatten
dense 10 bias=no
tanh
tap last
`;
const OWN_TOKENS = `embed 8
positions learned
residual
  layernorm
  attention heads=2 causal
gru 8
dropout 0.1
lstm 8
rnn 8 relu
dense 12
relu
averagepool
`;
const own = (text: string, tap: 'pre' | 'post') => ({ family: 'custom', init: 'default', tap, text });

/** A task, with an RNN that learns it and a Transformer that guides it. */
const task = (of: object, target: object) =>
  tokens({
    task: { train: 'fresh', val: 64, seed: 0, ...of },
    target: { ...RNN, ...target },
    guides: { untrained: untrained(TRANSFORMER) },
    arms: [aligned('untrained')],
  });

const MAPPED = { measure: { name: 'fitnets' } };
const measures = MEASURE_NAMES.map((name) => ({ name }));
/** Options away from what they are where they are left out. */
const OPTIONS = [
  { name: 'rbf-cka', bandwidth: 0.5 },
  { name: 'ridge', ridge: 2 },
  { name: 'cca', ridge: 1 },
  { name: 'soft-knn', temperature: 0.4 },
];

const OTHERS: Readonly<Record<string, Experiment>> = {
  measures: images({ arms: each(measures, (measure) => ({ measure })) }),
  'measures-options': images({ arms: each(OPTIONS, (measure) => ({ measure })) }),
  'measures-padded': padded({
    arms: each(
      ['cka', 'rbf-cka', 'rsa', 'ridge', 'cca', 'sp', 'rkd', 'soft-knn'].map((name) => ({ name })),
      (measure) => ({ measure, tokens: 'position' }),
      'trained',
    ),
  }),
  'maps-images': images({
    guides: {
      untrained: untrained(RESNET),
      pixels: { state: 'control', kind: 'running-mean' },
      shuffled: untrained(RESNET, 'shuffled'),
    },
    target: CONVNEXT,
    arms: [
      aligned('untrained', MAPPED, 'untrained'),
      aligned('pixels', { ...MAPPED, course: { kind: 'every', steps: 2 } }, 'pixels'),
      { ...aligned('shuffled', { ...MAPPED, reduction: 'mean', mapping: { rule: 'last', count: 1 } }, 'shuffled'), fork: { of: 'untrained', step: 2 } },
    ],
  }),
  'maps-tokens': padded({
    'base.optimiser': { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
    arms: each(['position', 'all-tokens', 'last-token'], (view) => ({ ...MAPPED, tokens: view }), 'trained'),
  }),
  'maps-flattened': tokens({ guides: { untrained: untrained(TRANSFORMER) }, arms: [aligned('untrained', { ...MAPPED, tokens: 'flattened' })] }),
  courses: images({
    arms: each(
      [
        { kind: 'until', step: 2 },
        { kind: 'between', from: 1, to: 3 },
        { kind: 'every', steps: 2 },
        { kind: 'decay', shape: 'linear', steps: 4 },
        { kind: 'decay', shape: 'cosine', steps: 4 },
        { kind: 'decay', shape: 'exponential', steps: 4 },
      ],
      (course) => ({ course }),
    ),
  }),
  mappings: images({
    arms: each(
      [
        { rule: 'first', count: 1 },
        { rule: 'last', count: 1 },
        { rule: 'reversed' },
        { rule: 'none' },
        [
          { guide: 'pool', target: 'linear2', weight: 0.5 },
          { guide: 'stem', target: 'linear1' },
        ],
        { rule: 'even', perTarget: 3 },
        { rule: 'random', seed: 4 },
      ],
      (mapping) => ({ mapping, reduction: 'mean' }),
    ),
  }),
  views: tokens({
    'base.tokens': 'all-tokens',
    guides: { untrained: untrained(TRANSFORMER) },
    arms: each(['position', 'flattened', 'all-tokens', 'last-token'], (view) => ({ tokens: view })),
  }),
  'views-flattened': tokens({ 'base.tokens': 'flattened', guides: { untrained: untrained(TRANSFORMER) }, arms: [aligned('untrained')] }),
  'views-last': padded({ 'base.tokens': 'last-token', arms: each(['position', 'all-tokens', 'last-token'], (view) => ({ tokens: view }), 'trained') }),
  'controls-images': images(
    guidedByEach({
      shuffled: untrained(CONVNET, 'shuffled'),
      noise: untrained(CONVNET, 'noise'),
      white: untrained(CONVNET, 'white-noise'),
      orthogonal: untrained(CONVNET, 'orthogonal'),
      identity: { state: 'control', kind: 'identity-gram' },
      pixels: { state: 'control', kind: 'running-mean' },
      own: { state: 'control', kind: 'own-kind' },
    }),
  ),
  'controls-tokens': tokens(
    guidedByEach({
      shuffled: untrained(TRANSFORMER, 'shuffled'),
      noise: untrained(TRANSFORMER, 'noise'),
      identity: { state: 'control', kind: 'identity-gram' },
      mean: { state: 'control', kind: 'running-mean' },
    }),
  ),
  'controls-every-token': tokens({
    'base.tokens': 'all-tokens',
    ...guidedByEach({ shuffled: untrained(TRANSFORMER, 'shuffled'), identity: { state: 'control', kind: 'identity-gram' } }),
  }),
  vit: images({ target: VIT, guides: { untrained: untrained(CONVNEXT) }, arms: [unguided, aligned('untrained')] }),
  convnext: images({ target: CONVNEXT, guides: { untrained: untrained({ ...VIT, pooling: 'mean' }) }, arms: [aligned('untrained')] }),
  convnet: images({ target: CONVNET, guides: { untrained: untrained(RESNET) }, arms: [unguided, aligned('untrained')] }),
  'fcn-layer': images({
    target: FCN,
    arms: [
      { ...aligned('untrained'), init: 'xavier' },
      { ...unguided, init: 'identity' },
    ],
  }),
  'fcn-tanh': images({ target: { ...FCN, norm: 'none', activation: 'tanh', tap: 'pre' }, arms: [aligned('untrained')] }),
  starts: images({
    target: FCN,
    guides: { untrained: untrained(FCN) },
    arms: [
      { ...unguided, init: 'mimetic' },
      { ...unguided, id: 'copied', start: { kind: 'copied', guide: 'untrained', by: 'names', noise: 0.1 } },
    ],
  }),
  'own-images': images({ target: own(OWN_IMAGES, 'pre'), guides: { untrained: untrained(RESNET) }, arms: [unguided, aligned('untrained')] }),
  'own-tokens': tokens({ target: own(OWN_TOKENS, 'post'), arms: [unguided, aligned('untrained')] }),
  terms: images({
    arms: [
      {
        ...unguided,
        id: 'both',
        labelSmoothing: 0.1,
        terms: [
          { kind: 'align', guide: 'trained', weight: 1 },
          { kind: 'align', guide: 'untrained', weight: 2, course: { kind: 'until', step: 3 } },
          {
            kind: 'distil',
            guide: 'untrained',
            temperature: 3,
            ceWeight: 0.5,
            kdWeight: 0.7,
            direction: 'reverse',
            course: { kind: 'decay', shape: 'linear', steps: 4 },
          },
          { kind: 'distil', guide: 'trained', temperature: 1, ceWeight: 0.3, kdWeight: 0.2, direction: 'logits' },
        ],
      },
      { ...unguided, id: 'smooth', labelSmoothing: 0.3 },
    ],
  }),
  'terms-padded': padded({
    arms: [{ ...unguided, terms: [{ kind: 'distil', guide: 'trained', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'logits' }] }],
    'task.labels': 'prefix',
    'guides.trained.training.task.labels': 'prefix',
  }),
  fork: images({
    interventions: [{ step: 1, set: { learningRate: 0.002 } }],
    arms: [
      unguided,
      { ...aligned('trained', { course: { kind: 'until', step: 2 } }, 'late'), learningRate: 0.01, fork: { of: 'unguided', step: 2 } },
      { ...aligned('untrained', {}, 'later'), fork: { of: 'late', step: 3 } },
    ],
  }),
  adamw: images({ 'base.optimiser': { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 }, 'base.clipNorm': 0.5 }),
  sgd: images({ 'base.optimiser': { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 }, 'base.schedule': { kind: 'cosine', warmup: 2 } }),
  interventions: images({
    interventions: [
      { step: 1, set: { learningRate: 0.01 } },
      { step: 2, set: { guidance: false } },
      { step: 3, set: { guidance: true } },
    ],
  }),
  reverse: task({ kind: 'reverse', length: 4, vocabulary: 3 }, { cell: 'lstm' }),
  copy: task({ kind: 'copy-paste', length: 3, vocabulary: 4, head: 'vocabulary' }, { cell: 'gru', chained: true }),
  recall: task({ kind: 'associative-recall', pairs: 2, keys: 4, values: 3 }, { cell: 'lstm', chained: true }),
  dyck: task({ kind: 'dyck', length: 8, brackets: 2 }, { cell: 'relu' }),
  modular: task({ kind: 'modular-addition', length: 5, modulus: 4, train: 128 }, { cell: 'tanh' }),
};

/** By name. */
export const CASES: Readonly<Record<string, Experiment>> = { ...Object.fromEntries(presets), ...OTHERS };
