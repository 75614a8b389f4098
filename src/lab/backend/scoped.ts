import * as tf from '@tensorflow/tfjs-core';

/**
 * `tf.tidy` around work that returns something else than tensors (maps, say). tfjs does not look into such results, so
 * `work` must call `tf.keep` on every tensor that is to outlive the scope.
 */
export function scoped<T>(work: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(work());
  });
  return results[0];
}
