/**
 * Batch normalisation with ReLU and mask, forward and back. Few rows take one dispatch each way; many (images) are reduced
 * in chunks, so that the whole GPU has work, and normalised element by element afterwards.
 */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { COLUMNS, chunksOf, columnGroups, ROWS } from './columns.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** `mu` and `sigma`, mean and biased variance of the column. */
const STATISTICS = `
  var sum = 0.0;
  ${ROWS('sum += x[i];')}
  let mu = total(lane, sum) / rows;
  sum = 0.0;
  ${ROWS('let d = x[i] - mu; sum += d * d;')}
  let sigma = total(lane, sum) / rows;`;

interface NormOptions {
  relu: boolean;
  masked: boolean;
}
const suffix = ({ relu, masked }: NormOptions) => `${relu ? ' relu' : ''}${masked ? ' mask' : ''}`;
const shown = ({ relu, masked }: NormOptions) => `${relu ? 'value = select(value, 0.0, value <= 0.0);' : ''}${masked ? 'value *= mask[i % u.period];' : ''}`;

const batchNormShader = (options: NormOptions): Shader => ({
  name: `batch norm${suffix(options)}`,
  inputs: ['x', 'gamma', 'beta', ...(options.masked ? ['mask'] : [])],
  outputs: ['mean', 'variance', 'y'],
  numbers: ['R', 'F', 'epsilon: f32', 'period'],
  code: COLUMNS(`
  ${STATISTICS}
  if (!mine) { return; }
  if (lane.y == 0u) { mean[at] = mu; variance[at] = sigma; }
  let slope = gamma[at] * inverseSqrt(sigma + u.epsilon);
  let shift = beta[at];
  ${ROWS(`var value = (x[i] - mu) * slope + shift; ${shown(options)} y[i] = value;`)}`),
});

/** Mean and sum of squares about it of a chunk of rows; `E` counts chunks of members here. */
const CHUNK_STATISTICS: Shader = {
  name: 'statistics of chunks',
  inputs: ['x'],
  outputs: ['means', 'squares'],
  numbers: ['R', 'F'],
  code: COLUMNS(`
  ${STATISTICS}
  if (lane.y == 0u && mine) { means[at] = mu; squares[at] = sigma * rows; }`),
};
/** Of chunks of equal size (Chan et al. 1979). */
const JOIN_STATISTICS: Shader = {
  name: 'joined statistics',
  inputs: ['means', 'squares'],
  outputs: ['mean', 'variance'],
  numbers: ['size', 'F', 'chunks', 'chunk: f32'],
  code: perElement(`
  let first = (i / u.F) * u.chunks * u.F + i % u.F;
  let count = f32(u.chunks);
  var mu = 0.0;
  for (var c = 0u; c < u.chunks; c++) { mu += means[first + c * u.F]; }
  mu /= count;
  var sum = 0.0;
  for (var c = 0u; c < u.chunks; c++) { let d = means[first + c * u.F] - mu; sum += squares[first + c * u.F] + u.chunk * d * d; }
  mean[i] = mu;
  variance[i] = sum / (count * u.chunk);`),
};

const normaliseShader = (options: NormOptions): Shader => ({
  name: `normalise${suffix(options)}`,
  inputs: ['x', 'gamma', 'beta', 'mean', 'variance', ...(options.masked ? ['mask'] : [])],
  outputs: ['y'],
  numbers: ['size', 'each', 'F', 'epsilon: f32', 'period'],
  code: perElement(`
  let at = (i / u.each) * u.F + i % u.F;
  var value = (x[i] - mean[at]) * (gamma[at] * inverseSqrt(variance[at] + u.epsilon)) + beta[at];
  ${shown(options)}
  y[i] = value;`),
});

/** Gradient behind ReLU and mask. */
const behind = ({ relu, masked }: NormOptions) => `var d = dy[i]; ${masked ? 'd *= mask[i % u.period];' : ''} ${relu ? 'd = select(0.0, d, y[i] > 0.0);' : ''}`;
const behindInputs = ({ relu, masked }: NormOptions) => [...(relu ? ['y'] : []), ...(masked ? ['mask'] : [])];

/** Takes the statistics anew: with them as inputs it would have more arrays than every device can bind (8). */
const batchNormGradShader = (options: NormOptions): Shader => ({
  name: `batch norm gradient${suffix(options)}`,
  inputs: ['dy', 'x', 'gamma', ...behindInputs(options)],
  outputs: ['dGamma', 'dBeta', 'dx'],
  numbers: ['R', 'F', 'epsilon: f32', 'period'],
  code: COLUMNS(`
  ${STATISTICS}
  let inv = inverseSqrt(sigma + u.epsilon);
  var plain = 0.0;
  var along = 0.0;
  ${ROWS(`${behind(options)} plain += d; along += d * ((x[i] - mu) * inv);`)}
  plain = total(lane, plain);
  along = total(lane, along);
  if (!mine) { return; }
  if (lane.y == 0u) { dBeta[at] = plain; dGamma[at] = along; }
  let slope = gamma[at] * inv;
  ${ROWS(`${behind(options)} dx[i] = (d - (x[i] - mu) * inv * (along / rows) - plain / rows) * slope;`)}`),
});

/** Σ d and Σ d·(x−μ) of a chunk of rows. */
const chunkGradShader = (options: NormOptions): Shader => ({
  name: `batch norm gradient${suffix(options)} of chunks`,
  inputs: ['dy', 'x', 'mean', ...behindInputs(options)],
  outputs: ['plains', 'alongs'],
  numbers: ['R', 'F', 'chunks', 'period'],
  code: COLUMNS(`
  let mu = mean[(e / u.chunks) * u.F + f];
  var plain = 0.0;
  var along = 0.0;
  ${ROWS(`${behind(options)} plain += d; along += d * (x[i] - mu);`)}
  plain = total(lane, plain);
  along = total(lane, along);
  if (lane.y == 0u && mine) { plains[at] = plain; alongs[at] = along; }`),
});
/** Joins the chunks, and makes of every column what its elements need: dx = d·c0 − (x−μ)·c1 − c2. */
const JOIN_GRADIENT: Shader = {
  name: 'joined batch norm gradient',
  inputs: ['plains', 'alongs', 'variance', 'gamma'],
  outputs: ['dGamma', 'dBeta', 'table'],
  numbers: ['size', 'F', 'chunks', 'R', 'epsilon: f32'],
  code: perElement(`
  let first = (i / u.F) * u.chunks * u.F + i % u.F;
  var plain = 0.0;
  var along = 0.0;
  for (var c = 0u; c < u.chunks; c++) { plain += plains[first + c * u.F]; along += alongs[first + c * u.F]; }
  let inv = inverseSqrt(variance[i] + u.epsilon);
  let slope = gamma[i] * inv;
  dBeta[i] = plain;
  dGamma[i] = along * inv;
  table[3u * i] = slope;
  table[3u * i + 1u] = slope * inv * inv * along / f32(u.R);
  table[3u * i + 2u] = slope * plain / f32(u.R);`),
};
const inputGradShader = (options: NormOptions): Shader => ({
  name: `batch norm gradient${suffix(options)} of the input`,
  inputs: ['dy', 'x', 'mean', 'table', ...behindInputs(options)],
  outputs: ['dx'],
  numbers: ['size', 'each', 'F', 'period'],
  code: perElement(`
  let at = (i / u.each) * u.F + i % u.F;
  ${behind(options)}
  dx[i] = d * table[3u * at] - (x[i] - mean[at]) * table[3u * at + 1u] - table[3u * at + 2u];`),
});

export function batchNormKernels(runner: ShaderRunner): Pick<Kernels, 'batchNorm' | 'batchNormGrad' | 'batchNormInference'> {
  const optionsOf = (relu: boolean, mask: Tensor | undefined): NormOptions => ({ relu, masked: mask !== undefined });
  const given = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

  const normalise = (
    x: Tensor3D,
    gamma: Tensor2D,
    beta: Tensor2D,
    mean: Tensor2D,
    variance: Tensor2D,
    { epsilon, relu, mask }: { epsilon: number; relu: boolean; mask?: Tensor3D },
  ) => {
    const members = Math.max(x.shape[0], gamma.shape[0]);
    const each = x.shape[1] * x.shape[2];
    return runner.run(normaliseShader(optionsOf(relu, mask)), {
      inputs: [x, gamma, beta, mean, variance, ...given(mask)],
      outputs: [[members, x.shape[1], x.shape[2]]],
      numbers: [members * each, each, x.shape[2], epsilon, mask?.size ?? 1],
      groups: cover(members * each),
    })[0] as Tensor3D;
  };

  return {
    batchNorm(x, gamma, beta, options) {
      const [members, rows, features] = x.shape;
      const chunks = chunksOf(rows);
      const shapes = [
        [members, features],
        [members, features],
      ];
      if (chunks === 1) {
        const [mean, variance, y] = runner.run(batchNormShader(optionsOf(options.relu, options.mask)), {
          inputs: [x, gamma, beta, ...given(options.mask)],
          outputs: [...shapes, x.shape],
          numbers: [rows, features, options.epsilon, options.mask?.size ?? 1],
          groups: columnGroups(features, members),
        });
        return { y: y as Tensor3D, mean: mean as Tensor2D, variance: variance as Tensor2D };
      }
      const parts = runner.run(CHUNK_STATISTICS, {
        inputs: [x],
        outputs: [
          [members * chunks, features],
          [members * chunks, features],
        ],
        numbers: [rows / chunks, features],
        groups: columnGroups(features, members * chunks),
      });
      const [mean, variance] = runner.run(JOIN_STATISTICS, {
        inputs: parts,
        outputs: shapes,
        numbers: [members * features, features, chunks, rows / chunks],
        groups: cover(members * features),
      }) as Tensor2D[];
      for (const part of parts) part.dispose();
      return { y: normalise(x, gamma, beta, mean, variance, options), mean, variance };
    },

    batchNormGrad(dy, x, gamma, forward, options) {
      const [members, rows, features] = x.shape;
      const chunks = chunksOf(rows);
      const kind = optionsOf(options.relu, options.mask);
      const further = [...(options.relu ? [forward.y] : []), ...given(options.mask)];
      const period = options.mask?.size ?? 1;
      const shapes = [
        [members, features],
        [members, features],
      ];
      if (chunks === 1) {
        const [dGamma, dBeta, dx] = runner.run(batchNormGradShader(kind), {
          inputs: [dy, x, gamma, ...further],
          outputs: [...shapes, x.shape],
          numbers: [rows, features, options.epsilon, period],
          groups: columnGroups(features, members),
        });
        return { dx: dx as Tensor3D, dGamma: dGamma as Tensor2D, dBeta: dBeta as Tensor2D };
      }
      const parts = runner.run(chunkGradShader(kind), {
        inputs: [dy, x, forward.mean, ...further],
        outputs: [
          [members * chunks, features],
          [members * chunks, features],
        ],
        numbers: [rows / chunks, features, chunks, period],
        groups: columnGroups(features, members * chunks),
      });
      const [dGamma, dBeta, table] = runner.run(JOIN_GRADIENT, {
        inputs: [...parts, forward.variance, gamma],
        outputs: [...shapes, [members, features, 3]],
        numbers: [members * features, features, chunks, rows, options.epsilon],
        groups: cover(members * features),
      });
      const [dx] = runner.run(inputGradShader(kind), {
        inputs: [dy, x, forward.mean, table, ...further],
        outputs: [x.shape],
        numbers: [x.size, rows * features, features, period],
        groups: cover(x.size),
      });
      for (const part of [...parts, table]) part.dispose();
      return { dx: dx as Tensor3D, dGamma: dGamma as Tensor2D, dBeta: dBeta as Tensor2D };
    },

    batchNormInference: (x, gamma, beta, mean, variance, { epsilon, relu }) => normalise(x, gamma, beta, mean, variance, { epsilon, relu }),
  };
}
