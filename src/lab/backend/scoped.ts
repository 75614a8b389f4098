import * as tf from '@tensorflow/tfjs-core';

/** `tf.tidy` for results that are not plain tensor containers: what should live on must be kept by `work` itself. */
export function scoped<T>(work: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(work());
  });
  return results[0];
}
