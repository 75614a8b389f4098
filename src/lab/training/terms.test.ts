import '@tensorflow/tfjs-backend-cpu';
import { fileURLToPath } from 'node:url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tape } from '../autodiff/tape.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { createWasmKernels } from '../backend/kernels/wasm/index.ts';
import { centredGram } from '../similarity/alignment.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { stream } from '../random/stream.ts';
import { referenceCka } from '../testing/referenceCka.ts';
import { alignmentRoots } from './terms.ts';

const random = (name: string, ...shape: number[]) => tf.tensor3d(stream(1, name).normals(shape.reduce((a, b) => a * b, 1)), shape as [number, number, number]);

/** Member `e`'s similarity of tap and guide `[E, n, F]` at position t of several. */
function similarityOf(tap: tf.Tensor3D, guide: tf.Tensor3D, e: number, debiased: boolean, [t, positions] = [0, 1]): number {
  const [x, y] = [tap, guide].map((side) => {
    const [, n, width] = side.shape;
    return tf.slice(side, [e, 0, (t * width) / positions], [1, n, width / positions]).dataSync();
  });
  return referenceCka(x, y, tap.shape[1], debiased);
}

describe.each(['composed', 'native'])('the alignment loss of %s kernels', (which) => {
  let kernels: Kernels = composed;

  beforeAll(async () => {
    if (which === 'composed') return tf.setBackend('cpu');
    setWasmPaths(fileURLToPath(new URL('../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
    await tf.setBackend('wasm');
    const native = await createWasmKernels({ relaxed: false });
    if (!native) throw new Error('No native kernels.');
    kernels = native.kernels;
  });

  it("is each member's sum over its pairs, weighted; a similarity that is not defined counts as 0", () => {
    const [n, positions] = [9, 3];
    const weights = [0.5, 2, 4, 1];
    const image = random('image', 4, n, 7);
    // The second member's layer is collapsed.
    const dead = tf.mul<tf.Tensor3D>(random('dead', 4, n, 7), tf.tensor3d([1, 0, 1, 1], [4, 1, 1]));
    const tokens = random('tokens', 4, n, positions * 5);
    const [one, two, three] = [random('one', 4, n, 6), random('two', 4, n, 6), random('three', 4, n, positions * 4)];
    const shares = [0.25, 0.5, 0.25, 0, 0.5, 0.5];
    const tape = new Tape(kernels, true);
    const view = new BatchView('position', positions);
    const members = { first: 1, count: 2 };
    const term = { members, weightRow: 0, pairWeight: 1 };
    const gramsOf = (guide: tf.Tensor3D) => centredGram(kernels, tf.slice(guide, [1, 0, 0], [2, n, guide.shape[2]]));
    const { roots, loss } = alignmentRoots(
      kernels,
      new Map(Object.entries({ image, dead, tokens }).map(([name, tap]) => [name, tape.parameter(tap)])),
      [
        { ...term, targetTap: 'image', guideGram: gramsOf(one), measure: { name: 'cka-debiased' } },
        { ...term, targetTap: 'dead', guideGram: gramsOf(two), measure: { name: 'cka' } },
        {
          ...term,
          targetTap: 'tokens',
          guideGram: centredGram(kernels, view.take(tf.slice(three, [1, 0, 0], [2, n, positions * 4]))),
          measure: { name: 'cka' },
          view,
          shares: tf.tensor1d(shares),
        },
      ],
      tf.tensor2d([weights]),
    );
    expect(roots).toHaveLength(3);
    const values = loss.dataSync();
    expect([values[0], values[3]]).toEqual([0, 0]);
    for (const e of [1, 2]) {
      const perPosition = [0, 1, 2].map((t) => shares[(e - 1) * positions + t] * similarityOf(tokens, three, e, false, [t, positions]));
      const similarity =
        similarityOf(image, one, e, true) + (e === 1 ? 0 : similarityOf(dead, two, e, false)) + perPosition.reduce((sum, value) => sum + value, 0);
      expect(values[e]).toBeCloseTo(weights[e] * (3 - similarity), 5);
    }
  });
});
