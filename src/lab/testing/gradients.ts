/** Whole networks' gradients against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Tape } from '../autodiff/tape.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { centredGram } from '../similarity/alignment.ts';
import { ForwardContext } from '../networks/program.ts';
import { Group, type GroupOptions, OPTIMISER_ROWS, type StepInput } from '../training/group.ts';
import type { DistilInput } from '../training/logitTerms.ts';
import type { GramInput } from '../training/terms.ts';

/** What a step is fed; its terms belong to all members. */
export interface GradientInput extends Pick<StepInput, 'inputs' | 'masks'> {
  labels: tf.Tensor2D;
  align: (Omit<GramInput, 'members' | 'weightRow' | 'pairWeight'> & { weight: number })[];
  distil?: Omit<DistilInput, 'members' | 'direction'> & { ceWeight: number; direction: 'forward' | 'reverse' };
}
type Network = Pick<GroupOptions, 'network' | 'task' | 'seeds'>;

const makeGroup = (options: Network): Group =>
  new Group(
    {
      ...options,
      streamName: 'test',
      clipNorm: null,
      optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    },
    composed,
  );

/** A group's total loss (task, distillation, alignment), from forward kernels only. */
function totalLoss(group: Group, input: GradientInput): number {
  return tf.tidy(() => {
    const tape = new Tape(composed, false);
    const context = new ForwardContext({
      tape,
      mode: 'train',
      masks: input.masks,
      parameter: (name) => tape.constant(group.model.weights.parameter(name)),
      running: (name) => group.model.weights.running(name),
    });
    const logits = group.model.program.forward(context, tape.constant(input.inputs)).tensor;
    const crossEntropy = composed.softmaxCrossEntropy(logits, input.labels).loss;
    const { distil } = input;
    const parts: tf.Tensor[] = distil
      ? [tf.mul(crossEntropy, distil.ceWeight), tf.mul(composed.distillation(logits, distil.logits, distil).loss, distil.weight)]
      : [crossEntropy];
    for (const { targetTap, guideGram, shares, view, weight, measure } of input.align) {
      const activations = context.taps.get(targetTap)?.tensor;
      if (!activations) throw new Error(`no tap ${targetTap}`);
      const gram = centredGram(composed, view ? view.take(activations) : activations);
      const { value } = composed.cka(gram, guideGram, { debiased: measure.name === 'cka-debiased' });
      parts.push(tf.mul(tf.mul(tf.sub(1, value), shares ?? 1), weight));
    }
    return parts.reduce((sum, part) => sum + tf.sum(part).dataSync()[0], 0);
  });
}

/** Expect that one step of SGD goes down the total loss in every parameter. */
export async function expectGradients(network: Network, input: GradientInput): Promise<void> {
  const trained = makeGroup(network);
  const probe = makeGroup(network);
  const before = new Map(await Promise.all([...probe.model.weights.parameters].map(async ([name, t]) => [name, new Float32Array(await t.data())] as const)));
  const rate = 0.5;
  const members = { first: 0, count: network.seeds.length };
  const { align, distil, ...fed } = input;
  const { values, shape } = trained.scalars(
    0,
    network.seeds.map(() => rate),
    align.map(({ weight }) => network.seeds.map(() => weight)),
  );
  trained.step({
    ...fed,
    scalars: tf.tensor2d(values, shape as [number, number]),
    align: align.map((term, i) => ({ ...term, members, weightRow: OPTIMISER_ROWS + i, pairWeight: 1 })),
    ...(distil ? { distil: [{ ...distil, members }], ceWeights: network.seeds.map(() => distil.ceWeight) } : { distil: [] }),
  });
  let checked = 0;
  for (const [name, start] of before) {
    const after = await trained.model.weights.parameter(name).data();
    const gradient = start.map((v, i) => (v - after[i]) / rate);
    // The steepest direction of each parameter: its slope is the gradient's norm, which no rounding hides.
    const norm = Math.hypot(...gradient);
    if (norm < 1e-2) continue; // e.g. a bias before batch norm, which has no effect
    const h = 1.5e-3; // small enough to cross few kinks of the ReLU, large enough for float32
    const moved = (by: number) => {
      probe.model.weights.replace(
        `parameter/${name}`,
        tf.tensor(
          start.map((v, i) => v + (by * gradient[i]) / norm),
          probe.model.weights.parameter(name).shape,
        ),
      );
      return totalLoss(probe, input);
    };
    const slope = (moved(h) - moved(-h)) / (2 * h);
    moved(0);
    expect(slope / norm, name).toBeGreaterThan(0.97);
    expect(slope / norm, name).toBeLessThan(1.03);
    checked++;
  }
  expect(checked).toBeGreaterThan(before.size / 2);
}

/** Tap names with their features, and the number of parameters, of a network as it is built. */
export function builtNetwork(network: Network, inputs: tf.Tensor): { taps: string[]; parameters: number } {
  const group = makeGroup(network);
  const taps = tf.tidy(() => [...group.model.infer(inputs).taps].map(([name, tensor]) => `${name} ${tensor.shape[2]}`));
  const parameters = group.model.program.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return { taps: taps.sort(), parameters };
}
