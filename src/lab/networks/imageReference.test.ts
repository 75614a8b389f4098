/**
 * Networks for images against the same networks written once more, in float64 and in loops over single numbers: the
 * logits of one image, with all parameters and running statistics random.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import type { ImageShape } from '../../experiment/networks/describe.ts';
import type { ConvNextSpec, NetworkSpec, ResNetSpec, VitSpec } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { stream } from '../random/stream.ts';
import { Model } from './model.ts';

const TASK: ImageShape = { input: [6, 6, 3], classes: 4, trainExamples: 1, valExamples: 1 };
const EPSILON = 1e-5;

/** Values of a parameter, and a picture as [row][column][channel]. */
type Values = ArrayLike<number>;
type Picture = number[][][];
type Parameters = (name: string) => Values;

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function conv(x: Picture, weight: Values, size: number, outputs: number, stride: number, pad: number, bias?: Values): Picture {
  const inputs = x[0][0].length;
  const reach = (length: number) => Math.floor((length + 2 * pad - size) / stride) + 1;
  return range(reach(x.length)).map((oy) =>
    range(reach(x[0].length)).map((ox) =>
      range(outputs).map((o) => {
        let total = bias?.[o] ?? 0;
        for (const ky of range(size)) {
          for (const kx of range(size)) {
            const pixel = x[oy * stride + ky - pad]?.[ox * stride + kx - pad];
            if (pixel) for (const i of range(inputs)) total += pixel[i] * weight[((ky * size + kx) * inputs + i) * outputs + o];
          }
        }
        return total;
      }),
    ),
  );
}

function depthwise(x: Picture, weight: Values, size: number, bias: Values): Picture {
  const [channels, pad] = [x[0][0].length, (size - 1) / 2];
  return x.map((row, y) =>
    row.map((pixel, at) =>
      pixel.map((_, c) => {
        let total = bias[c];
        for (const ky of range(size)) {
          for (const kx of range(size)) total += (x[y + ky - pad]?.[at + kx - pad]?.[c] ?? 0) * weight[(ky * size + kx) * channels + c];
        }
        return total;
      }),
    ),
  );
}

const each = (x: Picture, f: (pixel: number[]) => number[]): Picture => x.map((row) => row.map(f));
const relu = (xs: number[]): number[] => xs.map((v) => Math.max(0, v));
const plus = (a: Picture, b: Picture): Picture => a.map((row, y) => row.map((pixel, x) => pixel.map((v, c) => v + b[y][x][c])));
const pool = (x: Picture): number[] => x[0][0].map((_, c) => sum(x.flat().map((pixel) => pixel[c])) / x.flat().length);

function linear(p: Parameters, name: string, x: readonly number[], outputs: number): number[] {
  const [weight, bias] = [p(`${name}.weight`), p(`${name}.bias`)];
  return range(outputs).map((o) => bias[o] + sum(x.map((v, i) => v * weight[i * outputs + o])));
}

function layerNorm(p: Parameters, name: string, x: readonly number[]): number[] {
  const mean = sum([...x]) / x.length;
  const variance = sum(x.map((v) => (v - mean) ** 2)) / x.length;
  return x.map((v, i) => (p(`${name}.gamma`)[i] * (v - mean)) / Math.sqrt(variance + EPSILON) + p(`${name}.beta`)[i]);
}

/** x·Φ(x), Φ by the power series of the error function. */
function gelu(x: number): number {
  const z = x / Math.SQRT2;
  let [term, total] = [z, z];
  for (let n = 1; n < 80; n++) {
    term *= -(z * z) / n;
    total += term / (2 * n + 1);
  }
  return x * (0.5 + total / Math.sqrt(Math.PI));
}

const mlp = (p: Parameters, block: string, x: readonly number[], units: number): number[] =>
  linear(p, `${block}.down`, linear(p, `${block}.up`, x, units).map(gelu), x.length);

function bottleneckNet(p: Parameters, image: Picture): number[] {
  const unit = (name: string, x: Picture, size: number, outputs: number, stride: number) =>
    each(conv(x, p(`${name}.weight`), size, outputs, stride, (size - 1) / 2), (pixel) =>
      pixel.map((v, c) => {
        const [mean, variance] = [p(`mean/${name}.norm`)[c], p(`variance/${name}.norm`)[c]];
        return (p(`${name}.norm.gamma`)[c] * (v - mean)) / Math.sqrt(variance + EPSILON) + p(`${name}.norm.beta`)[c];
      }),
    );
  const block = (name: string, x: Picture, inside: number, stride: number) => {
    const first = each(unit(`${name}.conv1`, x, 1, inside, 1), relu);
    const second = each(unit(`${name}.conv2`, first, 3, inside, stride), relu);
    return each(plus(unit(`${name}.conv3`, second, 1, 4 * inside, 1), unit(`${name}.proj`, x, 1, 4 * inside, stride)), relu);
  };
  const stem = each(unit('stem', image, 3, 2, 1), relu);
  return linear(p, 'head', pool(block('block2', block('block1', stem, 2, 1), 4, 2)), TASK.classes);
}

function convnextNet(p: Parameters, image: Picture): number[] {
  const block = (name: string, x: Picture) =>
    plus(
      x,
      each(depthwise(x, p(`${name}.depthwise.weight`), 3, p(`${name}.depthwise.bias`)), (pixel) =>
        mlp(p, name, layerNorm(p, `${name}.norm`, pixel), 4 * pixel.length),
      ),
    );
  const stem = each(conv(image, p('stem.weight'), 2, 4, 2, 0, p('stem.bias')), (pixel) => layerNorm(p, 'stem.norm', pixel));
  const first = each(block('block1', stem), (pixel) => layerNorm(p, 'down2.norm', pixel));
  const second = block('block2', conv(first, p('down2.weight'), 2, 8, 2, 0, p('down2.bias')));
  return linear(p, 'head', layerNorm(p, 'norm', pool(second)), TASK.classes);
}

function vitNet(p: Parameters, image: Picture): number[] {
  const [width, heads, ffn] = [8, 2, 6];
  const size = width / heads;
  const patches = conv(image, p('patches.weight'), 3, width, 3, 0, p('patches.bias')).flat();
  const tokens = [range(width).map((i) => p('class')[i]), ...patches].map((token, t) => token.map((v, i) => v + p('positions')[t * width + i]));
  const qkv = tokens.map((token) => {
    const normal = layerNorm(p, 'block1.norm1', token);
    return range(3 * width).map((o) => sum(normal.map((v, i) => v * p('block1.qkv')[i * 3 * width + o])));
  });
  const attended = tokens.map((_, t) =>
    range(width).map((i) => {
      const from = Math.floor(i / size) * size;
      const scores = qkv.map((key) => Math.exp(sum(range(size).map((d) => qkv[t][from + d] * key[width + from + d])) / Math.sqrt(size)));
      return sum(qkv.map((value, s) => (scores[s] / sum(scores)) * value[2 * width + i]));
    }),
  );
  const middle = tokens.map((token, t) => linear(p, 'block1.out', attended[t], width).map((v, i) => token[i] + v));
  const out = middle.map((token) => mlp(p, 'block1', layerNorm(p, 'block1.norm2', token), ffn).map((v, i) => token[i] + v));
  return linear(p, 'head', layerNorm(p, 'norm', out[0]), TASK.classes);
}

const RESNET: ResNetSpec = { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 2, init: 'he', tap: 'pre' };
const CONVNEXT: ConvNextSpec = { family: 'convnext', stages: [1, 1], width: 4, patch: 2, kernel: 3, init: 'default' };
const VIT: VitSpec = { family: 'vit', patch: 3, layers: 1, width: 8, heads: 2, ffn: 6, pooling: 'class', init: 'default' };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it.each<[string, NetworkSpec, (p: Parameters, image: Picture) => number[]]>([
  ['ResNet of bottleneck blocks', RESNET, bottleneckNet],
  ['ConvNeXt', CONVNEXT, convnextNet],
  ['ViT with a class token', VIT, vitNet],
])('%s', async (_, network, reference) => {
  const model = new Model({ network, task: TASK, seeds: [0], streamName: 'init' }, composed);
  const values = new Map<string, Float32Array>();
  for (const [saved, { shape }] of model.weights.named()) {
    const drawn = stream(5, saved)
      .normals(shape.reduce((a, b) => a * b, 1))
      .map((v) => (saved.startsWith('variance/') ? 0.5 + v * v : 0.7 * v));
    model.weights.replace(saved, tf.tensor(drawn, shape));
    values.set(saved.replace(/^parameter\//, ''), drawn);
  }
  const pixels = stream(6, 'image').normals(6 * 6 * 3);
  const image = range(6).map((y) => range(6).map((x) => range(3).map((c) => pixels[(y * 6 + x) * 3 + c])));
  const logits = tf.tidy(() => [...model.infer(tf.tensor(pixels, [1, 1, 6, 6, 3])).logits.dataSync()]);
  const expected = reference((name) => {
    const found = values.get(name);
    if (!found) throw new Error(`no parameter ${name}`);
    return found;
  }, image);
  logits.forEach((logit, i) => expect(logit).toBeCloseTo(expected[i], 3));
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
  model.dispose();
});
