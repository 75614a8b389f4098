/** A training set on the device gives the very batches that the task draws, and a guide's cache what its network shows of them. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { Guide } from '../guidance/guide.ts';
import { createTask } from '../tasks/index.ts';
import { Batches } from './batches.ts';
import { inputTensor, labelTensor } from './inputs.ts';
import { type Fed, type Feed, runNow } from '../backend/steps.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const SEEDS = [0, 3];
const images = createTask({ kind: 'textures', size: 8, train: 30, val: 64, seed: 0, noise: 0.15 });
const tokens = createTask({ kind: 'parity', length: 5, minLength: 2, labels: 'prefix', train: 30, val: 64, seed: 0 });
const fresh = createTask({ kind: 'parity', length: 5, minLength: 2, labels: 'prefix', train: 'fresh', val: 64, seed: 0 });
const network: NetworkSpec = { family: 'resnet', stages: [1], width: 4, init: 'he', tap: 'pre' };

const fedWith = (feeds: Record<string, Feed>): Fed =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [
      name,
      feed instanceof tf.Tensor ? feed : tf.tensor(feed.values, [...feed.shape], feed.values instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
const values = (tensor: tf.Tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] });

describe.each([
  ['images', images],
  ['sequences', tokens],
  ['new sequences', fresh],
])('batches of %s', (_, task) => {
  it.each([undefined, 10])('are those that the task draws (largest table %s)', (largestTable) => {
    const batches = new Batches({ task, seeds: SEEDS, batchSize: 7 }, { ...composed, largestTable });
    for (const step of [0, 5]) {
      const drawn = SEEDS.map((seed) => task.batch(seed, step, 7));
      const { feeds } = batches.at(step);
      const onDevice = task.train !== null && largestTable === undefined;
      expect(Object.keys(feeds)).toEqual(onDevice ? ['rows'] : task.train ? ['rows', 'inputs', 'labels'] : ['inputs', 'labels']);
      expect(values(batches.inputs(fedWith(feeds)))).toEqual(values(inputTensor(drawn, task.shape.input)));
      expect(values(batches.labels(fedWith(feeds)))).toEqual(values(labelTensor(drawn)));
      // Those of several arms, one behind the other.
      if (onDevice) expect(values(batches.labels(fedWith(feeds), 4))).toEqual(values(labelTensor([...drawn, ...drawn])));
    }
    batches.dispose();
  });
});

describe('a guide that is cached', () => {
  it.each(['trained', 'untrained'] as const)('%s, shows what it shows live, and computes an example once', (state) => {
    const spec = state === 'trained' ? ({ state, network, training: { seed: 1 } } as never) : { state, network };
    const options = { task: images.shape, train: images.train, seeds: SEEDS, network };
    const [cached, live] = [true, false].map((keep) => {
      const guide = new Guide('g', spec, options, composed);
      guide.require([{ tap: 'stem', view: null }], true, keep);
      return guide;
    });
    const inferred: number[] = [];
    for (const model of cached.models) {
      const infer = model.infer.bind(model);
      model.infer = (inputs) => {
        inferred.push(inputs.shape[1] as number);
        return infer(inputs);
      };
    }
    const before = tf.memory().numTensors;
    const use = { grams: true, logits: true };
    // More than two epochs.
    const batches = new Batches({ task: images, seeds: SEEDS, batchSize: 7 }, composed);
    for (let step = 0; step < 9; step++) {
      const batch = batches.at(step);
      tf.tidy(() => {
        const shown = [cached, live].map((guide) => {
          for (const { feeds, program } of guide.fill(batch, use, batches)) runNow(feeds, program);
          const fed = fedWith({ ...batch.feeds, ...guide.feeds(batch, use) });
          const { grams, logits } = guide.show(fed, { rows: fed.rows, inputs: () => batches.inputs(fed) }, new Map(), use);
          return [...grams.values()].map(({ gram }) => values(gram)).concat(values(logits as tf.Tensor));
        });
        expect(shown[0]).toEqual(shown[1]);
      });
    }
    // 30 examples in chunks of 7: the last chunk is filled up.
    expect(inferred).toEqual(new Array(5 * cached.instances).fill(7));
    cached.dispose();
    live.dispose();
    batches.dispose();
    expect(tf.memory().numTensors).toBeLessThan(before);
  });
});
