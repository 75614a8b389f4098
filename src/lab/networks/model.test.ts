import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { taskShape, unusedClasses } from '../../experiment/networks/describe.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import type { NetworkSpec, TaskSpec } from '../../experiment/schema/schema.ts';
import { formatProblem } from '../../experiment/schema/problem.ts';
import { presetExperiment } from '../../experiment/testing.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { Model } from './model.ts';

beforeAll(() => tf.setBackend('cpu'));

const copying = presetExperiment('copy-paste');
const task = { ...copying.task, head: 'vocabulary' } as TaskSpec;

it.each([
  ['rnn', copying.target],
  ['transformer', (copying.guides.untrained as { network: NetworkSpec }).network],
])('classes that are never the answer can start low, those of one member alone (%s)', (_, network) => {
  const classes = unusedClasses(task);
  const model = new Model({ network, task: taskShape(task), seeds: [3, 3], streamName: 'init', classBiases: [undefined, { classes, bias: -5 }] }, composed);
  const read = (name: string, member: number) => [...tf.slice(model.weights.parameter(name), member, 1).dataSync()];
  expect(classes).toEqual([0, 9]);
  expect(read('head.bias', 1)).toEqual(read('head.bias', 0).map((value, c) => (classes.includes(c) ? -5 : value)));
  expect(read('head.weight', 1)).toEqual(read('head.weight', 0));
  model.dispose();
});

it('is refused where every class can be the answer', () => {
  const arms = copying.arms.map((arm, i) => (i === 0 ? { ...arm, unusedBias: -5 } : arm));
  const problems = (of: unknown) => {
    const parsed = parseExperiment(of);
    return parsed.ok ? [] : parsed.problems.map(formatProblem);
  };
  expect(problems({ ...copying, arms })).toEqual([expect.stringMatching(/^arms\.0\.unusedBias needs a task with classes that are never the answer/)]);
  expect(problems({ ...copying, task, arms })).toEqual([]);
});
