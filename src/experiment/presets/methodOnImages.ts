/**
 * Presets that take the method apart on images, where trained guides help: how long guidance has to last, at which
 * layers, and what else is learnt from the same guide. Settings are those of the presets that they take apart, so their
 * baselines' sweeps count here, too.
 */
import type { Experiment } from '../schema/schema.ts';
import { DISTILLED, fcn, guided, guidedUntrained, image, SHAPES, TEXTURES, TRAINED_RESNET, UNGUIDED } from './imageSettings.ts';
import { aligned, atLayers, byMeasures, until, warmedUp } from './methodArms.ts';
import { asking, type Preset } from './preset.ts';

/** An untrained guide, which nothing learns from, would only be looked at. */
const byTrained = (experiment: Experiment): Experiment => ({ ...experiment, guides: { trained: TRAINED_RESNET } });

const WIDE = fcn(3, 384);

export const METHOD_ON_IMAGES: readonly Preset[] = [
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
    id: 'distil-or-guide-images',
    title: 'Distil or guide? Images',
    hint: 'The same ResNet as a guide and as a teacher, trained and untrained, and three ways to distil representations.',
    experiment: image(
      'distil-or-guide-images',
      asking('Is a guide better than a teacher?', 'guided', 'distilled'),
      TEXTURES,
      WIDE,
      250,
      [
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
        aligned('guided-fitnets', 'FitNets', 'trained', 4, { measure: { name: 'fitnets' } }),
      ],
      2,
    ),
  },
  {
    id: 'which-measure-images',
    title: 'Which measure? Images',
    hint: 'The same guide and the same weight by seven measures of similarity. The weight was chosen for CKA.',
    experiment: byTrained(
      image('which-measure-images', asking('Does RSA guide better than CKA?', 'guided-rsa', 'guided'), TEXTURES, WIDE, 250, [
        UNGUIDED,
        { ...guided(4), name: 'CKA' },
        ...byMeasures('trained', 4),
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
