/** Presets on sequences. Settings: recipes P1 and P2, and section 3 for parity; our numbers are in docs/results.md. */
import { type Asked, asking, type Preset } from './preset.ts';
import type { Experiment, GuideSpec, RnnSpec, TaskSpec } from '../schema/schema.ts';
import { ADAM, base, distilled, GOOD_INIT, guided, guidedUntrained, RNN_2X64, TRANSFORMER_2X32, UNGUIDED } from './sequenceSettings.ts';

export { RNN_2X64, TRANSFORMER_2X32 } from './sequenceSettings.ts';

const UNTRAINED: GuideSpec = { state: 'untrained', network: TRANSFORMER_2X32 };
const trained = (steps: number): GuideSpec => ({
  state: 'trained',
  network: TRANSFORMER_2X32,
  training: { seed: 0, steps, batchSize: 64, learningRate: 3e-3, schedule: { kind: 'constant' }, optimiser: ADAM, clipNorm: 1 },
});

const DISTILLED = distilled('distilled', 'Distilled', 'trained');

const sequence = (preset: string, question: Asked, task: TaskSpec, settings: Pick<Experiment, 'target' | 'guides' | 'base' | 'arms'>): Experiment => ({
  version: 2,
  preset,
  revision: 1,
  ...question,
  task,
  ...settings,
  seeds: [0, 1, 2],
  interventions: [],
});

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
    experiment: sequence('first-token', asking('Can a Transformer that knows nothing teach an RNN to remember?', 'guided-untrained', 'unguided'), FIRST_TOKEN, {
      target: RNN_2X64,
      guides: { untrained: UNTRAINED, trained: trained(100) },
      base: base(500, 1e-3),
      arms: [UNGUIDED, guidedUntrained(1), guided(1), DISTILLED, GOOD_INIT],
    }),
  },
  {
    id: 'is-it-the-guide',
    title: 'First token: is it the guide?',
    hint: 'A shuffled guide solves the task in one seed of three, an identity in all; with debiased CKA the shuffled one never does, the guide still does.',
    experiment: sequence('is-it-the-guide', asking('Is it really what the guide knows of the examples?', 'guided-untrained', 'guided-shuffled'), FIRST_TOKEN, {
      target: RNN_2X64,
      guides: {
        untrained: UNTRAINED,
        'untrained-shuffled': { state: 'untrained', network: TRANSFORMER_2X32, control: 'shuffled' },
        identity: { state: 'control', kind: 'identity-gram' },
      },
      base: base(500, 1e-3),
      arms: [
        UNGUIDED,
        guidedUntrained(1),
        { id: 'guided-shuffled', name: 'Shuffled guide', terms: [{ kind: 'align', guide: 'untrained-shuffled', weight: 1 }] },
        { id: 'guided-debiased', name: 'Guided, debiased CKA', terms: [{ kind: 'align', guide: 'untrained', weight: 1, measure: { name: 'cka-debiased' } }] },
        {
          id: 'shuffled-debiased',
          name: 'Shuffled guide, debiased CKA',
          terms: [{ kind: 'align', guide: 'untrained-shuffled', weight: 1, measure: { name: 'cka-debiased' } }],
        },
        { id: 'guided-identity', name: 'Identity', terms: [{ kind: 'align', guide: 'identity', weight: 1 }] },
        GOOD_INIT,
      ],
    }),
  },
  {
    id: 'copy-paste',
    title: 'Copy-paste: RNN ← Transformer',
    hint: "The paper's task, scaled. Its claim does not reproduce here: the unguided network learns to copy as well.",
    experiment: sequence('copy-paste', asking('Does guidance let an RNN repeat what it has read?', 'guided-untrained', 'unguided'), COPY, {
      target: RNN_2X64,
      guides: { untrained: UNTRAINED, trained: trained(200) },
      base: base(1000, 3e-3),
      arms: [UNGUIDED, guidedUntrained(0.1), guided(0.3), DISTILLED, distilled('distilled-untrained', 'Distilled, untrained teacher', 'untrained'), GOOD_INIT],
    }),
  },
  {
    id: 'parity',
    title: 'Parity: Transformer ← RNN',
    hint: 'No difference beyond noise in three seeds, though the guide had a label at every bit and the target only at the end.',
    experiment: sequence(
      'parity',
      asking('Can an RNN teach a Transformer to count?', 'guided', 'unguided'),
      { ...PARITY, labels: 'final' },
      {
        target: { ...TRANSFORMER_2X32, causal: false, pooling: 'mean' },
        guides: {
          trained: {
            state: 'trained',
            network: PARITY_GUIDE,
            training: {
              seed: 0,
              steps: 300,
              batchSize: 64,
              learningRate: 3e-3,
              schedule: { kind: 'constant' },
              optimiser: ADAM,
              clipNorm: 1,
              task: { ...PARITY, labels: 'prefix' },
            },
          },
          untrained: { state: 'untrained', network: PARITY_GUIDE },
        },
        base: {
          ...base(1200, 3e-3),
          mapping: [
            { guide: 'layer1', target: 'block1.attention' },
            { guide: 'layer1', target: 'block2.attention' },
          ],
        },
        arms: [UNGUIDED, guided(3), guidedUntrained(3)],
      },
    ),
  },
];
