/**
 * Presets that take the method apart on recall of the first token, where untrained guides help: how long guidance has
 * to last, at which layers, and what else does as well. Settings are those of `first-token`, so the sweep of its
 * baseline counts here, too.
 */
import type { TaskSpec } from '../schema/schema.ts';
import { aligned, atLayers, byMeasures, pretrained, until, warmedUp } from './methodArms.ts';
import { asking, experimentOf, type Preset } from './preset.ts';
import {
  base,
  distilled,
  FIRST_TOKEN,
  guided,
  guidedUntrained,
  LEFT_CHANCE,
  RNN_2X64,
  trained,
  TRANSFORMER_4X32,
  UNGUIDED,
  UNGUIDED_BEST,
  UNTRAINED,
} from './sequenceSettings.ts';

/** A task of the literature on procedural pre-training, over as many tokens and classes. */
const SUMS: TaskSpec = { kind: 'modular-addition', length: 24, modulus: 4, train: 'fresh', val: 1024, seed: 0 };

export const METHOD_ON_RECALL: readonly Preset[] = [
  {
    id: 'brief-recall',
    title: 'How long must it last? Recall',
    hint: 'An untrained guide for the first 25 or 100 of 500 steps, or for all of them, against the unguided network at its own best rate.',
    experiment: experimentOf(
      'brief-recall',
      asking('Is a guide enough that is there for the first 100 steps only?', 'guided-100', 'unguided-best', { crossing: LEFT_CHANCE }),
      {
        task: FIRST_TOKEN,
        target: RNN_2X64,
        guides: { untrained: UNTRAINED },
        base: base(500, 1e-3),
        arms: [
          UNGUIDED,
          UNGUIDED_BEST,
          aligned('guided-25', 'Guided for 25 steps', 'untrained', 1, until(25)),
          aligned('guided-100', 'Guided for 100 steps', 'untrained', 1, until(100)),
          { ...guidedUntrained(1), name: 'Guided throughout' },
        ],
        // "Sooner" is claimed from six seeds on.
        seeds: [0, 1, 2, 3, 4, 5],
      },
    ),
  },
  {
    id: 'which-layers-recall',
    title: 'Which layers? Recall',
    hint: 'An RNN of four layers and an untrained Transformer of four: all pairs, or only the first or the last of them.',
    experiment: experimentOf('which-layers-recall', asking('Is it better to guide the last layer than the first?', 'last-1', 'first-1'), {
      task: FIRST_TOKEN,
      target: { ...RNN_2X64, layers: 4 },
      guides: { untrained: { state: 'untrained', network: TRANSFORMER_4X32 } },
      base: base(500, 1e-3),
      arms: [UNGUIDED, UNGUIDED_BEST, { ...guidedUntrained(1), name: 'All layers' }, ...atLayers('untrained', 1, [1, 2])],
    }),
  },
  {
    id: 'distil-or-guide-recall',
    title: 'Distil or guide? Recall',
    hint: 'Outputs of a Transformer teach an RNN nothing here, its layers do, even untrained; a linear map that is learnt along (FitNets) does as much as CKA.',
    experiment: experimentOf('distil-or-guide-recall', asking('Can a network guide that has nothing to teach?', 'guided-untrained', 'distilled-untrained'), {
      task: FIRST_TOKEN,
      target: RNN_2X64,
      guides: { untrained: UNTRAINED, trained: trained(100) },
      base: base(500, 1e-3),
      arms: [
        UNGUIDED,
        UNGUIDED_BEST,
        guidedUntrained(1),
        distilled('distilled-untrained', 'Distilled, untrained teacher', 'untrained'),
        guided(1),
        distilled('distilled', 'Distilled, trained teacher', 'trained'),
        aligned('guided-sp', 'Similarity-preserving', 'untrained', 1, { measure: { name: 'sp' } }),
        aligned('guided-rkd', 'Relational distances', 'untrained', 1, { measure: { name: 'rkd' } }),
        aligned('guided-fitnets', 'FitNets', 'untrained', 1, { measure: { name: 'fitnets' } }),
      ],
    }),
  },
  {
    id: 'which-measure-recall',
    title: 'Which measure? Recall',
    hint: 'The same untrained guide by seven measures of similarity, at the weight that was chosen for CKA: all teach recall, ridge regression and CCA most surely.',
    experiment: experimentOf('which-measure-recall', asking('Does RSA guide better than CKA?', 'guided-rsa', 'guided-untrained'), {
      task: FIRST_TOKEN,
      target: RNN_2X64,
      guides: { untrained: UNTRAINED },
      base: base(500, 1e-3),
      arms: [UNGUIDED, UNGUIDED_BEST, { ...guidedUntrained(1), name: 'CKA' }, ...byMeasures('untrained', 1)],
    }),
  },
  {
    id: 'warm-start-recall',
    title: 'A warm start on noise. Recall',
    hint: 'Aligned on random tokens before there is a task, then trained alone, an RNN learns to remember; trained on sums before, it does not. With all its steps counted it is no sooner, beyond noise, than alone at its best rate.',
    experiment: experimentOf(
      'warm-start-recall',
      asking('Do 200 steps of alignment on random tokens help an RNN to remember?', 'warm-random', 'unguided-best', { crossing: LEFT_CHANCE }),
      {
        task: FIRST_TOKEN,
        target: RNN_2X64,
        guides: { untrained: UNTRAINED, trained: trained(100) },
        base: base(500, 1e-3),
        arms: [
          UNGUIDED,
          UNGUIDED_BEST,
          warmedUp('warm-random', 'Warmed up on random tokens', 'untrained', 'random-tokens'),
          warmedUp('warm-trained', 'Warmed up on random tokens, trained guide', 'trained', 'random-tokens'),
          pretrained('pretrained', 'Trained on sums before', SUMS),
          { ...guidedUntrained(1), name: 'Guided throughout' },
        ],
        // "Sooner" is claimed from six seeds on.
        seeds: [0, 1, 2, 3, 4, 5],
      },
    ),
  },
];
