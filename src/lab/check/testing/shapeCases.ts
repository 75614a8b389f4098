/** Shapes at the edges of what shaders are written for: odd, single, longer than a tile, a chunk or a workgroup. */
import * as tf from '@tensorflow/tfjs-core';
import { alignmentGradient, centredGram } from '../../similarity/alignment.ts';
import { stream } from '../../random/stream.ts';
import { GATES, type RecurrentKind } from '../../backend/kernels/sequenceTypes.ts';
import type { DenseGradients, Kernels } from '../../backend/kernels/types.ts';

export type Case = (kernels: Kernels) => Record<string, tf.Tensor>;

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const random = <T extends tf.Tensor>(name: string, shape: number[], scale = 1): T =>
  tf.tensor(
    stream(0, 'shapes', name)
      .normals(count(shape))
      .map((v) => scale * v),
    shape,
  ) as T;
const whole = (shape: number[], below: number, from = 0) =>
  tf.tensor(
    Int32Array.from({ length: count(shape) }, (_, i) => ((i * 7 + (i >> 3)) % (below - from)) + from),
    shape,
    'int32',
  );

const CASES: Record<string, Case> = {};

/** Members of A and of B, rows, inner dimension, columns. */
const PRODUCTS = [
  [1, 1, 1, 1, 1],
  [3, 3, 17, 33, 65],
  [1, 3, 64, 16, 64],
  [3, 1, 65, 300, 31],
  [1, 1, 5, 1500, 7],
  [2, 2, 33, 4099, 40],
  [2, 2, 130, 9, 1],
];
PRODUCTS.forEach(([membersA, membersB, m, k, n], i) => {
  // In turns: a shader takes an emulated GPU longer to compile than to run.
  const [transposeA, transposeB] = [i % 2 === 1, i % 4 > 1];
  CASES[`product ${membersA}|${membersB}×${m}×${k}×${n}`] = (kernels) => {
    const b = random<tf.Tensor3D>('b', transposeB ? [membersB, n, k] : [membersB, k, n]);
    const product = (transposed: boolean) =>
      kernels.matmul(random('a', transposed ? [membersA, k, m] : [membersA, m, k]), b, { transposeA: transposed, transposeB });
    return { plain: product(transposeA), other: product(!transposeA) };
  };
});

/** Members, rows, inputs, outputs, members of the mask (0: none), ReLU. Many rows, and many outputs, are cut into parts. */
for (const [members, rows, inputs, outputs, masks, relu] of [
  [1, 1, 1, 1, 0, false],
  [3, 17, 33, 65, 1, true],
  [2, 70, 20, 40, 2, false],
  [2, 9, 30, 1100, 0, true],
  [2, 1500, 7, 5, 1, true],
] as const) {
  CASES[`dense ${members}×${rows}×${inputs}→${outputs}, ${masks} masks, ${relu ? 'ReLU' : 'linear'}`] = (kernels) => {
    const [x, w] = [random<tf.Tensor3D>('x', [members, rows, inputs]), random<tf.Tensor3D>('w', [members, inputs, outputs])];
    const mask = masks > 0 ? tf.mul<tf.Tensor3D>(tf.cast(tf.greater(random('mask', [masks, rows, inputs]), -1), 'float32'), 1.25) : undefined;
    const dy = random<tf.Tensor3D>('dy', [members, rows, outputs]);
    const { dx, dWeights, dBias } = kernels.denseGrad(dy, x, w, { relu, mask, input: true, bias: true }) as Required<DenseGradients>;
    return {
      y: kernels.dense(x, w, { relu, mask, bias: random('bias', [members, outputs]) }),
      plain: kernels.dense(x, w),
      dx,
      dWeights,
      dBias,
    };
  };
}

/** Members of x and of the filter, images, height, width, channels in and out, side, stride, padding. */
const CONVOLUTIONS = [
  [1, 2, 3, 9, 8, 2, 5, 3, 2, 1],
  [2, 2, 2, 11, 11, 1, 33, 5, 3, 2],
  [2, 2, 1, 8, 8, 20, 4, 2, 2, 0],
  // A long sum over pixels for the filter.
  [3, 3, 20, 13, 12, 3, 17, 3, 1, 1],
];
for (const [membersX, members, batch, height, width, inputs, outputs, side, stride, pad] of CONVOLUTIONS) {
  CASES[`convolution ${side}/${stride}+${pad} of ${membersX}|${members}×${batch}×${height}×${width}×${inputs}→${outputs}`] = (kernels) => {
    const xShape: [number, number, number, number, number] = [membersX, batch, height, width, inputs];
    const [x, filter] = [random<tf.Tensor5D>('x', xShape), random<tf.Tensor5D>('filter', [members, side, side, inputs, outputs])];
    const y = kernels.conv2d(x, filter, { stride, pad, bias: random('bias', [members, outputs]) });
    const dy = random<tf.Tensor5D>('dy', y.shape);
    return {
      y,
      dx: kernels.conv2dInputGrad(dy, filter, xShape, { stride, pad }),
      dFilter: kernels.conv2dFilterGrad(dy, x, [members, side, side, inputs, outputs], { stride, pad }),
    };
  };
}

for (const [members, batch, height, width, channels, side] of [
  [1, 1, 1, 1, 1, 1],
  [2, 3, 2, 3, 17, 7],
  [3, 2, 9, 5, 33, 3],
]) {
  CASES[`depthwise ${side} of ${members}×${batch}×${height}×${width}×${channels}`] = (kernels) => {
    const shape = [members, batch, height, width, channels];
    const [x, dy, filter] = [random<tf.Tensor5D>('x', shape), random<tf.Tensor5D>('dy', shape), random<tf.Tensor4D>('filter', [members, side, side, channels])];
    return {
      y: kernels.depthwiseConv(x, filter, random('bias', [members, channels])),
      dx: kernels.depthwiseConvInputGrad(dy, filter),
      dFilter: kernels.depthwiseConvFilterGrad(dy, x, side),
    };
  };
}

/** Members, rows, features, members of the mask (0: none). Many rows are reduced in chunks where those are even. */
for (const [members, rows, features, masks] of [
  [3, 5, 17, 1],
  [2, 33, 130, 2],
  [2, 2049, 3, 0],
  [1, 2048, 1, 0],
  [2, 4096, 5, 1],
]) {
  CASES[`batch norm ${members}×${rows}×${features}, ${masks} masks`] = (kernels) => {
    const [x, dy] = [random<tf.Tensor3D>('x', [members, rows, features]), random<tf.Tensor3D>('dy', [members, rows, features])];
    const [gamma, beta] = [random<tf.Tensor2D>('gamma', [members, features]), random<tf.Tensor2D>('beta', [members, features])];
    const mask = masks > 0 ? tf.mul<tf.Tensor3D>(tf.cast(tf.greater(random('mask', [masks, rows, features]), -1), 'float32'), 1.25) : undefined;
    const options = { epsilon: 1e-5, relu: masks > 0, mask };
    const forward = kernels.batchNorm(x, gamma, beta, options);
    const inference = kernels.batchNormInference(x, gamma, beta, forward.mean, forward.variance, options);
    return { ...forward, ...kernels.batchNormGrad(dy, x, gamma, forward, options), inference, sums: kernels.sumRows(x) };
  };
}

for (const [members, rows, features] of [
  [1, 1, 2],
  [3, 7, 65],
  [2, 2, 300],
]) {
  CASES[`layer norm ${members}×${rows}×${features}`] = (kernels) => {
    const [x, gamma] = [random<tf.Tensor3D>('x', [members, rows, features], 3), random<tf.Tensor2D>('gamma', [members, features])];
    const forward = kernels.layerNorm(x, gamma, random('beta', [members, features]), 1e-5);
    return { ...forward, ...kernels.layerNormGrad(random('dy', [members, rows, features]), x, gamma, forward) };
  };
}

for (const [members, batch, length, heads, width] of [
  [1, 1, 1, 1, 1],
  [2, 3, 33, 2, 7],
  [3, 1, 4, 5, 3],
]) {
  CASES[`attention ${members}×${batch}×${length}, ${heads} heads of ${width}`] = (kernels) => {
    const qkv = random<tf.Tensor4D>('qkv', [members, batch, length, 3 * heads * width]);
    const dy = random<tf.Tensor4D>('dy', [members, batch, length, heads * width]);
    // The first example has no token at all.
    const real = tf.tensor3d(
      Array.from({ length: batch * length }, (_, i) => (i < length ? 0 : Number(i % 3 > 0))),
      [1, batch, length],
    );
    const keyMask = tf.tile(real, [members, 1, 1]);
    return Object.fromEntries(
      [
        { heads, causal: true },
        { heads, causal: false, keyMask: real },
        { heads, causal: true, keyMask },
      ].flatMap((options, i) => {
        const forward = kernels.attention(qkv, options);
        return [
          [`y ${i}`, forward.y],
          [`weights ${i}`, forward.weights],
          [`d ${i}`, kernels.attentionGrad(dy, qkv, forward, options)],
        ];
      }),
    );
  };
}

/** Members, examples, positions, units: more units than threads, examples that are no multiple of a workgroup's, weights beyond its memory. */
const SCANS: [RecurrentKind, number, number, number, number, boolean][] = [
  ['rnn-tanh', 2, 7, 3, 130, true],
  ['rnn-relu', 3, 1, 4, 9, false],
  ['gru', 2, 5, 3, 131, true],
  ['gru', 1, 2, 2, 3, false],
  ['lstm', 2, 6, 3, 129, true],
  ['lstm', 1, 3, 1, 5, false],
  ['lstm', 1, 2, 2, 700, false],
];
for (const [kind, members, batch, length, hidden, given] of SCANS) {
  CASES[`${kind} ${members}×${batch}×${length}×${hidden}${given ? ', given state' : ''}`] = (kernels) => {
    const columns = GATES[kind] * hidden;
    const weights = random<tf.Tensor3D>('weights', [members, hidden, columns], 1 / Math.sqrt(hidden));
    const options = {
      kind,
      bias: kind === 'gru' && given ? random<tf.Tensor2D>('bias', [members, columns]) : undefined,
      initial: given ? random<tf.Tensor3D>('initial', [members, batch, hidden]) : undefined,
    };
    const forward = kernels.recurrent(random('projected', [members, batch, length, columns]), weights, options);
    const gradient = kernels.recurrentGrad(random('d', [members, batch, length, hidden]), weights, forward, options);
    const { saved: _, ...compared } = { ...forward, ...gradient };
    return Object.fromEntries(Object.entries(compared).filter(([, tensor]) => tensor !== undefined)) as Record<string, tf.Tensor>;
  };
}

for (const [members, rows, classes, shared] of [
  [1, 1, 2, 1],
  [3, 257, 3, 1],
  [2, 9, 301, 2],
]) {
  CASES[`losses ${members}×${rows}×${classes}`] = (kernels) => {
    const [logits, teacher] = [random<tf.Tensor3D>('logits', [members, rows, classes], 3), random<tf.Tensor3D>('teacher', [shared, rows, classes], 3)];
    const labels = whole([shared, rows], classes, -1) as tf.Tensor2D;
    const none = tf.fill([1, rows], -1, 'int32') as tf.Tensor2D;
    const given = { ce: kernels.softmaxCrossEntropy(logits, labels), none: kernels.softmaxCrossEntropy(logits, none) };
    const distilled = (['forward', 'reverse'] as const).flatMap((direction) =>
      [undefined, labels].map((some, i) => [`${direction} ${i}`, kernels.distillation(logits, teacher, { temperature: 3, direction, labels: some })] as const),
    );
    return Object.fromEntries(
      [...Object.entries(given), ...distilled].flatMap(([name, result]) => Object.entries(result).map(([part, tensor]) => [`${name}: ${part}`, tensor])),
    );
  };
}

CASES['embedding of odd sizes'] = (kernels) => {
  const [table, tokens] = [random<tf.Tensor3D>('table', [3, 11, 33]), whole([1, 5, 7], 11, -1) as tf.Tensor3D];
  return { y: kernels.embedding(tokens, table), d: kernels.embeddingGrad(random('dy', [3, 5, 7, 33]), tokens, 11) };
};

for (const [members, n, features, own] of [
  [1, 4, 1, 1],
  [3, 5, 300, 1],
  [2, 130, 17, 2],
  [2, 33, 1025, 2],
]) {
  CASES[`cka of ${members}×${n}×${features}`] = (kernels) => {
    const x = random<tf.Tensor3D>('x', [members, n, features]);
    const other = centredGram(kernels, random('other', [own, n, 9]));
    const gram = centredGram(kernels, x);
    return Object.fromEntries(
      (
        [
          ['cka', false],
          ['cka-debiased', true],
        ] as const
      ).flatMap(([measure, debiased]) => {
        const { value, g } = kernels.cka(gram, other, { debiased });
        // Of so few examples the debiased one is rounding.
        if (debiased && n === 4) return [];
        return [
          [`${measure} value`, value],
          [`${measure} g`, g],
          [`${measure} gradient`, alignmentGradient(kernels, x, other, tf.ones([members]), { name: measure }).gradient],
        ];
      }),
    );
  };
}

/** Members, rows of x, features, examples of a set, sets (0: all rows are one); of each of the others instances and layers. */
const COMPARISONS: [number, number, number, number, number, [number, number][]][] = [
  [1, 4, 1, 4, 0, [[1, 1]]],
  [
    4,
    64,
    17,
    64,
    0,
    [
      [2, 3],
      [1, 1],
    ],
  ],
  [2, 129, 300, 129, 0, [[1, 2]]],
  [
    6,
    90,
    5,
    65,
    3,
    [
      [3, 2],
      [1, 4],
    ],
  ],
  [2, 9, 33, 5, 7, [[1, 2]]],
];
for (const [members, rows, features, n, sets, others] of COMPARISONS) {
  CASES[`Gram products ${members}×${rows}×${features}, ${sets} sets of ${n}, others ${others.join(' and ')}`] = (kernels) => {
    const chosen =
      sets > 0
        ? tf.tensor2d(
            Int32Array.from({ length: sets * n }, (_, i) => (i * 7 + (i >> 4)) % rows),
            [sets, n],
            'int32',
          )
        : null;
    const count = Math.max(1, sets);
    const grams = others.map(
      ([instances, layers], i) =>
        tf.reshape(centredGram(kernels, random(`other ${i}`, [instances * count * layers, n, 3])), [instances, count, layers, n, n]) as tf.Tensor5D,
    );
    const products = kernels.gramProducts(tf.add(random<tf.Tensor3D>('x', [members, rows, features]), 3) as tf.Tensor3D, chosen, grams);
    return { own: tf.slice(products, [0, 0, 0], [-1, -1, 3]), others: tf.slice(products, [0, 0, 3], [-1, -1, -1]) };
  };
}

CASES['optimisers of many parameters'] = (kernels) => {
  const shapes = [
    [3, 1],
    [3, 4096],
    [3, 4097],
    [3, 2, 2],
    [3, 5],
    [3, 3, 3, 2, 2],
    [3, 8193],
    [3, 2],
    [3, 7],
  ];
  const gradients = shapes.map((shape, i) => random(`g ${i}`, shape));
  const squares = kernels.sumSquares(gradients);
  const { active, scale } = kernels.control(tf.tensor1d([1, 1, 0]), tf.tensor1d([1, Number.POSITIVE_INFINITY, 1]), squares, 3);
  return { squares, active, scale: tf.slice(scale, [0], [1]), one: kernels.sumSquares([gradients[0]]) };
};

export const SHAPE_CASES: Readonly<Record<string, Case>> = CASES;
