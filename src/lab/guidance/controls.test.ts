/** Controls show exactly what they say, on activations small enough to check. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GuideSpec, NetworkSpec, TokenView } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { uCentre } from '../backend/kernels/composed/similarity.ts';
import { withOrthogonalWeights } from '../networks/orthogonal.ts';
import { buildNetwork } from '../networks/index.ts';
import { stream } from '../random/stream.ts';
import { cka, similarityFrom } from '../similarity/cka.ts';
import { createTask, type Split, type Task } from '../tasks/index.ts';
import { inputTensor } from '../steps/inputs.ts';
import { guideGram } from '../similarity/alignment.ts';
import { directActivations, type NoiseKind, noiseLike, permuteWithin } from './controls.ts';
import { Guide, gramKey } from './guide.ts';
import { BatchView } from '../similarity/tokenViews.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const images = createTask({ kind: 'textures', size: 8, train: 64, val: 64, seed: 0, noise: 0.15 });
const bits = createTask({ kind: 'parity', length: 5, minLength: 2, labels: 'prefix', train: 'fresh', val: 64, seed: 0 });
const symbols = createTask({ kind: 'first-token', length: 6, vocabulary: 3, train: 'fresh', val: 64, seed: 0 });
const network: NetworkSpec = { family: 'resnet', stages: [1], width: 4, init: 'he', tap: 'pre' };
const reader: NetworkSpec = { family: 'rnn', cell: 'tanh', layers: 1, width: 6, init: 'default', chained: false };
const deep: NetworkSpec = { family: 'fcn', depth: 2, width: 7, norm: 'batch', dropout: 0, init: 'default', tap: 'pre' };

describe('the identity', () => {
  it('makes every example unlike every other, in every view', () => {
    const batch = symbols.batch(0, 0, 8);
    for (const kind of ['position', 'flattened', 'all-tokens', 'last-token'] as const) {
      const activations = directActivations('identity-gram', batch, symbols.shape, kind === 'all-tokens');
      const { gram } = guideGram(composed, activations, new BatchView(kind, 6));
      const n = gram.shape[1];
      expect(gram.shape).toEqual(kind === 'position' ? [6, 8, 8] : kind === 'all-tokens' ? [1, 48, 48] : [1, 8, 8]);
      // Centred, of trace 1: 1/n on the diagonal, −1/(n(n−1)) elsewhere.
      const wanted = tf.sub(tf.mul(tf.eye(n), 1 / n + 1 / (n * (n - 1))), 1 / (n * (n - 1)));
      expect(tf.max(tf.abs(tf.sub(gram, wanted))).dataSync()[0], kind).toBeLessThan(1e-6);
    }
  });

  it('has CKA tr K/(‖K‖√(n−1)), which is the chance level', async () => {
    const n = 12;
    const identity = tf.squeeze(directActivations('identity-gram', { ...images.val, examples: n }, images.shape, false), [0]) as tf.Tensor2D;
    // Isotropic features: all of it. One feature: one direction of n − 1.
    expect((await cka(composed, tf.eye(n), identity)).cka).toBeCloseTo(1, 5);
    const line = await cka(composed, tf.tensor2d(Array.from({ length: n }, (_, i) => [i * i])), identity);
    expect(line.cka).toBeCloseTo(1 / Math.sqrt(n - 1), 5);
    const some = await cka(composed, tf.tensor2d(stream(1, 'x').normals(n * 5), [n, 5]), identity);
    expect(some.cka).toBeCloseTo(some.chance, 5);
    // Of the identity itself debiasing leaves nothing.
    expect(some.debiased).toBeNaN();
  });

  it('leaves padding out', () => {
    const batch = bits.batch(0, 0, 16);
    const tokens = tf.tensor3d(Int32Array.from(batch.inputs), [1, 16, 5], 'int32');
    const { gram } = guideGram(composed, directActivations('identity-gram', batch, bits.shape, false), new BatchView('position', 5, tokens));
    const values = gram.arraySync() as number[][][];
    for (let t = 0; t < 5; t++) {
      const present = Array.from({ length: 16 }, (_, b) => batch.inputs[b * 5 + t] >= 0);
      const n = present.filter(Boolean).length;
      values[t].forEach((row, b) => {
        expect(row[b]).toBeCloseTo(present[b] && n > 1 ? 1 / n : 0, 5);
      });
    }
  });
});

it('the running mean, by hand; of images the pixels', () => {
  const batch = { examples: 2, inputs: Int32Array.from([0, 1, 1, 2, 0, -1]), labels: new Int32Array(2) };
  const shape = { ...symbols.shape, input: [3] as [number], tokens: { vocabulary: 3, padded: true, outputs: 1 } };
  const third = Math.fround(1 / 3);
  expect(directActivations('running-mean', batch, shape, false).arraySync()).toEqual([
    [
      [1, 0, 0, 0.5, 0.5, 0, third, Math.fround(2 / 3), 0],
      [0, 0, 1, 0.5, 0, 0.5, third, 0, third],
    ],
  ]);
  const pixels = images.batch(0, 0, 4);
  expect([...directActivations('running-mean', pixels, images.shape, false).dataSync()]).toEqual([...pixels.inputs]);
});

describe('noise', () => {
  const draw = (kind: NoiseKind, batch = images.val, name = 'a') => noiseLike(batch, images.shape, kind, stream(0, name)).inputs;

  it('has nothing of the data, and is the same for the same seed', () => {
    const other = { ...images.val, inputs: images.val.inputs.map((x) => -x) as Float32Array<ArrayBuffer> };
    for (const kind of ['noise', 'white-noise', 'pink-noise'] as const) {
      expect(draw(kind)).toEqual(draw(kind, other));
      expect(draw(kind)).not.toEqual(draw(kind, images.val, 'b'));
    }
  });

  it('is white, or smooth', () => {
    const neighbours = (values: ArrayLike<number>) => {
      let [product, square] = [0, 0];
      // Pixels side by side in a row of 8, of one channel.
      for (let i = 0; i < values.length - 3; i++) {
        if (Math.floor(i / 3) % 8 === 7) continue;
        product += values[i] * values[i + 3];
        square += values[i] ** 2;
      }
      return product / square;
    };
    const white = draw('white-noise');
    expect(neighbours(white)).toBeCloseTo(0, 1);
    expect(Math.hypot(...white) / Math.sqrt(white.length)).toBeCloseTo(1, 1);
    expect(neighbours(draw('noise'))).toBeGreaterThan(0.7);
  });

  it('is pink: every octave has as much of it', () => {
    const size = 32;
    const count = 64;
    const shape = { ...images.shape, input: [size, size, 1] as [number, number, number] };
    const blank = { examples: count, inputs: new Float32Array(count * size * size), labels: new Uint8Array(count) };
    const { inputs } = noiseLike(blank, shape as typeof images.shape, 'pink-noise', stream(0, 'pink'));
    expect(Math.hypot(...inputs) / Math.sqrt(inputs.length)).toBeCloseTo(1, 1);
    /** Power of the frequencies (along rows, mean over columns) of an octave, per frequency. */
    const power = (frequencies: number[]) => {
      let sum = 0;
      for (const k of frequencies) {
        for (let row = 0; row < count * size; row++) {
          let [re, im] = [0, 0];
          for (let x = 0; x < size; x++) {
            re += inputs[row * size + x] * Math.cos((2 * Math.PI * k * x) / size);
            im += inputs[row * size + x] * Math.sin((2 * Math.PI * k * x) / size);
          }
          sum += re ** 2 + im ** 2;
        }
      }
      return sum / frequencies.length;
    };
    // Power along a line falls as 1/f: half as much per frequency an octave on, white noise has the same.
    const octaves = [
      [2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11, 12, 13, 14, 15],
    ].map(power);
    for (let i = 1; i < octaves.length; i++) {
      expect(octaves[i - 1] / octaves[i]).toBeGreaterThan(1.4);
      expect(octaves[i - 1] / octaves[i]).toBeLessThan(3.2);
    }
  });

  it('of sequences is random tokens of the same lengths', () => {
    const batch = bits.batch(0, 0, 64);
    const { inputs } = noiseLike(batch, bits.shape, 'noise', stream(0, 'tokens'));
    expect([...inputs].map((token) => token < 0)).toEqual([...batch.inputs].map((token) => token < 0));
    const real = [...inputs].filter((token) => token >= 0);
    expect(new Set(real)).toEqual(new Set([0, 1]));
    expect(real.reduce((a, b) => a + b, 0) / real.length).toBeCloseTo(0.5, 1);
  });
});

/** What a guide shows of some batches, without a cache. */
function shownBy(guide: Guide, { shape }: Task, batches: readonly Split[], step: number, views = new Map<TokenView, BatchView>()) {
  const use = { grams: true, logits: false };
  const feeds = guide.feeds({ step, batchSize: batches[0].examples, feeds: {}, rows: null, drawn: () => batches }, use);
  const fed = Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [name, feed instanceof tf.Tensor ? feed : tf.tensor(feed.values, [...feed.shape])]),
  );
  return guide.show(fed, { rows: undefined, inputs: () => inputTensor(batches, shape.input) }, views, use).grams;
}

describe('a shuffled guide', () => {
  const SEEDS = [3, 4];
  const made = (spec: Partial<GuideSpec>, seeds = SEEDS) =>
    new Guide('g', { state: 'untrained', network, ...spec } as GuideSpec, { task: images.shape, train: images.train, seeds, network }, composed);
  const grams = (guide: Guide, batches: readonly Split[], step: number, names = ['stem', 'pool']) => {
    const taps = names.map((tap) => ({ tap, view: null }));
    guide.require(taps, false, false);
    const shown = shownBy(guide, images, batches, step);
    return Object.fromEntries(taps.map((needed) => [needed.tap, shown.get(gramKey(needed))?.gram as tf.Tensor3D]));
  };
  const batches = SEEDS.map((seed) => images.batch(seed, 0, 16));

  it('moves examples and nothing else, anew for every layer, seed and step', () => {
    const plain = grams(made({}), batches, 0);
    const shuffled = made({ control: 'shuffled' });
    const [first, again, second] = [grams(shuffled, batches, 0), grams(made({ control: 'shuffled' }), batches, 0), grams(shuffled, batches, 1)];
    const orderOf = (gram: tf.Tensor3D, of: tf.Tensor3D, s: number): number[] => {
      const [diagonal, own] = [gram, of].map((g) => (g.arraySync() as number[][][])[s].map((row, i) => row[i]));
      return diagonal.map((value) => own.findIndex((x) => Math.abs(x - value) < 1e-9));
    };
    const orders = [first.stem, first.pool, second.stem].flatMap((gram, i) => SEEDS.map((_, s) => orderOf(gram, i === 1 ? plain.pool : plain.stem, s).join()));
    expect(new Set(orders).size).toBe(orders.length);
    for (const order of orders)
      expect(
        order
          .split(',')
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(first.stem.arraySync()).toEqual(again.stem.arraySync());
    const norm = (gram: tf.Tensor3D) => tf.norm(gram).dataSync()[0];
    expect(norm(first.stem)).toBeCloseTo(norm(plain.stem), 6);
  });

  it('has debiased CKA 0 and biased CKA at its chance level with the guide, on average', () => {
    const guide = made({ control: 'shuffled' }, [3]);
    const plain = grams(made({}), batches, 0);
    let [debiased, biased, chance] = [0, 0, 0];
    const steps = 60;
    const own = gramNumbers(plain.pool, plain.pool);
    for (let step = 0; step < steps; step++) {
      const { pool } = grams(guide, batches.slice(0, 1), step, ['pool']);
      const similarity = similarityFrom(gramNumbers(plain.pool, pool), own, gramNumbers(pool, pool), 16);
      debiased += similarity.debiased / steps;
      biased += similarity.cka / steps;
      chance += similarity.chance / steps;
    }
    expect(Math.abs(debiased)).toBeLessThan(0.06);
    expect(Math.abs(biased - chance)).toBeLessThan(0.03);
    // Against itself, in its own order, it would be 1.
    expect(similarityFrom(own, own, own, 16).debiased).toBeCloseTo(1, 5);
  });

  it('leaves padding where it is', () => {
    expect([...permuteWithin(Uint32Array.from([4, 1, 3, 0, 2]), (place) => place !== 1)]).toEqual([4, 1, 3, 0, 2]);
    expect([...permuteWithin(Uint32Array.from([4, 1, 3, 0, 2]), (place) => place !== 4)]).toEqual([1, 3, 0, 2, 4]);
  });

  it.each(['position', 'all-tokens', 'last-token', 'flattened'] as TokenView[])('keeps what padded sequences have in all, %s', (kind) => {
    const drawn = [bits.batch(3, 0, 16)];
    const tokens = tf.tensor3d(Int32Array.from(drawn[0].inputs), [1, 16, 5], 'int32');
    const view = new BatchView(kind, 5, tokens);
    const of = (spec: Partial<GuideSpec>) => {
      const guide = new Guide(
        'g',
        { state: 'untrained', network: reader, ...spec } as GuideSpec,
        { task: bits.shape, train: null, seeds: [3], network: reader },
        composed,
      );
      guide.require([{ tap: 'layer1', view: kind }], false, false);
      return shownBy(guide, bits, drawn, 0, new Map([[kind, view]])).get(gramKey({ tap: 'layer1', view: kind }))?.gram as tf.Tensor3D;
    };
    const [plain, shuffled] = [of({}), of({ control: 'shuffled' })];
    expect(shuffled.arraySync()).not.toEqual(plain.arraySync());
    const present = (gram: tf.Tensor3D) => (gram.arraySync() as number[][][]).map((matrix) => matrix.map((row, i) => row[i] !== 0));
    expect(present(shuffled)).toEqual(present(plain));
    const norms = (gram: tf.Tensor3D) => tf.norm(gram, 'euclidean', [1, 2]).arraySync() as number[];
    norms(shuffled).forEach((norm, i) => {
      expect(norm).toBeCloseTo(norms(plain)[i], 5);
    });
  });
});

/** ⟨K,L⟩ and the like of the first seed. */
function gramNumbers(k: tf.Tensor3D, l: tf.Tensor3D) {
  const [a, b] = [k, l].map((gram) => (gram.arraySync() as number[][][])[0]);
  const trace = (matrix: number[][]) => matrix.reduce((sum, row, i) => sum + row[i], 0);
  return {
    dot: a.reduce((sum, row, i) => sum + row.reduce((s, value, j) => s + value * b[i][j], 0), 0),
    uCentred: tf.tidy(() => tf.sum(tf.slice(tf.mul(uCentre(k), uCentre(l)), 0, 1)).arraySync() as number),
    traceK: trace(a),
    traceL: trace(b),
  };
}

it.each([network, reader, deep])('orthogonal weights of $family: equal singular values, the usual size, the rest as it was', (spec) => {
  const usual = buildNetwork(spec, spec.family === 'rnn' ? symbols.shape : images.shape);
  const orthogonal = withOrthogonalWeights(usual);
  let matrices = 0;
  orthogonal.parameters.forEach(({ name, shape, init }, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = init(stream(5, name), count);
    const own = usual.parameters[i].init(stream(5, name), count);
    if (shape.length === 1) return expect(values).toEqual(own);
    matrices++;
    const columns = shape.at(-1) as number;
    const matrix = tf.tensor2d(values, [count / columns, columns]);
    const wide = count / columns < columns;
    const gram = tf.matMul(matrix, matrix, !wide, wide);
    const scale = Math.hypot(...own) ** 2 / Math.min(columns, count / columns);
    expect(tf.max(tf.abs(tf.sub(gram, tf.mul(tf.eye(gram.shape[0]), scale)))).dataSync()[0] / scale, name).toBeLessThan(1e-5);
  });
  expect(matrices).toBeGreaterThan(1);
});
