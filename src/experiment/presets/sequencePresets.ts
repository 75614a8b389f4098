/** Presets on sequences. Settings: recipes P1 and P2, and section 3 for parity; our numbers are in docs/results.md. */
import { pretrained } from './methodArms.ts';
import { asking, experimentOf, type Preset } from './preset.ts';
import type { RnnSpec, TaskSpec } from '../schema/schema.ts';
import {
  ADAM,
  base,
  controlArms,
  distilled,
  FIRST_TOKEN,
  GOOD_INIT,
  guided,
  guidedUntrained,
  LEFT_CHANCE,
  RNN_2X64,
  trained,
  TRANSFORMER_2X32,
  TRANSFORMER_4X32,
  UNGUIDED,
  UNGUIDED_BEST,
  UNTRAINED,
} from './sequenceSettings.ts';

export { RNN_2X64, TRANSFORMER_2X32 } from './sequenceSettings.ts';

const DISTILLED = distilled('distilled', 'Distilled', 'trained');

const COPY = { kind: 'copy-paste', length: 20, vocabulary: 8, train: 'fresh', val: 1024, seed: 0 } as const satisfies TaskSpec;
const OFFICIAL: TaskSpec = { kind: 'copy-paste-official', minLength: 5, maxLength: 10, train: 'fresh', val: 512, seed: 0 };
/** Learnt before the task (procedural pre-training), over as many tokens. */
const BRACKETS: TaskSpec = { kind: 'dyck', length: 22, brackets: 4, train: 'fresh', val: 1024, seed: 0 };
const PARITY = { kind: 'parity', length: 12, minLength: 12, train: 'fresh', val: 1024, seed: 0 } as const;

/** Trained on the parity so far at every bit: with the final label alone it does not learn twelve bits. */
const PARITY_GUIDE: RnnSpec = { ...RNN_2X64, layers: 1, width: 16, init: 'orthogonal' };

export const SEQUENCE_PRESETS: readonly Preset[] = [
  {
    id: 'first-token',
    title: 'First token: RNN ← Transformer',
    hint: 'Aligned to a Transformer with random weights an RNN leaves chance sooner than alone, even at the rate that suits it best. A good initialisation does more.',
    experiment: experimentOf(
      'first-token',
      asking('Can a Transformer that knows nothing teach an RNN to remember?', 'guided-untrained', 'unguided-best', { crossing: LEFT_CHANCE }),
      {
        task: FIRST_TOKEN,
        revision: 2,
        target: RNN_2X64,
        guides: { untrained: UNTRAINED, trained: trained(100) },
        base: base(500, 1e-3),
        arms: [UNGUIDED, UNGUIDED_BEST, guidedUntrained(1), guided(1), DISTILLED, GOOD_INIT],
        seeds: [0, 1, 2, 3, 4, 5],
      },
    ),
  },
  {
    id: 'is-it-the-guide',
    title: 'First token: is it the guide?',
    hint: 'By biased CKA a shuffled guide can teach the task, too, and an identity does; by debiased CKA the shuffled one does not, and the guide still does.',
    experiment: experimentOf('is-it-the-guide', asking('Is it really what the guide knows of the examples?', 'guided-untrained', 'guided-shuffled'), {
      task: FIRST_TOKEN,
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
        ...controlArms(1),
        GOOD_INIT,
      ],
    }),
  },
  {
    id: 'copy-paste',
    title: 'Copy-paste: RNN ← Transformer',
    hint: "The paper's task, scaled. Alone the RNN copies little of twenty symbols in some seeds, half or more in others; guided by random weights most of them, with a good initialisation all.",
    experiment: experimentOf('copy-paste', asking('Does guidance let an RNN repeat what it has read?', 'guided-untrained', 'unguided'), {
      task: COPY,
      revision: 2,
      target: RNN_2X64,
      guides: { untrained: UNTRAINED },
      base: base(1500, 3e-3),
      arms: [UNGUIDED, guidedUntrained(0.1), distilled('distilled-untrained', 'Distilled, untrained teacher', 'untrained'), GOOD_INIT],
    }),
  },
  {
    id: 'copy-official',
    title: 'Copy-paste as published',
    hint: "The paper's task, shorter sequences. The guide gains what neither a good initialisation nor, by debiased CKA, a shuffled one gives; an identity does as well within noise.",
    experiment: experimentOf('copy-official', asking('Is it the guide that helps to copy, and not just any pull?', 'guided-untrained', 'unguided'), {
      task: OFFICIAL,
      target: { ...RNN_2X64, layers: 4 },
      guides: {
        untrained: { state: 'untrained', network: TRANSFORMER_4X32 },
        'untrained-shuffled': { state: 'untrained', network: TRANSFORMER_4X32, control: 'shuffled' },
        identity: { state: 'control', kind: 'identity-gram' },
      },
      base: base(800, 1e-3),
      arms: [UNGUIDED, guidedUntrained(0.1), ...controlArms(0.1), GOOD_INIT],
    }),
  },
  {
    id: 'rivals',
    title: 'Copy-paste: what else does it?',
    hint: 'The published task again: the guide, and an identity as well as it within noise, gain what neither better starting weights nor brackets learnt before give.',
    experiment: experimentOf('rivals', asking('Is guidance better than learning brackets first?', 'guided-untrained', 'pretrained'), {
      task: OFFICIAL,
      target: { ...RNN_2X64, layers: 4 },
      guides: {
        untrained: { state: 'untrained', network: TRANSFORMER_4X32 },
        identity: { state: 'control', kind: 'identity-gram' },
      },
      base: base(800, 1e-3),
      arms: [
        UNGUIDED,
        guidedUntrained(0.1),
        { id: 'guided-identity', name: 'Identity', terms: [{ kind: 'align', guide: 'identity', weight: 0.1 }] },
        GOOD_INIT,
        { id: 'unguided-mimetic', name: 'Unguided, mimetic initialisation', terms: [], init: 'mimetic' },
        pretrained('pretrained', 'Trained on brackets before', BRACKETS, 300),
      ],
    }),
  },
  {
    id: 'what-makes-it-untrainable',
    title: 'What makes it untrainable?',
    hint: 'An RNN that must choose from ten classes, two of them never right, stays at chance. Start those two low and it learns without any guide.',
    experiment: experimentOf('what-makes-it-untrainable', asking('Do two classes that are never right keep an RNN at chance?', 'unguided-low', 'unguided'), {
      task: { ...COPY, length: 12, head: 'vocabulary' },
      revision: 2,
      target: RNN_2X64,
      guides: { untrained: UNTRAINED },
      base: base(1000, 3e-3),
      arms: [UNGUIDED, { id: 'unguided-low', name: 'Unguided, unused classes start low', terms: [], unusedBias: -5 }, guidedUntrained(0.1), GOOD_INIT],
    }),
  },
  {
    id: 'parity',
    title: 'Parity: Transformer ← RNN',
    hint: 'At this size no arm leaves chance, though the guide had a label at every bit and the target only at the end: no test of the guide.',
    experiment: experimentOf('parity', asking('Can an RNN teach a Transformer to count?', 'guided', 'unguided'), {
      task: { ...PARITY, labels: 'final' },
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
    }),
  },
];
