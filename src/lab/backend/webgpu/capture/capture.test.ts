/** That the right work is asked for and nothing is left behind. What it computes is checked on an emulated GPU (e2e). */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Capture } from './capture.ts';
import type { Feed, StepProgram } from './program.ts';
import { startFakeDevice } from './fakeDevice.test-helper.ts';

let device: Awaited<ReturnType<typeof startFakeDevice>>;
beforeAll(async () => {
  device = await startFakeDevice();
});

const feeds = (batch = 4): Record<string, Feed> => ({
  x: { shape: [batch, 3], values: new Float32Array(batch * 3) },
  labels: { shape: [batch], values: new Int32Array(batch) },
});
const weights = () => tf.keep(tf.ones([3, 2]));
const program =
  (w: tf.Tensor): StepProgram =>
  ({ x, labels }) =>
    tf.tidy(() => tf.stack([tf.sum(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), tf.sum(tf.mul(tf.cast(labels, 'float32'), 2))]));

describe('captured steps', () => {
  test('a step is recorded once and then asks for the same dispatches without a bind group', async () => {
    const capture = new Capture();
    const w = weights();
    const before = { ...device.counts };
    await capture.step('a', feeds(), program(w));
    const recorded = device.counts.dispatches - before.dispatches;
    expect(recorded).toBeGreaterThan(3);
    expect(Object.values(capture.dispatches)).toEqual([recorded]);
    const { bindGroups } = device.counts;
    for (let i = 0; i < 9; i++) await capture.step('a', feeds(), () => expect.unreachable());
    expect(await capture.read()).toHaveLength(10);
    expect(device.counts.dispatches - before.dispatches).toBe(10 * recorded);
    expect(device.counts.bindGroups).toBe(bindGroups);
    expect(capture.replayed).toBe(9);
    capture.dispose();
    w.dispose();
  });

  test('another kind and another shape have recordings of their own, kept for when they come again', async () => {
    const capture = new Capture();
    const w = weights();
    for (const [kind, batch] of [
      ['a', 4],
      ['b', 4],
      ['a', 5],
      ['a', 4],
      ['b', 4],
      ['a', 5],
    ] as const) {
      await capture.step(kind, feeds(batch), program(w));
    }
    expect(Object.keys(capture.dispatches)).toHaveLength(3);
    expect(await capture.read()).toHaveLength(6);
    expect(capture.replayed).toBe(3);
    capture.dispose();
    w.dispose();
  });

  test('steps without results are replayed among others, and read as nothing', async () => {
    const capture = new Capture();
    const w = weights();
    const nothing: StepProgram = ({ x }) => {
      tf.sum(x);
      return null;
    };
    for (let i = 0; i < 3; i++) {
      await capture.step('nothing', feeds(), nothing);
      await capture.step('a', feeds(), program(w));
    }
    expect(await capture.read()).toHaveLength(3);
    expect(capture.replayed).toBe(4);
    expect([...capture.refused]).toEqual([]);
    capture.dispose();
    w.dispose();
  });

  test('results of different sizes come back in order, however many', async () => {
    const capture = new Capture();
    // The largest needs more room than others share.
    const sizes = [3, 70_000, 2, 40_000, 40_000, 1];
    for (const size of sizes) await capture.step('a', { x: { shape: [size], values: new Float32Array(size) } }, ({ x }) => tf.add(x, 1));
    expect((await capture.read()).map(({ length }) => length)).toEqual(sizes);
    expect(await capture.read()).toEqual([]);
    capture.dispose();
  });

  test('2,000 replayed steps leave neither tensors nor buffers behind', async () => {
    const capture = new Capture();
    const w = weights();
    const state = () => [tf.memory().numTensors, device.counts.buffers];
    const steps = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await capture.step('a', feeds(), program(w));
        if (i % 50 === 0) await capture.read();
      }
      await capture.read();
    };
    await steps(200);
    const early = state();
    await steps(2000);
    expect(state()).toEqual(early);
    capture.dispose();
    w.dispose();
  });

  test('disposing gives everything back', async () => {
    const w = weights();
    const tensors = tf.memory().numTensors;
    const capture = new Capture();
    await capture.step('a', feeds(), program(w));
    await capture.step('a', feeds(), program(w));
    await capture.read();
    const { buffers } = device.counts;
    capture.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(device.counts.buffers).toBeLessThan(buffers);
    w.dispose();
  });

  test('a variable that was replaced from outside makes a new recording', async () => {
    const capture = new Capture();
    let w = weights();
    const step = () => capture.step('a', feeds(), (inputs) => program(w)(inputs));
    await step();
    await step();
    capture.submit();
    w.dispose();
    w = weights();
    await step();
    await step();
    expect(await capture.read()).toHaveLength(4);
    expect(capture.replayed).toBe(2);
    capture.dispose();
    w.dispose();
  });

  test.each<[string, (kept: tf.Tensor[]) => StepProgram, RegExp]>([
    [
      'replaces a variable',
      (kept) => (inputs) => {
        const result = program(kept[0])(inputs);
        kept[0].dispose();
        kept[0] = weights();
        return result;
      },
      /disposes a tensor from outside/,
    ],
    [
      'keeps a tensor',
      (kept) => (inputs) => {
        kept.push(tf.keep(tf.add(inputs.x, 1)));
        return program(kept[0])(inputs);
      },
      /keeps 1 tensors/,
    ],
    ['returns a variable', (kept) => () => tf.clone(kept[0]), /returns a tensor from outside/],
  ])('a program that %s is refused, and run every time', async (_, make, reason) => {
    const capture = new Capture();
    const kept: tf.Tensor[] = [tf.tidy(() => tf.keep(tf.add(weights(), 1)))];
    for (let i = 0; i < 3; i++) await capture.step('a', feeds(), make(kept));
    expect([...capture.refused.values()]).toEqual([expect.stringMatching(reason)]);
    expect(await capture.read()).toHaveLength(3);
    expect(capture.replayed).toBe(0);
    capture.dispose();
    tf.dispose(kept);
  });

  test('what depends on a variable is recorded, also where the variable has never been on the GPU', async () => {
    const capture = new Capture();
    // Small and only on the CPU: tfjs alone would add these there, and the sum would be a constant of the recording.
    const [a, b] = [tf.keep(tf.tensor1d([1, 2])), tf.keep(tf.tensor1d([3, 4]))];
    const sum: StepProgram = ({ x }) => tf.tidy(() => tf.add(tf.sum(x), tf.add(a, b)));
    await capture.step('a', feeds(), sum);
    const [dispatches] = Object.values(capture.dispatches);
    // One for the sum of x (of 12 values), one for each addition.
    expect(dispatches).toBe(3);
    await capture.read();
    capture.dispose();
    tf.dispose([a, b]);
  });

  test('without replay every step is run by tfjs', async () => {
    const capture = new Capture({ replay: false });
    const w = weights();
    for (let i = 0; i < 3; i++) await capture.step('a', feeds(), program(w));
    expect(await capture.read()).toHaveLength(3);
    expect(capture.replayed).toBe(0);
    capture.dispose();
    w.dispose();
  });

  test('a lost device ends the steps', async () => {
    const capture = new Capture();
    const w = weights();
    await capture.step('a', feeds(), program(w));
    device.lose('unplugged');
    await expect(
      (async () => {
        for (let i = 0; i < 3; i++) await capture.step('a', feeds(), program(w));
      })(),
    ).rejects.toMatchObject({ name: 'DeviceLostError', message: 'The GPU was lost: unplugged.' });
    w.dispose();
  });
});
