/** Presets on sequences. Settings: recipes P1 and P2, and section 3 for parity; our numbers are in docs/results.md. */
import type { ArmSpec, BaseSettings, Experiment, GuideSpec, RnnSpec, TaskSpec, TransformerSpec } from './schema.ts';
import type { Preset } from './presets.ts';

const ADAM = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;

/** The target of the recipes: the initialisation is PyTorch's, under which it cannot hold on to the past. */
export const RNN_2X64: RnnSpec = { family: 'rnn', cell: 'tanh', layers: 2, width: 64, init: 'default', chained: false };

export const TRANSFORMER_2X32: TransformerSpec = {
  family: 'transformer', layers: 2, width: 32, heads: 4, ffn: 64, causal: true, positions: 'sinusoidal', norm: 'pre',
  activation: 'relu', pooling: 'last', init: 'default',
};

const UNTRAINED: GuideSpec = { state: 'untrained', network: TRANSFORMER_2X32 };
const trained = (steps: number): GuideSpec => ({
  state: 'trained', network: TRANSFORMER_2X32,
  training: { seed: 0, steps, batchSize: 64, learningRate: 3e-3, schedule: { kind: 'constant' }, optimiser: ADAM, clipNorm: 1 },
});

const base = (steps: number, learningRate: number): BaseSettings => ({
  optimiser: ADAM, learningRate, schedule: { kind: 'tail', warmup: 50, decay: 0.3 }, clipNorm: 1, batchSize: 64, steps,
  evaluateEvery: steps / 20, mapping: 'even', measure: 'cka', reduction: 'sum', tokens: 'position',
});

const UNGUIDED: ArmSpec = { id: 'unguided', name: 'Unguided' };
const guidedUntrained = (weight: number): ArmSpec =>
  ({ id: 'guided-untrained', name: 'Guided, untrained guide', align: { guide: 'untrained', weight } });
const guided = (weight: number): ArmSpec => ({ id: 'guided', name: 'Guided, trained guide', align: { guide: 'trained', weight } });
const GOOD_INIT: ArmSpec = { id: 'unguided-good-init', name: 'Unguided, good initialisation', init: 'good' };
/** The recipes state CE + β·T²·KL with T = 2 and leave β open: 1 here. */
const distilled = (id: string, name: string, guide: string): ArmSpec =>
  ({ id, name, distil: { guide, temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward' } });
const DISTILLED = distilled('distilled', 'Distilled', 'trained');

const sequence = (
  preset: string, question: string, task: TaskSpec, settings: Pick<Experiment, 'target' | 'guides' | 'base' | 'arms'>,
): Experiment => ({ version: 1, preset, question, task, ...settings, seeds: [0, 1, 2], interventions: [] });

const FIRST_TOKEN: TaskSpec = { kind: 'first-token', length: 24, vocabulary: 4, train: 'fresh', val: 1024, seed: 0 };
const COPY: TaskSpec = { kind: 'copy-paste', length: 12, vocabulary: 8, train: 'fresh', val: 1024, seed: 0 };
const PARITY = { kind: 'parity', length: 12, minLength: 12, train: 'fresh', val: 1024, seed: 0 } as const;

/** Trained on the parity so far at every bit: with the final label alone it does not learn twelve bits. */
const PARITY_GUIDE: RnnSpec = { ...RNN_2X64, layers: 1, width: 16, init: 'orthogonal' };

export const SEQUENCE_PRESETS: readonly Preset[] = [
  {
    id: 'first-token',
    title: 'First token: RNN ← Transformer',
    hint: 'An RNN forgets; aligned to a Transformer with random weights it remembers. A good initialisation does as well.',
    experiment: sequence('first-token', 'Can a Transformer that knows nothing teach an RNN to remember?', FIRST_TOKEN, {
      target: RNN_2X64,
      guides: { untrained: UNTRAINED, trained: trained(100) },
      base: base(500, 1e-3),
      arms: [UNGUIDED, guidedUntrained(1), guided(1), DISTILLED, GOOD_INIT],
    }),
  },
  {
    id: 'copy-paste',
    title: 'Copy-paste: RNN ← Transformer',
    hint: 'The paper\'s task, scaled. Its claim does not reproduce here: the unguided network learns to copy as well.',
    experiment: sequence('copy-paste', 'Does guidance let an RNN repeat what it has read?', COPY, {
      target: RNN_2X64,
      guides: { untrained: UNTRAINED, trained: trained(200) },
      base: base(1000, 3e-3),
      arms: [
        UNGUIDED, guidedUntrained(0.1), guided(0.3), DISTILLED,
        distilled('distilled-untrained', 'Distilled, untrained teacher', 'untrained'), GOOD_INIT,
      ],
    }),
  },
  {
    id: 'parity',
    title: 'Parity: Transformer ← RNN',
    hint: 'No difference beyond noise in three seeds, though the guide had a label at every bit and the target only at the end.',
    experiment: sequence('parity', 'Can an RNN teach a Transformer to count?', { ...PARITY, labels: 'final' }, {
      target: { ...TRANSFORMER_2X32, causal: false, pooling: 'mean' },
      guides: {
        trained: {
          state: 'trained', network: PARITY_GUIDE,
          training: {
            seed: 0, steps: 300, batchSize: 64, learningRate: 3e-3, schedule: { kind: 'constant' }, optimiser: ADAM, clipNorm: 1,
            task: { ...PARITY, labels: 'prefix' },
          },
        },
        untrained: { state: 'untrained', network: PARITY_GUIDE },
      },
      base: { ...base(1200, 3e-3), mapping: [['layer1', 'block1.attention'], ['layer1', 'block2.attention']] },
      arms: [UNGUIDED, guided(3), guidedUntrained(3)],
    }),
  },
];
