/** The presets as plain tfjs loops: unguided, guided and distilled, one seed. What they share is made once a step. */
import * as tf from '@tensorflow/tfjs-core';
import { convnet, fcn, type PlainBatch, PlainMember, type PlainNetwork, type PlainTerm, rnn, transformer } from './plain.ts';

interface Workload {
  network(): PlainNetwork;
  batch(): PlainBatch;
  temperature: number;
  clipNorm: number | null;
}

const CLASSES = 8;
const TERMS: PlainTerm[] = ['unguided', 'guided', 'distilled'];

/** Training set and the guide's activations lie on the device; a step gathers its rows of both. */
function images(examples: number, batch: number, guideFeatures: readonly number[]): () => PlainBatch {
  const x = tf.randomNormal([examples, 16, 16, 3]);
  const guide = guideFeatures.map((features) => tf.randomNormal([examples, features]));
  const teacher = tf.randomNormal([examples, CLASSES]);
  return () => {
    const rows = tf.tensor1d(Int32Array.from({ length: batch }, () => Math.floor(Math.random() * examples)), 'int32');
    const labels = tf.tensor1d(Int32Array.from({ length: batch }, (_, i) => i % CLASSES), 'int32');
    return {
      x: tf.gather(x, rows), labels: tf.cast(tf.oneHot(labels, CLASSES), 'float32') as tf.Tensor2D,
      guide: guide.map((activations) => tf.gather(activations, rows)), teacher: tf.gather(teacher, rows) as tf.Tensor2D,
    };
  };
}

const WORKLOADS: Record<string, (small: boolean) => Workload> = {
  'wide-fcn': (small) => ({
    network: () => fcn(768, 3, small ? 96 : 384, CLASSES, 0.1), batch: images(small ? 256 : 3000, 128, [4096, 2048, 64]), temperature: 4, clipNorm: null,
  }),
  'deep-convnet': (small) => ({
    network: () => convnet(3, Array.from({ length: 25 }, (_, i) => ({ outputs: i < 13 ? 12 : 24, stride: i === 0 || i === 13 ? 2 : 1 })), CLASSES),
    batch: images(small ? 256 : 3000, small ? 16 : 64, [4096, 4096, 4096, 2048, 2048, 1024, 1024]), temperature: 4, clipNorm: null,
  }),
  'first-token': () => {
    const guide = transformer(5, 24, 2, 32, 4, 64, 4);
    return {
      network: () => rnn(5, 2, 64, 4), temperature: 4, clipNorm: 1,
      batch() {
        const x = tf.tensor2d(Int32Array.from({ length: 64 * 24 }, () => Math.floor(Math.random() * 5)), [64, 24], 'int32');
        const taps: tf.Tensor[] = [];
        const teacher = guide.forward(x, taps);
        const labels = tf.tensor1d(Int32Array.from({ length: 64 }, (_, i) => i % 4), 'int32');
        return { x, labels: tf.cast(tf.oneHot(labels, 4), 'float32') as tf.Tensor2D, guide: taps, teacher };
      },
    };
  },
};

/** @param small the same operations at sizes that a device without much memory bears */
export function plain(preset: string, small = false): { step(): Promise<void>; read(): Promise<void>; dispose(): void } {
  const { network, batch, temperature, clipNorm } = WORKLOADS[preset](small);
  const members = TERMS.map((term) => new PlainMember(network(), term, clipNorm));
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
        for (const member of members) losses.push(tf.keep(member.step(shared, temperature)));
      });
      // Not more often: every read waits for the GPU.
      if (losses.length >= 30) await read();
    },
    read,
    dispose: () => tf.disposeVariables(),
  };
}
