import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenView } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { Guide } from '../guidance/guide.ts';
import { Model } from '../networks/model.ts';
import { cka } from '../similarity/cka.ts';
import { createTask } from '../tasks/index.ts';
import { inputTensor } from '../steps/inputs.ts';
import { Evaluator } from './evaluation.ts';
import { GuideProbe, sheetsOf } from './probe.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('which tokens are compared', () => {
  // Five sequences of three tokens; the last has two.
  const tokens = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1];
  const sheets = (view: TokenView) => sheetsOf(tokens, 3, view).map((sheet) => sheet && [...sheet]);

  it('by hand', () => {
    expect(sheets('flattened')).toEqual([null]);
    expect(sheets('position')).toEqual([
      [0, 3, 6, 9, 12],
      [1, 4, 7, 10, 13],
      [2, 5, 8, 11],
    ]);
    expect(sheets('last-token')).toEqual([[2, 5, 8, 11, 13]]);
    expect(sheets('all-tokens')).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]]);
  });
});

describe('similarities on the probe', () => {
  const task = createTask({ kind: 'parity', length: 5, minLength: 2, labels: 'prefix', train: 'fresh', val: 64, seed: 0 });
  const network = { family: 'rnn', cell: 'tanh', layers: 1, width: 6, init: 'default', chained: false } as const;
  const guideNetwork = { ...network, layers: 2, width: 5 };
  const guide = new Guide(
    'g',
    { state: 'untrained', network: guideNetwork },
    { task: task.shape, train: task.train, seeds: [0, 1], network: guideNetwork },
    composed,
  );
  const target = new Model({ network, task: task.shape, seeds: [0, 1], streamName: 'init' }, composed);
  const states = (model: Model, tap: string, member: number): number[][][] =>
    tf.tidy(() => {
      const { taps } = model.infer(inputTensor([task.val], task.shape.input));
      const x = taps.get(tap) as tf.Tensor3D;
      return tf.reshape(tf.slice(x, [member, 0, 0], [1, -1, -1]), [64, 5, -1]).arraySync() as number[][][];
    });

  it('are means over positions of the similarity of the sequences that reach them', async () => {
    const { matrices } = await new Evaluator(task.val, task.shape.input).evaluate(target, {
      probes: [new GuideProbe(composed, guide, task, 'position')],
      measured: null,
    });
    expect(matrices.g).toHaveLength(2 * 1 * 2 * 3);
    for (const member of [0, 1]) {
      const x = states(target, 'layer1', member);
      const y = states(guide.models[member] as Model, 'layer2', 0);
      const expected = [0, 0, 0];
      for (let t = 0; t < 5; t++) {
        const reach = x.map((_, i) => i).filter((i) => task.val.inputs[i * 5 + t] >= 0);
        const at = (z: number[][][]) => tf.tensor2d(reach.map((i) => z[i][t]));
        const similarity = await cka(composed, at(x), at(y));
        [similarity.cka, similarity.debiased, similarity.chance].forEach((value, f) => {
          expected[f] += value / 5;
        });
      }
      const index = (member * 2 + 1) * 3;
      for (let f = 0; f < 3; f++) expect(matrices.g[index + f]).toBeCloseTo(expected[f], 4);
    }
  });

  it('of a shuffled guide are those of unrelated examples', async () => {
    const many = createTask({ kind: 'first-token', length: 4, vocabulary: 8, train: 'fresh', val: 256, seed: 0 });
    const options = { task: many.shape, train: null, seeds: [0, 1], network };
    const guides = [undefined, 'shuffled' as const].map(
      (control) => new Guide('same', { state: 'untrained', network, ...(control && { control }) }, options, composed),
    );
    // The very network that guides.
    const twin = new Model({ network, task: many.shape, seeds: [0, 1], streamName: 'guide/same' }, composed);
    for (const view of ['last-token', 'position', 'all-tokens', 'flattened'] as const) {
      const [plain, shuffled] = await Promise.all(
        guides.map(
          async (other) =>
            (await new Evaluator(many.val, many.shape.input).evaluate(twin, { probes: [new GuideProbe(composed, other, many, view)], measured: null })).matrices
              .same,
        ),
      );
      for (const index of [0, 3]) {
        expect(plain[index + 1], view).toBeCloseTo(1, 4);
        expect(Math.abs(shuffled[index + 1]), view).toBeLessThan(0.08);
        expect(Math.abs(shuffled[index] - shuffled[index + 2]), view).toBeLessThan(0.08);
        expect(shuffled[index + 2]).toBeCloseTo(plain[index + 2], 4);
      }
    }
  });

  it('leave out debiased CKA with a guide that is the identity, in every view', async () => {
    const identity = new Guide(
      'identity',
      { state: 'control', kind: 'identity-gram' },
      { task: task.shape, train: null, seeds: [0, 1], network: null },
      composed,
    );
    for (const view of ['last-token', 'position', 'all-tokens', 'flattened'] as const) {
      const { matrices } = await new Evaluator(task.val, task.shape.input).evaluate(target, {
        probes: [new GuideProbe(composed, identity, task, view)],
        measured: null,
      });
      matrices.identity.forEach((value, i) => {
        if (i % 3 === 1) expect(value, view).toBeNaN();
        else expect(value, view).toBeGreaterThan(0);
      });
    }
  });

  it('scores only what is labelled, and keeps those predictions in order', async () => {
    const { loss, accuracy, predictions } = await new Evaluator(task.val, task.shape.input).evaluate(target);
    const labels = task.val.labels.filter((l) => l >= 0);
    expect(predictions).toHaveLength(2 * labels.length);
    const right = labels.filter((l, i) => predictions[labels.length + i] === l).length;
    expect(accuracy[1]).toBeCloseTo(right / labels.length, 9);
    const logits = tf.tidy(() => target.infer(inputTensor([task.val], task.shape.input)).logits.arraySync());
    let sum = 0;
    task.val.labels.forEach((label, row) => {
      if (label >= 0) sum += Math.log(logits[1][row].reduce((a, z) => a + Math.exp(z), 0)) - logits[1][row][label];
    });
    expect(loss[1]).toBeCloseTo(sum / labels.length, 4);
  });
});
