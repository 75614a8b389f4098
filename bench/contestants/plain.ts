/** An experiment as a plain tfjs loop: unguided, guided and distilled, one seed. What they share is made once a step. */
import * as tf from '@tensorflow/tfjs-core';
import { taskShape } from '../../src/experiment/networks/describe.ts';
import { describeGuide } from '../../src/experiment/plan/guides.ts';
import { alignedPairs } from '../../src/experiment/plan/arms.ts';
import type { Experiment, NetworkSpec, TransformerSpec } from '../../src/experiment/schema/schema.ts';
import type { Stepping } from './entry.ts';
import { convnet, fcn, type PlainBatch, PlainMember, type PlainNetwork, type PlainTerm, rnn, type Taps, transformer } from './plainNetworks.ts';

const TERMS: PlainTerm[] = ['unguided', 'guided', 'distilled'];
const TEMPERATURE = 4;
/** Losses are read together: every read waits for a GPU. */
const LOSSES_A_READ = 30;

function network(spec: NetworkSpec, { input, classes, tokens }: ReturnType<typeof taskShape>): PlainNetwork {
  const inputs = input.reduce((a, b) => a * b, 1);
  if (spec.family === 'fcn') return fcn(inputs, spec.depth, spec.width, classes, spec.dropout);
  if (spec.family === 'rnn') return rnn(tokens?.vocabulary ?? 0, spec.layers, spec.width, classes);
  if (spec.family !== 'convnet') throw new Error(`no plain ${spec.family}`);
  const layers = spec.stages.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => ({
      outputs: spec.width * 2 ** stage,
      stride: i > 0 ? 1 : stage > 0 ? 2 : spec.stride,
    })),
  );
  const [, , channels = 1] = input;
  return convnet(channels, layers, classes);
}

const drawn = (count: number, below: number) => Int32Array.from({ length: count }, () => Math.floor(Math.random() * below));
const oneHot = (labels: Int32Array, classes: number) => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D;

/** Training set and the guide's activations (given for nothing) lie on the device; a step gathers its rows of both. */
function images(experiment: Experiment): () => PlainBatch {
  const { input, classes, trainExamples } = taskShape(experiment.task);
  const { batchSize } = experiment.base;
  const pairs = experiment.arms.flatMap((arm) => alignedPairs(experiment, arm));
  const { taps } = describeGuide(experiment, pairs[0].guide);
  const x = tf.randomNormal([trainExamples, ...input]);
  const activations = pairs.map(
    ({ guideTap, targetTap }) => [targetTap, tf.randomNormal([trainExamples, taps.find(({ name }) => name === guideTap)?.features ?? 0])] as const,
  );
  const teacher = tf.randomNormal([trainExamples, classes]);
  return () => {
    const rows = tf.tensor1d(drawn(batchSize, trainExamples), 'int32');
    return {
      x: tf.gather(x, rows),
      labels: oneHot(drawn(batchSize, classes), classes),
      guide: new Map(activations.map(([tap, values]) => [tap, tf.gather(values, rows)])),
      teacher: tf.gather(teacher, rows) as tf.Tensor2D,
    };
  };
}

/** New sequences every step, so the guide runs every step. */
function sequences(experiment: Experiment): () => PlainBatch {
  const {
    input: [length],
    classes,
    tokens,
  } = taskShape(experiment.task);
  const { batchSize } = experiment.base;
  const vocabulary = tokens?.vocabulary ?? 0;
  const pairs = experiment.arms.flatMap((arm) => alignedPairs(experiment, arm));
  const { layers, width, heads, ffn } = (experiment.guides[pairs[0].guide] as { network: TransformerSpec }).network;
  const guide = transformer(vocabulary, length, layers, width, heads, ffn, classes);
  return () => {
    const x = tf.tensor2d(drawn(batchSize * length, vocabulary), [batchSize, length], 'int32');
    const taps: Taps = new Map();
    const teacher = guide.forward(x, taps);
    return {
      x,
      labels: oneHot(drawn(batchSize, classes), classes),
      teacher,
      guide: new Map(pairs.map(({ guideTap, targetTap }) => [targetTap, taps.get(guideTap) as tf.Tensor])),
    };
  };
}

export function plain(experiment: Experiment): Stepping {
  const shape = taskShape(experiment.task);
  const members = TERMS.map((term) => new PlainMember(network(experiment.target, shape), term, experiment.base.clipNorm ?? null));
  const batch = shape.tokens ? sequences(experiment) : images(experiment);
  let losses: tf.Tensor[] = [];
  const read = async () => {
    if (losses.length === 0) return;
    const all = tf.stack(losses);
    tf.dispose(losses);
    losses = [];
    await all.data();
    all.dispose();
  };
  return {
    async step() {
      tf.tidy(() => {
        const shared = batch();
        for (const member of members) losses.push(tf.keep(member.step(shared, TEMPERATURE)));
      });
      if (losses.length >= LOSSES_A_READ) await read();
    },
    read,
  };
}
