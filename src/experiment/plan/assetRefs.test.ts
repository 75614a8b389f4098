import { expect, it } from 'vitest';
import { missingAssets, namedAssets, withChosen, withImages } from './assetRefs.ts';
import type { AssetInfo, ImageFacts } from '../schema/assets.ts';
import { parseExperiment } from '../parse.ts';
import type { Experiment, FileImagesSpec, TrainedGuideSpec } from '../schema/schema.ts';
import { presetExperiment } from '../testing.ts';

const asset = (hash: string, facts: Partial<ImageFacts> = {}): AssetInfo<ImageFacts> => ({
  hash: hash.repeat(64),
  name: 'Pets',
  bytes: 1,
  added: 0,
  notes: [],
  facts: { kind: 'images', height: 32, width: 32, channels: 3, classes: ['cat', 'dog'], train: 5000, val: 900, ...facts },
});

const cifar = presetExperiment('cifar');
/** The preset with a guide that was trained on images of its own. */
const transfer: Experiment = {
  ...cifar,
  guides: {
    ...cifar.guides,
    trained: { ...cifar.guides.trained, training: { ...(cifar.guides.trained as TrainedGuideSpec).training, task: cifar.task } } as TrainedGuideSpec,
  },
};

it('names the files of the task and of tasks that guides are trained on', () => {
  expect(namedAssets(presetExperiment('shapes'))).toEqual([]);
  expect(namedAssets(cifar)).toEqual([{ ref: { name: 'CIFAR-10' }, kind: 'images' }]);
  expect(namedAssets(transfer)).toHaveLength(2);
});

it('fills every place that is still free, and none that is not', () => {
  const filled = withChosen(transfer, asset('a'));
  expect(filled.task).toMatchObject({ data: { hash: 'a'.repeat(64), name: 'Pets' }, classNames: ['cat', 'dog'], train: 3000, val: 800 });
  expect(missingAssets(filled, [])).toHaveLength(2);
  expect(missingAssets(filled, [asset('a')])).toEqual([]);
  expect(parseExperiment(filled)).toMatchObject({ ok: true });
  expect(withChosen(filled, asset('b'))).toBe(filled);
  expect(withChosen(presetExperiment('shapes'), asset('a'))).toBe(presetExperiment('shapes'));
});

it('takes as many images as there are, in the channels that there are', () => {
  expect(withImages(cifar.task as FileImagesSpec, asset('a', { channels: 1, train: 100, val: 20 }))).toMatchObject({ grey: true, train: 100, val: 20 });
});
