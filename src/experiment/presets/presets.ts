/** Ready experiments. Each asks one question; settings were measured to work (docs/results.md has our numbers). */
import { asking, type Preset } from './preset.ts';
import { LANGUAGE_PRESETS } from './languagePresets.ts';
import type { BaseSettings, ConvNetSpec, Experiment, TaskSpec } from '../schema/schema.ts';
import { DISTILLED, fcn, guided, guidedUntrained, image, SHAPES, TEXTURES, UNGUIDED } from './imageSettings.ts';
import { METHOD_ON_IMAGES } from './methodOnImages.ts';
import { METHOD_ON_RECALL } from './methodOnRecall.ts';
import { SEQUENCE_PRESETS } from './sequencePresets.ts';

/** Needs files: the person's own copy, bound to the experiment when it is dropped. */
const CIFAR: TaskSpec = {
  kind: 'image-files',
  data: { name: 'CIFAR-10' },
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  size: 16,
  grey: false,
  train: 3000,
  val: 800,
  seed: 0,
};

/** 25 convolutions at 8×8 and 4×4 pixels: half the paper's depth, at a cost that a class can wait for. */
const CONVNET_26: ConvNetSpec = { family: 'convnet', stages: [13, 12], width: 12, stride: 2, norm: 'batch', init: 'he', tap: 'pre' };

/** Of the learning rates 3e-3, 1e-2, 2e-2 and 3e-2 the best for the unguided arm; the schedule steadies its end. */
function deepConvNet(): Experiment {
  const experiment = image(
    'deep-convnet',
    asking('Can a ResNet stand in for the skips that a deep ConvNet lacks?', 'guided', 'unguided'),
    SHAPES,
    CONVNET_26,
    400,
    [UNGUIDED, guided(0.1), guidedUntrained(0.1), DISTILLED],
  );
  const base: BaseSettings = {
    ...experiment.base,
    learningRate: 1e-2,
    schedule: { kind: 'tail', warmup: 20, decay: 0.5 },
    batchSize: 64,
    evaluateEvery: 25,
  };
  return { ...experiment, base };
}

const IMAGE_PRESETS: readonly Preset[] = [
  {
    id: 'wide-fcn',
    title: 'Wide FCN ← ResNet',
    hint: 'A wide fully connected network memorises textures; aligned to a trained ResNet it memorises as much and still generalises better. It is above distillation, too, at one setting of that.',
    experiment: image(
      'wide-fcn',
      asking('Can a trained ResNet make a network that memorises generalise?', 'guided', 'unguided'),
      TEXTURES,
      fcn(3, 384),
      250,
      [UNGUIDED, guided(4), guidedUntrained(4), DISTILLED],
      2,
    ),
  },
  {
    id: 'deep-fcn',
    title: 'Deep FCN ← ResNet',
    hint: 'Eight layers overfit; a trained guide helps, with an untrained one they end lower than alone.',
    experiment: image(
      'deep-fcn',
      asking('Can guidance train a deep network that overfits?', 'guided', 'unguided'),
      TEXTURES,
      fcn(8, 256),
      300,
      [UNGUIDED, guided(4), guidedUntrained(1), DISTILLED],
      2,
    ),
  },
  {
    id: 'shapes',
    title: 'Shapes: guidance or distillation?',
    hint: 'With a trained teacher the two are close: what few seeds call noise, more may tell apart.',
    experiment: image(
      'shapes',
      asking('When the teacher is good, is guidance any better than distillation?', 'guided', 'distilled'),
      SHAPES,
      fcn(3, 384),
      300,
      [UNGUIDED, guided(4), guidedUntrained(0.3), DISTILLED],
    ),
  },
  {
    id: 'scale-trap',
    title: 'The scale trap',
    hint: 'CKA ignores scale: without normalisation a deep FCN comes to look like its guide and stays at chance. He weights heal it; so does batch norm.',
    experiment: image(
      'scale-trap',
      asking('Can a network look like its guide and know nothing?', 'guided', 'unguided'),
      SHAPES,
      { ...fcn(12, 128), norm: 'none', dropout: 0 },
      300,
      [
        UNGUIDED,
        guided(1),
        guidedUntrained(1),
        { ...UNGUIDED, id: 'unguided-he', name: 'Unguided, He weights', init: 'he' },
        { ...guided(1), id: 'guided-he', name: 'Guided, He weights', init: 'he' },
      ],
    ),
  },
  {
    id: 'deep-convnet',
    title: 'Deep ConvNet ← ResNet',
    hint: 'Twenty-five convolutions without skips. What a trained ResNet adds is within noise: the paper’s gain is neither shown nor excluded. With an untrained one it ends lower.',
    experiment: deepConvNet(),
  },
  {
    id: 'cifar',
    title: 'CIFAR-10: FCN ← ResNet',
    hint: 'Real photographs, from your own copy of the files. A trained guide gains a little, which few seeds call noise; distillation gains more. An untrained guide makes no difference beyond noise.',
    experiment: image(
      'cifar',
      asking('Does guidance help a fully connected network on real photographs?', 'guided', 'unguided'),
      CIFAR,
      fcn(3, 384),
      250,
      [UNGUIDED, guided(4), guidedUntrained(1), DISTILLED],
      2,
    ),
  },
];

/** As they are offered: by what their networks read, and those that take the method apart. */
export const PRESET_GROUPS: readonly { name: string; presets: readonly Preset[] }[] = [
  { name: 'Sequences', presets: SEQUENCE_PRESETS },
  { name: 'Language', presets: LANGUAGE_PRESETS },
  { name: 'Images', presets: IMAGE_PRESETS },
  { name: 'The method on images', presets: METHOD_ON_IMAGES },
  { name: 'The method on recall', presets: METHOD_ON_RECALL },
];

/** The page opens with the first. */
export const PRESETS: readonly Preset[] = PRESET_GROUPS.flatMap(({ presets }) => presets);

/** A large effect, with a guide that was never trained, in seconds. */
export const DEFAULT_PRESET = 'first-token';

/** @returns the preset of that id, or undefined */
export const findPreset = (id: string): Preset | undefined => PRESETS.find((preset) => preset.id === id);
