/**
 * Presets that take the method apart: how long guidance has to last, at which layers, and what else is learnt from the
 * same guide. On images trained guides help, on recall untrained ones do: some ask on both. Settings are those of
 * the presets that they take apart, so their baselines' sweeps count here, too.
 */
import type { AlignTerm, ArmSpec, Course, Experiment, MappingSpec } from '../schema/schema.ts';
import { DISTILLED, fcn, guided, guidedUntrained, image, SHAPES, TEXTURES, TRAINED_RESNET, UNGUIDED } from './imageSettings.ts';
import { asking, type Preset } from './preset.ts';
import {
  base,
  FIRST_TOKEN,
  guidedUntrained as guidedByUntrained,
  LEFT_CHANCE,
  RNN_2X64,
  sequence,
  TRANSFORMER_4X32,
  UNGUIDED_BEST,
  UNTRAINED,
} from './sequenceSettings.ts';

/** An arm that is aligned to one guide, with what is particular about it. */
const aligned = (id: string, name: string, guide: string, weight: number, particular: Partial<AlignTerm>): ArmSpec => ({
  id,
  name,
  terms: [{ kind: 'align', guide, weight, ...particular }],
});

const until = (step: number): { course: Course } => ({ course: { kind: 'until', step } });

/** As the paper's Table 5 and 6 have them. */
const atLayers = (guide: string, weight: number, counts: readonly number[]): ArmSpec[] =>
  (['first', 'last'] as const).flatMap((rule) =>
    counts.map((count) => {
      const mapping: MappingSpec = { rule, count };
      return aligned(`${rule}-${count}`, count === 1 ? `The ${rule} layer` : `The ${rule} ${count} layers`, guide, weight, { mapping });
    }),
  );

/** An untrained guide, which nothing learns from, would only be looked at. */
const byTrained = (experiment: Experiment): Experiment => ({ ...experiment, guides: { trained: TRAINED_RESNET } });

/** Aligned before step 0 for 200 steps, and trained alone from there (the paper's Figure 4). */
const warmedUp = (id: string, name: string, guide: string, inputs: 'white-noise' | 'smooth-noise' | 'training'): ArmSpec => ({
  ...aligned(id, name, guide, 1, until(0)),
  warmup: { steps: 200, inputs, loss: 'align', keepOptimiser: false },
});

const WIDE = fcn(3, 384);

export const METHOD_PRESETS: readonly Preset[] = [
  {
    id: 'brief-images',
    title: 'How long must it last? Images',
    hint: 'A trained guide for the first 25 or 100 of 250 steps, or for all of them: what is left of the gain once it is gone.',
    experiment: byTrained(
      image('brief-images', asking('Does a guide help that is there for the first 100 steps only?', 'guided-100', 'unguided'), TEXTURES, WIDE, 250, [
        UNGUIDED,
        aligned('guided-25', 'Guided for 25 steps', 'trained', 4, until(25)),
        aligned('guided-100', 'Guided for 100 steps', 'trained', 4, until(100)),
        { ...guided(4), name: 'Guided throughout' },
      ]),
    ),
  },
  {
    id: 'brief-recall',
    title: 'How long must it last? Recall',
    hint: 'An untrained guide for the first 25 or 100 of 500 steps, or for all of them, against the unguided network at its own best rate.',
    experiment: sequence(
      'brief-recall',
      asking('Is a guide enough that is there for the first 100 steps only?', 'guided-100', 'unguided-best', { crossing: LEFT_CHANCE }),
      FIRST_TOKEN,
      {
        target: RNN_2X64,
        guides: { untrained: UNTRAINED },
        base: base(500, 1e-3),
        arms: [
          UNGUIDED,
          UNGUIDED_BEST,
          aligned('guided-25', 'Guided for 25 steps', 'untrained', 1, until(25)),
          aligned('guided-100', 'Guided for 100 steps', 'untrained', 1, until(100)),
          { ...guidedByUntrained(1), name: 'Guided throughout' },
        ],
        // "Sooner" is claimed from six seeds on.
        seeds: [0, 1, 2, 3, 4, 5],
      },
    ),
  },
  {
    id: 'which-layers-images',
    title: 'Which layers? Images',
    hint: 'All eight pairs of the deep network, or only the first or the last of them.',
    experiment: byTrained(
      image('which-layers-images', asking('Is it better to guide the first five layers than all of them?', 'first-5', 'guided'), TEXTURES, fcn(8, 256), 300, [
        UNGUIDED,
        { ...guided(4), name: 'All layers' },
        ...atLayers('trained', 4, [1, 2, 5]),
      ]),
    ),
  },
  {
    id: 'which-layers-recall',
    title: 'Which layers? Recall',
    hint: 'An RNN of four layers and an untrained Transformer of four: all pairs, or only the first or the last of them.',
    experiment: sequence('which-layers-recall', asking('Is it better to guide the last layer than the first?', 'last-1', 'first-1'), FIRST_TOKEN, {
      target: { ...RNN_2X64, layers: 4 },
      guides: { untrained: { state: 'untrained', network: TRANSFORMER_4X32 } },
      base: base(500, 1e-3),
      arms: [UNGUIDED, UNGUIDED_BEST, { ...guidedByUntrained(1), name: 'All layers' }, ...atLayers('untrained', 1, [1, 2])],
    }),
  },
  {
    id: 'distil-or-guide-images',
    title: 'Distil or guide? Images',
    hint: 'The same ResNet as a guide and as a teacher, trained and untrained, and two ways to distil representations.',
    experiment: image('distil-or-guide-images', asking('Is a guide better than a teacher?', 'guided', 'distilled'), TEXTURES, WIDE, 250, [
      UNGUIDED,
      guided(4),
      DISTILLED,
      guidedUntrained(4),
      {
        ...DISTILLED,
        id: 'distilled-untrained',
        name: 'Distilled, untrained teacher',
        terms: DISTILLED.terms.map((term) => ({ ...term, guide: 'untrained' })),
      },
      aligned('guided-sp', 'Similarity-preserving', 'trained', 4, { measure: { name: 'sp' } }),
      aligned('guided-rkd', 'Relational distances', 'trained', 4, { measure: { name: 'rkd' } }),
    ]),
  },
  {
    id: 'which-measure-images',
    title: 'Which measure? Images',
    hint: 'The same guide and the same weight by seven measures of similarity. The weight was chosen for CKA.',
    experiment: byTrained(
      image('which-measure-images', asking('Does RSA guide better than CKA?', 'guided-rsa', 'guided'), TEXTURES, WIDE, 250, [
        UNGUIDED,
        { ...guided(4), name: 'CKA' },
        aligned('guided-debiased', 'Debiased CKA', 'trained', 4, { measure: { name: 'cka-debiased' } }),
        aligned('guided-rbf', 'RBF CKA', 'trained', 4, { measure: { name: 'rbf-cka' } }),
        aligned('guided-rsa', 'RSA', 'trained', 4, { measure: { name: 'rsa' } }),
        aligned('guided-ridge', 'Ridge regression', 'trained', 4, { measure: { name: 'ridge' } }),
        aligned('guided-cca', 'CCA', 'trained', 4, { measure: { name: 'cca' } }),
        aligned('guided-soft-knn', 'Soft neighbours', 'trained', 4, { measure: { name: 'soft-knn' } }),
      ]),
    ),
  },
  {
    id: 'warm-start-images',
    title: 'A warm start on noise. Images',
    hint: 'Aligned on noise for 200 steps, then trained alone: what a guide can do before there is a task. Steps of the task are compared, not all steps.',
    experiment: image(
      'warm-start-images',
      asking('Do 200 steps of alignment on noise help a deep network to learn?', 'warm-smooth', 'unguided-best'),
      SHAPES,
      { ...fcn(24, 128), dropout: 0 },
      300,
      [
        UNGUIDED,
        { ...UNGUIDED, id: 'unguided-best', name: 'Unguided, its own best rate', learningRate: 3e-3 },
        warmedUp('warm-smooth', 'Warmed up on smooth noise', 'untrained', 'smooth-noise'),
        warmedUp('warm-white', 'Warmed up on white noise', 'untrained', 'white-noise'),
        warmedUp('warm-trained', 'Warmed up on images, trained guide', 'trained', 'training'),
      ],
    ),
  },
];
