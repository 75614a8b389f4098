/** Weights at the start that are copied from another network, with noise on them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Stream } from '../random/stream.ts';
import type { Weights } from './weights.ts';

/** What one member begins with instead of its own draws. */
export interface Copied {
  /** By the names under which the member's tensors are saved (`Weights.named`), `[1, …shape]`. They stay their owner's. */
  tensors: ReadonlyMap<string, tf.Tensor>;
  /** Standard deviation in relation to that of each tensor's values. */
  noise: number;
}

/** A new tensor, also without noise: what steps change in place must not be the guide's. Running statistics stay as they are. */
function noisy(source: tf.Tensor, noise: number, random: Stream): tf.Tensor {
  if (noise === 0) return tf.add(source, 0);
  const spread = tf.mul(tf.sqrt(tf.moments(source).variance), noise);
  return tf.add(source, tf.mul(tf.tensor(random.normals(source.size), source.shape), spread));
}

/** @param streamOf of the noise on one member's tensor */
export function copyInto(weights: Weights, copied: readonly (Copied | undefined)[], streamOf: (member: number, tensor: string) => Stream): void {
  for (const [name, old] of weights.named()) {
    if (!copied.some((own) => own?.tensors.has(name))) continue;
    const stacked = tf.tidy(() =>
      tf.concat(
        copied.map((own, member) => {
          const source = own?.tensors.get(name);
          if (!own || !source) return tf.slice(old, member, 1);
          return noisy(source, name.startsWith('parameter/') ? own.noise : 0, streamOf(member, name));
        }),
      ),
    );
    weights.replace(name, stacked);
  }
}
