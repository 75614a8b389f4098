/** Terms of a loss that are made of tfjs's operations alone. */
import * as tf from '@tensorflow/tfjs-core';
import { Tape } from '../../autodiff/tape.ts';
import { stream } from '../../random/stream.ts';
import { guideRows } from '../../similarity/alignment.ts';
import { momentsOf } from '../../similarity/moments.ts';
import { BatchView } from '../../similarity/tokenViews.ts';
import { activationRoots } from '../../training/activationTerms.ts';
import { taskGradient } from '../../training/logitTerms.ts';
import { alignByMap } from '../../training/terms.ts';
import type { Case } from './shapeCases.ts';

const random = (name: string, shape: [number, number, number]): tf.Tensor3D =>
  tf.tensor3d(stream(0, 'terms', name).normals(shape[0] * shape[1] * shape[2]), shape);
const members = { first: 1, count: 2 };
const weights = () => tf.tensor2d([[1, 0.5, 2, 4]]);

export const TERM_CASES: Readonly<Record<string, Case>> = {
  'terms at the outputs': (kernels) => {
    const logits = random('logits', [4, 9, 5]);
    const labels = tf.tensor2d(
      Int32Array.from({ length: 36 }, (_, i) => ((i * 7) % 6) - 1),
      [4, 9],
      'int32',
    );
    const { dLogits } = kernels.softmaxCrossEntropy(logits, labels);
    const teacher = { members, logits: random('teacher', [2, 9, 5]), temperature: 2, labels: tf.slice(labels, [1, 0], [2, 9]) };
    const gradient = taskGradient(kernels, logits, labels, dLogits, {
      smoothed: [{ members, smoothing: 0.2 }],
      ceWeights: [1, 0.5, 0.5, 2],
      distil: [
        { ...teacher, weight: 0.7, direction: 'logits' },
        { ...teacher, weight: 0.3, direction: 'reverse', shareRow: 0 },
      ],
      scalars: weights(),
    });
    return { gradient };
  },
  'a map that is trained along': (kernels) => {
    const [image, tokens] = [random('image', [4, 17, 4 * 6 * 5]), random('tokens', [4, 17, 3 * 5])];
    const pooling = { from: [4, 6], to: [2, 3] } as const;
    const view = new BatchView('position', 3, tf.tile(tf.tensor3d([[[0, 1, -1]]], [1, 1, 3], 'int32'), [2, 17, 1]));
    const weight = tf.tensor1d([1, 0.5, 2, 4]);
    const map = random('map', [2, 5, 7]);
    const { rows: guideImage } = guideRows(kernels, random('image guide', [2, 17, 2 * 3 * 7]), undefined, undefined, { from: [2, 3], to: [2, 3] });
    const { rows, shares } = guideRows(kernels, random('token guide', [2, 17, 3 * 7]), view);
    const ofImages = alignByMap(kernels, image, { members, guideRows: guideImage, pooling }, weight, map);
    const ofTokens = alignByMap(kernels, tokens, { members, guideRows: rows, shares, view }, weight, map);
    view.dispose();
    const named = (name: string, of: typeof ofImages) => Object.entries(of).map(([part, value]) => [`${name} ${part}`, value as tf.Tensor] as const);
    return Object.fromEntries([...named('images', ofImages), ...named('tokens', ofTokens)]);
  },
  'terms of activations': (kernels) => {
    // Spread that falls from unit to unit: a spectrum whose directions can be told apart.
    const falling = tf.pow(0.7, tf.range(0, 12, 1, 'float32'));
    const taps = new Map([['tap', new Tape(kernels, true).parameter(tf.mul<tf.Tensor3D>(random('tap', [4, 17, 12]), falling))]]);
    const view = new BatchView('all-tokens', 3, tf.tile(tf.tensor3d([[[0, 1, -1]]], [1, 1, 3], 'int32'), [2, 17, 1]));
    const term = { members, weightRow: 0, pairWeight: 2, targetTap: 'tap' };
    const guide = random('guide', [2, 17, 12]);
    const roots = activationRoots(
      kernels,
      taps,
      {
        moments: [
          { ...term, guide: momentsOf(guide) },
          { ...term, guide: momentsOf(view.take(guide, false), view.real(2)), view },
        ],
        regularise: [
          { ...term, taps: ['tap'], what: 'participation-ratio', dimension: 4 },
          { ...term, taps: ['tap'], what: 'intrinsic-dimension', dimension: 4 },
        ],
      },
      weights(),
    );
    view.dispose();
    return Object.fromEntries(roots.map(([, gradient], i) => [`root ${i}`, gradient]));
  },
};
