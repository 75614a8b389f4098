import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { composed } from '../backend/kernels/composed/index.ts';
import { stream } from '../random/stream.ts';
import { type TaskInput, taskGradient } from './logitTerms.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [MEMBERS, ROWS, CLASSES] = [3, 5, 4];
const LABELS = [0, 3, -1, 2, 1, 1, 0, 2, 2, -1, 3, 3, 0, 1, 2];
const values = (name: string) => [...stream(4, name).normals(MEMBERS * ROWS * CLASSES)];
const tensor = (numbers: readonly number[]) => tf.tensor3d([...numbers], [MEMBERS, ROWS, CLASSES]);
const labels = () => tf.tensor2d(LABELS, [MEMBERS, ROWS], 'int32');
const all = { first: 0, count: MEMBERS };
const student = values('student').map(Math.fround);
const teacher = values('teacher').map(Math.fround);

/** Of all rows with a label: a number of the row's logits, its teacher's, and its label; the mean over the member's rows. */
function meanOverRows(logits: readonly number[], of: (own: number[], other: number[], label: number) => number): number[] {
  return Array.from({ length: MEMBERS }, (_, e) => {
    const each = Array.from({ length: ROWS }, (__, b) => e * ROWS + b)
      .filter((row) => LABELS[row] >= 0)
      .map((row) => of(logits.slice(row * CLASSES, (row + 1) * CLASSES), teacher.slice(row * CLASSES, (row + 1) * CLASSES), LABELS[row]));
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  });
}

const logProbabilities = (logits: readonly number[]): number[] => {
  const sum = Math.log(logits.reduce((all, value) => all + Math.exp(value), 0));
  return logits.map((value) => value - sum);
};
const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const squared = (own: number[], other: number[]) => mean(own.map((value, c) => (value - other[c]) ** 2));
const smoothed = (share: number) => (own: number[], _: number[], label: number) => {
  const log = logProbabilities(own);
  return -(1 - share) * log[label] - share * mean(log);
};

function gradientOf(input: Omit<TaskInput, 'scalars'>, scalars = tf.zeros<tf.Rank.R2>([1, MEMBERS])): Float32Array {
  const logits = tensor(student);
  const { dLogits } = composed.softmaxCrossEntropy(logits, labels());
  return taskGradient(composed, logits, labels(), dLogits, { ...input, scalars }).dataSync<'float32'>();
}

/** Largest difference to central differences of a loss in double precision. */
function error(gradient: Float32Array, loss: (logits: readonly number[]) => number[]): number {
  const h = 1e-5;
  const total = (logits: readonly number[]) => loss(logits).reduce((sum, value) => sum + value, 0);
  return Math.max(
    ...student.map((_, i) => {
      const moved = (by: number) => total(student.map((value, j) => (j === i ? value + by : value)));
      return Math.abs(gradient[i] - (moved(h) - moved(-h)) / (2 * h));
    }),
  );
}

it('smooths labels: (1 − s)·CE + s·mean over classes of −log p', () => {
  const gradient = gradientOf({ distil: [], smoothed: [{ members: all, smoothing: 0.3 }] });
  expect(error(gradient, (logits) => meanOverRows(logits, smoothed(0.3)))).toBeLessThan(1e-6);
});

it('smooths those of some members, of the others not a bit changes', () => {
  const gradient = gradientOf({ distil: [], smoothed: [{ members: { first: 1, count: 1 }, smoothing: 0.3 }] });
  const [plain, smooth] = [gradientOf({ distil: [] }), gradientOf({ distil: [], smoothed: [{ members: all, smoothing: 0.3 }] })];
  const each = ROWS * CLASSES;
  expect([...gradient]).toEqual([...plain.slice(0, each), ...smooth.slice(each, 2 * each), ...plain.slice(2 * each)]);
});

it('distils by the squared difference of logits, beside a share of the cross-entropy', () => {
  const distil = { members: all, logits: tensor(teacher), weight: 0.7, temperature: 2, direction: 'logits', labels: labels() } as const;
  const gradient = gradientOf({ distil: [distil], ceWeights: [1, 0.5, 0] });
  const loss = (logits: readonly number[]) => {
    const [crossEntropy, difference] = [meanOverRows(logits, smoothed(0)), meanOverRows(logits, squared)];
    return crossEntropy.map((value, e) => [1, 0.5, 0][e] * value + 0.7 * difference[e]);
  };
  expect(error(gradient, loss)).toBeLessThan(1e-6);
});

it('distils several teachers, each at its share of the step', () => {
  const term = { members: all, logits: tensor(teacher), weight: 0.5, temperature: 2, labels: labels() } as const;
  const scalars = tf.tensor2d([
    [1, 0, 0.5],
    [0, 0, 1],
  ]);
  const gradient = gradientOf(
    {
      distil: [
        { ...term, direction: 'logits', shareRow: 0 },
        { ...term, direction: 'forward', shareRow: 1 },
      ],
      ceWeights: [0, 0, 0],
    },
    scalars,
  );
  const kl = (own: number[], other: number[]) => {
    const [q, p] = [own, other].map((row) => logProbabilities(row.map((value) => value / 2)));
    return 4 * p.reduce((sum, log, c) => sum + Math.exp(log) * (log - q[c]), 0);
  };
  const loss = (logits: readonly number[]) => {
    const [difference, divergence] = [meanOverRows(logits, squared), meanOverRows(logits, kl)];
    return difference.map((value, e) => [0.5, 0, 0.25][e] * value + [0, 0, 0.5][e] * divergence[e]);
  };
  expect(error(gradient, loss)).toBeLessThan(2e-6);
});
