/** Experiments whose export is held against the lab: every preset, and what no preset has. Small: five steps are taken of each. */
import { parseExperiment } from '../../../experiment/parse.ts';
import { PRESETS } from '../../../experiment/presets/presets.ts';
import { withoutLostAsks } from '../../../experiment/plan/arms.ts';
import { MEASURE_NAMES } from '../../../experiment/schema/measures.ts';
import { formatProblem } from '../../../experiment/schema/problem.ts';
import type { Experiment, GuideSpec, NetworkSpec } from '../../../experiment/schema/schema.ts';
import { refusedByTorch } from '../refused.ts';
import { tinyExperiment, tinySequences } from '../../../lab/testing/experiments.ts';
import { CONVNEXT, VIT, RESNET, CONVNET, FCN, RNN, TRANSFORMER, OWN_IMAGES, OWN_TOKENS, own } from './networks.ts';

function checked(experiment: Experiment): Experiment {
  const parsed = parseExperiment(withoutLostAsks(experiment));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

/** The same network with few units: its layers are what counts. */
function narrow(network: NetworkSpec): NetworkSpec {
  if (network.family === 'custom') return network;
  if (network.family === 'transformer') return { ...network, width: 4 * network.heads, ffn: 12 };
  // Of a few examples the gradient of a very deep network is chaos.
  if (network.family === 'fcn') return { ...network, width: 16, depth: Math.min(network.depth, 10) };
  return { ...network, width: { rnn: 12, resnet: 4, convnet: 4, convnext: 8, vit: 8 }[network.family] };
}

/** A preset with narrow networks, one seed, little data and guides that are hardly trained: its layers, terms and settings are what counts. */
function small({ task, target, guides, base, ...rest }: Experiment): Experiment {
  const few = {
    ...('val' in task && { val: 64 }),
    ...('train' in task && task.train !== 'fresh' && { train: 96 }),
    ...('size' in task && { size: 12 }),
    // An RNN that has forgotten what it read is the same for all examples: of their differences rounding is most.
    ...(task.kind === 'copy-paste' && { length: Math.min(task.length, 6) }),
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
    arms: rest.arms.map((arm) => (arm.warmup ? { ...arm, warmup: { ...arm.warmup, steps: 2 } } : arm)),
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

/** All that can only be looked at, and one that can be minimised. */
const OBSERVED = [
  { name: 'mutual-knn', neighbours: 5 },
  { name: 'svcca' },
  { name: 'rsa-spearman' },
  { name: 'ridge-absolute', ridge: 2 },
  { name: 'rkd' },
].map((measure) => ({ what: 'similarity', measure }));

const ADAM = { beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 };
const stall = (of: 'validation loss' | 'similarity', patience: number) => ({ kind: 'stall', of, patience });
const FIGURES = { kind: 'shapes', size: 8, classes: 5, train: 64, val: 64, noise: 0.5, seed: 3 };
/** An arm with a warm-up that is aligned to a guide. */
const warm = (id: string, warmup: object, terms: readonly object[] = [], guide = 'untrained') => ({
  id,
  name: id,
  terms: [{ kind: 'align', guide, weight: 2, course: { kind: 'until', step: 1 } }, ...terms],
  warmup: { steps: 2, loss: 'align', keepOptimiser: false, ...warmup },
});

/** One that learns maps, at every other step of training. */
const mapped = (id: string, warmup: object) => ({ ...warm(id, warmup), terms: aligned('untrained', { ...MAPPED, course: { kind: 'every', steps: 2 } }).terms });

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
  'maps-shuffled': padded({
    'base.mapping': { rule: 'even' },
    guides: { shuffled: untrained(TRANSFORMER, 'shuffled') },
    arms: each(['position', 'all-tokens', 'last-token', 'flattened'], (view) => ({ ...MAPPED, tokens: view }), 'shuffled'),
  }),
  'maps-warmups': images({
    arms: [
      mapped('forgotten', { inputs: 'pink-noise' }),
      mapped('kept', { steps: 3, inputs: 'training', keepOptimiser: true }),
      mapped('both', { inputs: FIGURES, loss: 'both', keepOptimiser: true }),
      { ...mapped('own', { inputs: 'white-noise', keepOptimiser: true }), target: { ...FCN, depth: 2, dropout: 0 }, optimiser: { ...ADAM, kind: 'adamw' } },
      { ...aligned('trained', MAPPED, 'forked'), fork: { of: 'kept', step: 1 }, optimiser: { ...ADAM, kind: 'adam' } },
    ],
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
  warmups: images({
    arms: [
      unguided,
      warm('white', { inputs: 'white-noise' }),
      { ...warm('smooth', { steps: 3, inputs: 'smooth-noise', learningRate: 0.02, keepOptimiser: true }), labelSmoothing: 0.1 },
      warm('pink', { inputs: 'pink-noise' }),
      { ...warm('unlabelled', { inputs: 'training' }), learningRate: 0.003 },
      warm('both', { inputs: FIGURES, loss: 'both', keepOptimiser: true }, [
        { kind: 'distil', guide: 'untrained', temperature: 2, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' },
      ]),
      { ...warm('task', { inputs: FIGURES, loss: 'task' }), terms: [] },
      { ...aligned('trained', {}, 'forked'), fork: { of: 'smooth', step: 1 } },
    ],
  }),
  'warmups-tokens': tokens({
    guides: { shuffled: untrained(TRANSFORMER, 'shuffled'), noise: untrained(TRANSFORMER, 'noise') },
    arms: [
      warm('random', { inputs: 'random-tokens' }, [], 'shuffled'),
      warm('unlabelled', { inputs: 'training' }, [], 'noise'),
      warm('sums', { inputs: { kind: 'modular-addition', length: 6, modulus: 4, train: 'fresh', val: 64, seed: 1 }, loss: 'both' }, [], 'noise'),
    ],
  }),
  'warmups-padded': padded({ arms: [warm('random', { inputs: 'random-tokens' }, [], 'trained')] }),
  'own-settings': images({
    arms: [
      { ...unguided, optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0.1 }, learningRate: 0.02 },
      { ...aligned('untrained', {}, 'wide'), target: { ...FCN, depth: 2, width: 24, dropout: 0 }, optimiser: { ...ADAM, kind: 'adamw' } },
      { ...unguided, id: 'text', target: own('flatten\ndense 12\ntap linear1\nrelu\ndense 10\ntap linear2\ntanh\n', 'pre') },
      { ...aligned('untrained', {}, 'forked'), fork: { of: 'wide', step: 1 }, optimiser: { ...ADAM, kind: 'adamw', beta1: 0.5, weightDecay: 0.5 } },
    ],
  }),
  regularisers: images({
    arms: [
      {
        ...unguided,
        id: 'spread',
        terms: [{ kind: 'regularise', what: 'participation-ratio', weight: 5, course: { kind: 'decay', shape: 'linear', steps: 4 } }],
      },
      { ...unguided, id: 'few', terms: [{ kind: 'regularise', what: 'intrinsic-dimension', dimension: 3, weight: 2, taps: ['linear2'] }] },
      { ...unguided, id: 'usual', terms: [{ kind: 'regularise', what: 'intrinsic-dimension', weight: 1 }] },
    ],
  }),
  matches: images({
    // As many units as the guide's 4×4 pixels of 4 channels.
    target: { ...FCN, width: 64 },
    guides: { untrained: untrained(CONVNET), same: untrained({ ...FCN, dropout: 0, width: 20 }) },
    interventions: [{ step: 3, set: { guidance: false } }],
    arms: [
      { ...unguided, id: 'outputs', terms: [{ kind: 'match', guide: 'untrained', what: 'outputs', weight: 3 }] },
      {
        ...unguided,
        id: 'moments',
        terms: [
          { kind: 'match', guide: 'untrained', what: 'moments', weight: 2, mapping: [{ guide: 'conv1', target: 'linear1', weight: 0.5 }] },
          { kind: 'align', guide: 'same', weight: 1 },
        ],
      },
    ],
  }),
  'matches-padded': padded({
    'base.mapping': { rule: 'even' },
    guides: { untrained: untrained({ ...TRANSFORMER, width: 32 }) },
    arms: [{ ...unguided, terms: [{ kind: 'match', guide: 'untrained', what: 'moments', weight: 2, mapping: { rule: 'first', count: 1 } }] }],
  }),
  stalls: images({
    'base.evaluateEvery': 1,
    'base.learningRate': 0.03,
    'task.val': 64,
    arms: [
      aligned('untrained', { course: stall('validation loss', 1) }, 'loss'),
      aligned('untrained', { course: stall('similarity', 1) }, 'similarity'),
      aligned('untrained', { course: stall('similarity', 2), measure: { name: 'sp' } }, 'measured'),
      { ...aligned('untrained', { course: stall('similarity', 1), measure: { name: 'cka-debiased' } }, 'forked'), fork: { of: 'loss', step: 2 } },
    ],
  }),
  observed: images({ observe: OBSERVED, arms: [unguided] }),
  'observed-tokens': tokens({ guides: { untrained: untrained(TRANSFORMER) }, observe: OBSERVED, arms: [unguided] }),
  'observed-every-token': padded({ 'base.tokens': 'all-tokens', 'task.val': 64, observe: OBSERVED, arms: [unguided] }),
  'shuffled-padded': padded({
    'base.mapping': { rule: 'even' },
    guides: { shuffled: untrained(TRANSFORMER, 'shuffled') },
    arms: each(['position', 'all-tokens', 'last-token', 'flattened'], (view) => ({ tokens: view }), 'shuffled'),
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
