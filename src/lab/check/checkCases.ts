/** Small inputs for every kernel, and whole training steps: the cases of the self-check and of the backends' tests. */
import * as tf from '@tensorflow/tfjs-core';
import { MEASURE_NAMES, type Measure } from '../../experiment/schema/measures.ts';
import type { NetworkSpec } from '../../experiment/schema/schema.ts';
import { Tape } from '../autodiff/tape.ts';
import { alignmentGradient, centredGram } from '../similarity/alignment.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { stream } from '../random/stream.ts';
import { Group, OPTIMISER_ROWS } from '../training/group.ts';
import { alignmentRoots } from '../training/terms.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { SEQUENCE_CASES } from './sequenceCases.ts';

type Case = (kernels: Kernels) => Record<string, tf.Tensor>;

const random = <T extends tf.Tensor>(name: string, shape: number[], offset = 0): T =>
  tf.add(tf.tensor(stream(0, 'check', name).normals(shape.reduce((a, b) => a * b, 1)), shape), offset) as T;
const labels = (members: number, batch: number, classes: number): tf.Tensor2D =>
  tf.tensor2d(
    Int32Array.from({ length: members * batch }, (_, i) => (i * 7) % classes),
    [members, batch],
    'int32',
  );

/** Weights after one SGD step on task, alignment and distillation loss: one comparison covers every gradient. */
function trainingStep(network: NetworkSpec, targetTap: string): Case {
  return (kernels) => {
    // Few: plain JavaScript takes its time with the gradients of convolutions, and a person waits for it.
    const batch = 6;
    const rates = [0.1, 0.1, 0.2, 0.2, 0.1, 0.1];
    const group = new Group(
      {
        network,
        task: { input: [8, 8, 3], classes: 4, trainExamples: batch, valExamples: batch },
        seeds: [0, 1, 0, 1, 0, 1],
        streamName: 'check',
        optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 },
        clipNorm: 1,
      },
      kernels,
    );
    const { values, shape } = group.scalars(0, rates, [rates.map(() => 1)]);
    const pack = group.step({
      inputs: random('images', [2, batch, 8, 8, 3]),
      labels: labels(2, batch, 4),
      scalars: tf.tensor2d(values, shape as [number, number]),
      // Three arms of two seeds: guided, distilled, and with neither.
      align: [
        {
          members: { first: 0, count: 2 },
          weightRow: OPTIMISER_ROWS,
          pairWeight: 1,
          targetTap,
          guideGram: centredGram(kernels, random('guide', [2, batch, 40])),
          measure: { name: 'cka' },
        },
      ],
      ceWeights: [1, 1, 0.5, 0.5, 1, 1],
      distil: [
        {
          members: { first: 2, count: 2 },
          logits: random('teacher', [2, batch, 4]),
          temperature: 2,
          weight: 0.5,
          direction: 'forward',
        },
      ],
    });
    const weights = Object.fromEntries(group.model.weights.named().map(([name, tensor]) => [name, tf.clone(tensor)]));
    group.dispose();
    return { pack, ...weights };
  };
}

export const CHECK_CASES: Record<string, Case> = {
  matmul: (k) => ({
    plain: k.matmul(random('a', [2, 9, 33]), random('b', [2, 33, 20])),
    transposed: k.matmul(random('a', [2, 33, 9]), random('b', [1, 20, 33]), { transposeA: true, transposeB: true }),
    tiled: k.matmul(random('a', [2, 70, 40]), random('b', [2, 40, 70])),
    // With an inner dimension beyond 2,000 some GPUs choose another matmul program.
    long: k.matmul(random('a', [1, 8, 2500]), random('b', [1, 8, 2500]), { transposeB: true }),
  }),
  dense: (k) => {
    const [x, w, dy] = [random<tf.Tensor3D>('x', [2, 9, 33]), random<tf.Tensor3D>('w', [2, 33, 20]), random<tf.Tensor3D>('dy', [2, 9, 20])];
    const mask = tf.mul<tf.Tensor3D>(tf.cast(tf.greater(random('mask', [1, 9, 33]), -1), 'float32'), 1.25);
    const options = { relu: true, mask, input: true, bias: true };
    const shared = random<tf.Tensor3D>('shared', [1, 9, 33]);
    const first = k.denseGrad(dy, shared, w, { input: false, bias: true });
    return {
      y: k.dense(x, w, { ...options, bias: random('bias', [2, 20]) }),
      ...k.denseGrad(dy, x, w, options),
      first: k.dense(shared, w),
      dFirst: first.dWeights,
      dFirstBias: first.dBias as tf.Tensor2D,
    };
  },
  batchNorm: (k) => {
    const x = random<tf.Tensor3D>('x', [2, 17, 13], 3);
    const gamma = random<tf.Tensor2D>('gamma', [2, 13], 1);
    const beta = random<tf.Tensor2D>('beta', [2, 13]);
    const options = { epsilon: 1e-5, relu: true, mask: tf.mul(tf.cast(tf.greater(random('mask', [2, 17, 13]), -1), 'float32'), 1.1) as tf.Tensor3D };
    const forward = k.batchNorm(x, gamma, beta, options);
    const { dx, dGamma, dBeta } = k.batchNormGrad(random('dy', [2, 17, 13]), x, gamma, forward, options);
    return { ...forward, dx, dGamma, dBeta };
  },
  'batchNorm over many rows': (k) => {
    const [x, gamma] = [random<tf.Tensor3D>('x', [1, 3072, 5], 3), random<tf.Tensor2D>('gamma', [1, 5], 1)];
    const options = { epsilon: 1e-5, relu: true };
    const forward = k.batchNorm(x, gamma, random('beta', [1, 5]), options);
    return { ...forward, sums: k.sumRows(x), ...k.batchNormGrad(random('dy', [1, 3072, 5]), x, gamma, forward, options) };
  },
  'shared convolution': (k) => {
    const [x, filter, options] = [random<tf.Tensor5D>('x', [1, 2, 7, 7, 3]), random<tf.Tensor5D>('filter', [2, 3, 3, 3, 4]), { stride: 2, pad: 1 }];
    const dy = random<tf.Tensor5D>('dy', [2, 2, 4, 4, 4]);
    return {
      y: k.conv2d(x, filter, options),
      dx: k.conv2dInputGrad(dy, filter, [1, 2, 7, 7, 3], options),
      dFilter: k.conv2dFilterGrad(dy, x, [2, 3, 3, 3, 4], options),
    };
  },
  relu: (k) => {
    const y = k.relu(random<tf.Tensor3D>('x', [2, 5, 7]));
    return { y, dx: k.reluGrad(random<tf.Tensor3D>('dy', [2, 5, 7]), y) };
  },
  'convolution with a bias': (k) => ({
    y: k.conv2d(random('x', [1, 3, 6, 6, 5]), random('filter', [2, 2, 2, 5, 9]), { stride: 2, pad: 0, bias: random('bias', [2, 9]) }),
  }),
  depthwise: (k) => {
    const [x, filter] = [random<tf.Tensor5D>('x', [2, 3, 5, 7, 6]), random<tf.Tensor4D>('filter', [2, 5, 5, 6])];
    const dy = random<tf.Tensor5D>('dy', [2, 3, 5, 7, 6]);
    return {
      y: k.depthwiseConv(x, filter, random('bias', [2, 6])),
      plain: k.depthwiseConv(x, filter),
      dx: k.depthwiseConvInputGrad(dy, filter),
      dFilter: k.depthwiseConvFilterGrad(dy, x, 5),
    };
  },
  'depthwise over many pixels': (k) => {
    // More pixels than one workgroup adds up (1024), more channels than it has columns (16); the reference is slow.
    const [x, filter] = [random<tf.Tensor5D>('x', [1, 2, 23, 23, 17]), random<tf.Tensor4D>('filter', [1, 3, 3, 17])];
    const dy = random<tf.Tensor5D>('dy', [1, 2, 23, 23, 17]);
    return { y: k.depthwiseConv(x, filter), dx: k.depthwiseConvInputGrad(dy, filter), dFilter: k.depthwiseConvFilterGrad(dy, x, 3) };
  },
  losses: (k) => {
    const logits = random<tf.Tensor3D>('logits', [2, 11, 5]);
    const ce = k.softmaxCrossEntropy(logits, labels(1, 11, 5));
    const kd = k.distillation(logits, random('teacher', [2, 11, 5]), { temperature: 4, direction: 'forward' });
    const reverse = k.distillation(logits, random('teacher', [2, 11, 5]), { temperature: 2, direction: 'reverse' });
    return { ce: ce.loss, accuracy: ce.accuracy, dCe: ce.dLogits, kd: kd.loss, dKd: kd.dLogits, reverse: reverse.loss, dReverse: reverse.dLogits };
  },
  cka: (k) => {
    const { z, norm } = k.centreNormalise(random('x', [2, 16, 21], 100));
    const gram = k.matmul(z, z, { transposeB: true });
    const other = centredGram(k, random('y', [1, 16, 9]));
    const biased = k.cka(gram, other, { debiased: false });
    const debiased = k.cka(gram, other, { debiased: true });
    const others = [tf.reshape(tf.concat3d([other, other], 0), [1, 1, 2, 16, 16])] as tf.Tensor5D[];
    const products = k.gramProducts(random('x', [2, 16, 21], 100), null, others);
    const rows = tf.tensor2d([0, 3, 5, 9, 1, 2, 7, 15], [2, 4], 'int32');
    const ofRows = k.gramProducts(random('x', [2, 16, 21], 100), rows, []);
    const few = k.cka(centredGram(k, random('few', [2, 3, 8])), centredGram(k, random('fewer', [1, 3, 5])), { debiased: true });
    return { products, ofRows, norm, gram, value: biased.value, g: biased.g, debiased: debiased.value, gDebiased: debiased.g, few: few.value, gFew: few.g };
  },
  'debiased cka at its edges': (k) => {
    const [n, features] = [64, 24];
    const rows = (value: number, others: number) =>
      tf.tensor3d(
        Array.from({ length: n }, (_, i) => (i === 5 ? value : others)),
        [1, n, 1],
      );
    // One example is a thousand times larger than all others; compared with itself, and with another such layer.
    const larger = tf.mul<tf.Tensor3D>(random('larger', [2, n, features]), rows(1000, 1));
    const gram = centredGram(k, larger);
    const other = centredGram(k, tf.concat3d([tf.slice(larger, 0, 1), tf.mul<tf.Tensor3D>(random('other', [1, n, features]), rows(1000, 1))], 0));
    const { value, g } = k.cka(gram, other, { debiased: true });
    const products = k.gramProducts(larger, null, [tf.reshape(other, [2, 1, 1, n, n])]);
    // One example is active: not defined.
    const single = tf.mul<tf.Tensor3D>(random('single', [1, n, features]), rows(1, 0));
    const none = k.cka(centredGram(k, single), tf.slice(other, 0, 1), { debiased: true });
    return {
      value,
      g,
      gradient: alignmentGradient(k, larger, other, tf.ones([2]), { name: 'cka-debiased' }).gradient,
      own: tf.slice(products, [0, 0, 1], [2, 1, 1]),
      others: tf.slice(products, [0, 0, 4], [2, 1, 1]),
      none: none.value,
      gNone: none.g,
    };
  },
  alignment: (k) => {
    const tape = new Tape(k, true);
    const taps = new Map(
      [
        ['image', [4, 17, 300]],
        ['tokens', [4, 9, 5 * 6]],
      ].map(([name, shape]) => [name as string, tape.parameter(random<tf.Tensor3D>(name as string, shape as number[]))]),
    );
    // The second member's layer is collapsed.
    taps.set('collapsed', tape.parameter(tf.mul(random('collapsed', [4, 9, 30]), tf.tensor3d([1, 0, 1, 1], [4, 1, 1]))));
    const term = { members: { first: 1, count: 2 }, weightRow: 0, pairWeight: 1 };
    const gram = (name: string, shape: number[]) => centredGram(k, random(name, shape));
    const { roots, loss } = alignmentRoots(
      k,
      taps,
      [
        { ...term, targetTap: 'image', guideGram: gram('own', [2, 17, 8]), measure: { name: 'cka' } },
        { ...term, targetTap: 'image', guideGram: gram('shared', [1, 17, 8]), measure: { name: 'cka-debiased' } },
        {
          ...term,
          targetTap: 'tokens',
          guideGram: gram('position', [10, 9, 4]),
          measure: { name: 'cka' },
          view: new BatchView('position', 5),
          shares: tf.tensor1d([0, 0.25, 0.25, 0.25, 0.25, 0.5, 0, 0.5, 0, 0]),
        },
        {
          ...term,
          members: { first: 0, count: 4 },
          targetTap: 'tokens',
          guideGram: gram('last', [1, 9, 4]),
          measure: { name: 'cka' },
          view: new BatchView('last-token', 5),
        },
        { ...term, targetTap: 'collapsed', guideGram: gram('guide', [2, 9, 4]), measure: { name: 'cka' } },
      ],
      tf.tensor2d([[1, 2, 0.5, 3]]),
    );
    return { loss, ...Object.fromEntries(roots.map(([, gradient], i) => [`root ${i}`, gradient])) };
  },
  measures: (k) => {
    // Those without a kernel of their own, which are made of tfjs's operations; of the second member two rows are padding.
    const real = tf.tensor2d([
      [1, 1, 1, 1, 1, 1, 1, 1],
      [1, 0, 1, 1, 1, 1, 1, 0],
    ]);
    const of = (measure: Measure) => {
      const { form } = MEASURES[measure];
      const { z } = prepare(k, random('y', [2, 8, 5], 0.5), form, real);
      const guide = k.matmul(z, z, { transposeB: true });
      const { gradient, value } = alignmentGradient(k, random('x', [2, 8, 9], 0.5), guide, tf.tensor1d([1, 2]), { name: measure }, real);
      return { [measure]: value, [`gradient of ${measure}`]: gradient };
    };
    return Object.assign({}, ...MEASURE_NAMES.filter((name) => !MEASURES[name].fused).map(of));
  },
  'measures by position': (k) => {
    // One of every form of rows.
    const names = ['sp', 'rkd', 'rsa', 'rsa-correlation'] as const;
    const tap = new Tape(k, true).parameter(random<tf.Tensor3D>('tokens', [2, 9, 2 * 6], 0.5));
    const view = new BatchView('position', 2);
    const terms = names.map((name) => {
      const { z } = prepare(k, random('y', [4, 9, 5], 0.5), MEASURES[name].form);
      const guideGram = k.matmul(z, z, { transposeB: true });
      return { members: { first: 0, count: 2 }, weightRow: 0, pairWeight: 1, targetTap: 'tokens', guideGram, view, measure: { name } };
    });
    const shares = tf.tensor1d([0.25, 0.75, 1, 0]);
    const { roots, loss } = alignmentRoots(
      k,
      new Map([['tokens', tap]]),
      terms.map((term) => ({ ...term, shares })),
      tf.tensor2d([[1, 2]]),
    );
    return { loss, ...Object.fromEntries(roots.map(([, gradient], i) => [`gradient of ${names[i]}`, gradient])) };
  },
  optimisers: (k) => {
    const parameter = random<tf.Tensor3D>('p', [2, 6, 5]);
    const hyper = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0.1 };
    const gradient = random<tf.Tensor3D>('g', [2, 6, 5]);
    const squares = k.sumSquares([gradient, parameter]);
    // The second member's loss is not finite.
    const { active, scale } = k.control(tf.ones([2]), tf.tensor1d([1, Number.NaN]), squares, 0.5);
    const members = {
      active,
      scale,
      factors: tf.tensor2d([
        [0.01, 0.02],
        [1.5, 1.2],
        [0.9, 1],
      ]),
    };
    // More parameters than one dispatch can bind, and gaps between those that have a gradient. Copies: a kernel may update in place.
    const sizes = [3, 300, 7, 4];
    const updates = () => sizes.map((size, i) => ({ parameter: random(`p ${i}`, [2, size]), gradient: random(`g ${i}`, [2, size]), at: 5 + 610 * i }));
    const state = (slots: number) => tf.abs(random('state', [slots, 2000])) as tf.Tensor2D;
    const adam = k.adam(updates(), state(2), members, hyper);
    const sgd = k.sgd(updates(), state(1), members, { momentum: 0.9, weightDecay: 0.1 });
    const named = (name: string, tensors: readonly tf.Tensor[]) => Object.fromEntries(tensors.map((tensor, i) => [`${name} ${i}`, tensor]));
    // More than one dispatch can bind.
    const widths = [5, 300, 7, 4, 5, 6, 3, 8];
    const averages = k.runningAverages(
      widths.map((width, i) => ({ running: random(`mean ${i}`, [2, width]), batch: random(`batch ${i}`, [2, width]), factor: 1.5 + i })),
      0.1,
      active,
    );
    const joined = k.addToMembers(random('whole', [4, 5]), random('part', [2, 5]), 1);
    return {
      squares,
      active,
      scale,
      joined,
      adam: adam.state,
      sgd: sgd.state,
      ...named('adam', adam.parameters),
      ...named('sgd', sgd.parameters),
      ...named('average', averages),
    };
  },
  tables: (k) => {
    const [shared, own] = [random<tf.Tensor3D>('shared', [1, 9, 5]), random<tf.Tensor3D>('own', [2, 9, 5])];
    const rows = tf.tensor2d([0, 8, 3, 3, -1, 9, 7, 1], [2, 4], 'int32');
    const whole = tf.tensor3d(
      Int32Array.from({ length: 27 }, (_, i) => 7 * i),
      [1, 9, 3],
      'int32',
    );
    return {
      shared: k.gatherRows(shared, rows),
      own: k.gatherRows(own, rows),
      members: k.gatherRows(own, rows, 6),
      integers: k.gatherRows(whole, rows, 4),
      // A copy: a kernel may update in place.
      scattered: k.scatterRows(tf.add(own, 0), tf.tensor1d([8, 0, 5], 'int32'), random('values', [3, 5]), 1),
    };
  },
  ...SEQUENCE_CASES,
  'FCN step': trainingStep({ family: 'fcn', depth: 2, width: 16, norm: 'batch', dropout: 0, init: 'default', tap: 'pre' }, 'linear1'),
  'ResNet step': trainingStep({ family: 'resnet', stages: [1, 1], width: 4, init: 'he', tap: 'pre' }, 'block2.conv1'),
  'ConvNeXt step': trainingStep({ family: 'convnext', stages: [1, 1], width: 6, patch: 2, kernel: 3, init: 'default' }, 'block2.depthwise'),
  'ViT step': trainingStep({ family: 'vit', patch: 4, layers: 1, width: 8, heads: 2, ffn: 12, pooling: 'class', init: 'default' }, 'block1.attention'),
};
