/** Language modelling through the whole lab, on WASM: what is learnt, measured and written. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withPath } from '../experiment/link.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { formatProblem } from '../experiment/schema/problem.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import { guideNetwork } from '../experiment/plan/guides.ts';
import type { Experiment, NetworkSpec } from '../experiment/schema/schema.ts';
import { mean } from '../stats/summary.ts';
import { chooseBackend } from './check/choose.ts';
import { composed } from './backend/kernels/composed/index.ts';
import { nodeWasmFiles } from './backend/nodeWasmFiles.ts';
import { Model } from './networks/model.ts';
import { createTask } from './tasks/index.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, openLab } from './testing/drive.ts';
import { Evaluator, metricOf } from './observation/evaluation.ts';
import { generate, sampleToken } from './training/generate.ts';

function changed(settings: Record<string, unknown>): Experiment {
  const preset = findPreset('lm-short')?.experiment as Experiment;
  const parsed = parseExperiment(Object.entries(settings).reduce<unknown>((e, [path, value]) => withPath(e, path, value), preset));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

const TINY = {
  'task.context': 10,
  'task.trainTokens': 2000,
  'task.valTokens': 1000,
  'target.width': 12,
  'guides.untrained.network.width': 8,
  'guides.trained.network.width': 8,
  'guides.trained.training.steps': 3,
  'guides.trained.training.batchSize': 16,
  'base.batchSize': 16,
  'base.steps': 6,
  'base.evaluateEvery': 3,
  seeds: [0, 1],
};

/** Two of the arms, whose curves are also those of a run in which nothing was written. */
const SMALL = { ...TINY, arms: changed({}).arms.slice(0, 2) };

describe('lm-short at a size for tests', () => {
  it('trains every arm without NaN, and tells perplexity and groups', async () => {
    const experiment = changed(TINY);
    const { result, events } = await runToEnd(experiment, 'wasm');
    expect(result.metric).toEqual({ name: 'perplexity', higherIsBetter: false, chance: 47 });
    expect(result.members).toHaveLength(12);
    for (const { final, best, groups, history, initial } of result.members) {
      expect(final.valMetric).toBeCloseTo(Math.exp(final.valLoss as number), 3);
      expect(final.trainMetric).toBeCloseTo(Math.exp(final.trainLoss as number), 6);
      history.trainMetric.forEach((value, i) => expect(value).toBeCloseTo(Math.exp(history.trainLoss[i] as number), 3));
      expect(best.valMetric).toBe(Math.min(...history.valMetric.map((v) => v as number)));
      expect(final.valMetricRecalibrated).toBeCloseTo(final.valMetric as number, 3);
      expect(groups?.map(({ name }) => name)).toEqual(['returning name', 'other tokens']);
      expect(groups?.[0].history.loss).toHaveLength(3);
      expect(initial.valMetric).toBeGreaterThan(20);
    }
    // 1000 words: 99 windows of 10, and every word of them is predicted.
    const record = events.flatMap((e) => (e.type === 'evaluation.recorded' ? [e.record] : [])).at(-1);
    expect(record?.predictions).toHaveLength(12 * 990);
    expect(record?.series.groupLoss).toHaveLength(24);
  });
});

it('scores groups of labels as on paper', async () => {
  const task = createTask(changed({ ...TINY, 'task.context': 8 }).task);
  const model = new Model({ network: { ...changed(TINY).target }, task: task.shape, seeds: [0, 3], streamName: 'init' }, composed);
  const scores = await new Evaluator(task.val, task.shape.input).evaluate(model);
  const rows = task.val.labels.length;
  const logits = tf.tidy(() => model.infer(tf.tensor3d(task.val.inputs as Int32Array, [1, task.val.examples, 8], 'int32')).logits.arraySync());
  for (const e of [0, 1]) {
    const losses: number[][] = [[], []];
    const right: number[][] = [[], []];
    for (let i = 0; i < rows; i++) {
      const group = task.val.groups?.[i] ?? -1;
      const label = task.val.labels[i];
      const top = Math.max(...logits[e][i]);
      losses[group].push(Math.log(logits[e][i].reduce((sum, l) => sum + Math.exp(l - top), 0)) + top - logits[e][i][label]);
      right[group].push(Number(logits[e][i].indexOf(top) === label));
    }
    expect(losses[0].length).toBeGreaterThan(10);
    for (const g of [0, 1]) {
      expect(scores.groups?.loss[2 * e + g]).toBeCloseTo(mean(losses[g]), 4);
      expect(scores.groups?.accuracy[2 * e + g]).toBeCloseTo(mean(right[g]), 9);
    }
    expect(metricOf(task.spec, scores)[e]).toBeCloseTo(Math.exp(mean(losses.flat())), 2);
  }
  model.dispose();
});

describe('a Transformer learns the language', () => {
  it('beyond pairs of words, and recalls the name, in a small budget', { timeout: 360_000 }, async () => {
    const preset = changed({});
    const { result } = await runToEnd(
      changed({
        target: guideNetwork(preset, 'untrained'),
        arms: [{ id: 'unguided', name: 'Unguided', terms: [] }],
        asks: undefined,
        guides: {},
        seeds: [0],
        'base.steps': 220,
        'base.evaluateEvery': 220,
        'base.learningRate': 5e-3,
        'task.valTokens': 3000,
      }),
      'wasm',
    );
    const [{ final, groups }] = result.members;
    // Of pairs of words: 5.56 (entropy of the short variant's bigrams); the best that was seen: 3.67.
    expect(final.valMetric).toBeLessThan(4.6);
    expect(groups?.[0].accuracy).toBeGreaterThan(0.5);
  });
});

describe('writing', () => {
  beforeAll(async () => {
    await chooseBackend('wasm', nodeWasmFiles);
  });

  it('draws a token in proportion to exp(logit / temperature)', () => {
    const logits = Float32Array.from([0, Math.log(3), Math.log(4)].map((x) => 2 * x));
    const at = (uniform: number) => sampleToken(logits, 2, uniform); // 1/8, 3/8, 4/8
    expect([0, 0.12, 0.13, 0.49, 0.51, 0.999].map(at)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(sampleToken(logits, 0.01, 0.9)).toBe(2);
  });

  it('goes on as the network would when asked token by token, beyond its context, too', async () => {
    const task = createTask(changed(TINY).task);
    const model = new Model({ network: guideNetwork(changed(TINY), 'untrained') as NetworkSpec, task: task.shape, seeds: [5], streamName: 'init' }, composed);
    const prompt = Int32Array.of(3, 1, 4);
    const options = { prompt, length: 12, context: 10, temperature: 1, draw: 0 };
    const texts = await generate([model], [5], options);
    const likely = [...prompt, ...texts.subarray(0, 12)];
    for (let at = 3; at < likely.length; at++) {
      // The window as it is, with other tokens behind it: what is behind must not matter.
      const window = likely.slice(Math.max(0, at - 10), at);
      const padded = [...window, ...new Array<number>(10 - window.length).fill(7)];
      const logits = tf.tidy(() => model.infer(tf.tensor3d(padded, [1, 1, 10], 'int32')).logits.arraySync())[0][window.length - 1];
      expect(logits.indexOf(Math.max(...logits))).toBe(likely[at]);
    }
    expect(await generate([model], [5], options)).toEqual(texts);
    expect((await generate([model], [5], { ...options, draw: 1 })).subarray(12)).not.toEqual(texts.subarray(12));
    model.dispose();
  });

  it('is what the members of a paused run do, and leaves the run as it would have been', async () => {
    const whole = await runToEnd(changed(SMALL), 'wasm');
    const { lab, steps, result } = await openLab(changed(SMALL), 'wasm');
    await steps(3);
    const before = tf.memory().numTensors;
    const text = await lab.generate({ temperature: 1, draw: 1 });
    expect(tf.memory().numTensors).toBe(before);
    expect(text).toMatchObject({ step: 3, length: 36, separator: ' ' });
    expect(text.prompt).toEqual(createTask(changed(SMALL).task).val.inputs.slice(10, 13));
    expect(text.texts).toHaveLength(4 * 2 * 36);
    expect((await result()).members.map(curve)).toEqual(whole.result.members.map(curve));
    await lab.dispose();
  });
});
