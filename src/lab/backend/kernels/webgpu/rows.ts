/** Kernels on single rows: losses and layer normalisation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { inTwoDimensions, type Shader, type ShaderRunner } from './runner.ts';

/** Sum over a workgroup of 256, the same order every time. Every thread must call it. */
export const TOTAL = /* wgsl */ `
var<workgroup> sums: array<f32, 256>;
fn total(me: u32, value: f32) -> f32 {
  sums[me] = value;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (me < half) { sums[me] += sums[me + half]; }
    workgroupBarrier();
  }
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}`;

/** Labelled rows of member e (at least 1), and a loop over this thread's rows with `row` (of logits) and `label`. */
const LABELLED = /* wgsl */ `
  let e = group.x;
  let first = min(e, u.labelsE - 1u) * u.R;
  var count = 0.0;
  for (var r = me; r < u.R; r += 256u) { if (labels[first + r] >= 0) { count += 1.0; } }
  count = max(1.0, total(me, count));`;

const CROSS_ENTROPY: Shader = {
  name: 'cross-entropy',
  inputs: ['x', 'labels: i32'],
  outputs: ['loss', 'accuracy', 'dx'],
  numbers: ['R', 'C', 'labelsE'],
  code: /* wgsl */ `${TOTAL}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  ${LABELLED}
  var sum = 0.0;
  var right = 0.0;
  for (var r = me; r < u.R; r += 256u) {
    let label = labels[first + r];
    let row = (e * u.R + r) * u.C;
    if (label < 0) {
      for (var c = 0u; c < u.C; c++) { dx[row + c] = 0.0; }
      continue;
    }
    var best = 0u;
    for (var c = 1u; c < u.C; c++) { if (x[row + c] > x[row + best]) { best = c; } }
    let highest = x[row + best];
    var mass = 0.0;
    for (var c = 0u; c < u.C; c++) { mass += exp(x[row + c] - highest); }
    sum -= x[row + u32(label)] - highest - log(mass);
    if (best == u32(label)) { right += 1.0; }
    for (var c = 0u; c < u.C; c++) {
      dx[row + c] = (exp(x[row + c] - highest) / mass - select(0.0, 1.0, c == u32(label))) / count;
    }
  }
  sum = total(me, sum);
  right = total(me, right);
  if (me == 0u) { loss[e] = sum / count; accuracy[e] = right / count; }
}`,
};

const DISTILLATION: Shader = {
  name: 'distillation',
  inputs: ['x', 'teacher', 'labels: i32'],
  outputs: ['loss', 'dx'],
  numbers: ['R', 'C', 'labelsE', 'teacherE', 'reverse', 'T: f32'],
  code: /* wgsl */ `${TOTAL}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  ${LABELLED}
  var sum = 0.0;
  for (var r = me; r < u.R; r += 256u) {
    let row = (e * u.R + r) * u.C;
    let other = (min(e, u.teacherE - 1u) * u.R + r) * u.C;
    if (labels[first + r] < 0) {
      for (var c = 0u; c < u.C; c++) { dx[row + c] = 0.0; }
      continue;
    }
    var top = x[row] / u.T;
    var topOther = teacher[other] / u.T;
    for (var c = 1u; c < u.C; c++) { top = max(top, x[row + c] / u.T); topOther = max(topOther, teacher[other + c] / u.T); }
    var mass = 0.0;
    var massOther = 0.0;
    for (var c = 0u; c < u.C; c++) { mass += exp(x[row + c] / u.T - top); massOther += exp(teacher[other + c] / u.T - topOther); }
    let level = top + log(mass);
    let levelOther = topOther + log(massOther);
    var divergence = 0.0;
    for (var c = 0u; c < u.C; c++) {
      let own = x[row + c] / u.T - level;
      let theirs = teacher[other + c] / u.T - levelOther;
      if (u.reverse == 1u) { divergence += exp(own) * (own - theirs); } else { divergence += exp(theirs) * (theirs - own); }
    }
    sum += divergence;
    for (var c = 0u; c < u.C; c++) {
      let own = x[row + c] / u.T - level;
      let theirs = teacher[other + c] / u.T - levelOther;
      var d = exp(own) - exp(theirs);
      if (u.reverse == 1u) { d = exp(own) * (own - theirs - divergence); }
      dx[row + c] = d * (u.T / count);
    }
  }
  sum = total(me, sum);
  if (me == 0u) { loss[e] = sum * (u.T / count) * u.T; }
}`,
};

/** A workgroup per row, of `rows` of all members. */
const ROW = (body: string) => /* wgsl */ `
var<workgroup> sums: array<f32, 64>;
fn total(me: u32, value: f32) -> f32 {
  sums[me] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (me < half) { sums[me] += sums[me + half]; }
    workgroupBarrier();
  }
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) me: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= u.rows) { return; }
  let first = row * u.F;
  let column = (row / u.R) * u.F;
  let count = f32(u.F);
  ${body}
}`;
const ALONG = (body: string) => `for (var f = me; f < u.F; f += 64u) { let i = first + f; ${body} }`;

const LAYER_NORM: Shader = {
  name: 'layer norm',
  inputs: ['x', 'gamma', 'beta'],
  outputs: ['y', 'mean', 'inverse'],
  numbers: ['rows', 'R', 'F', 'epsilon: f32'],
  code: ROW(`
  var sum = 0.0;
  ${ALONG('sum += x[i];')}
  let mu = total(me, sum) / count;
  sum = 0.0;
  ${ALONG('let d = x[i] - mu; sum += d * d;')}
  let inv = inverseSqrt(total(me, sum) / count + u.epsilon);
  ${ALONG('y[i] = (x[i] - mu) * inv * gamma[column + f] + beta[column + f];')}
  if (me == 0u) { mean[row] = mu; inverse[row] = inv; }`),
};

const LAYER_NORM_GRAD: Shader = {
  name: 'layer norm gradient',
  inputs: ['dy', 'x', 'gamma', 'mean', 'inverse'],
  outputs: ['dx'],
  numbers: ['rows', 'R', 'F'],
  code: ROW(`
  let mu = mean[row];
  let inv = inverse[row];
  var plain = 0.0;
  var along = 0.0;
  ${ALONG('let d = dy[i] * gamma[column + f]; plain += d; along += d * (x[i] - mu) * inv;')}
  plain = total(me, plain) / count;
  along = total(me, along) / count;
  ${ALONG('dx[i] = (dy[i] * gamma[column + f] - plain - (x[i] - mu) * inv * along) * inv;')}`),
};

export function rowKernels(
  runner: ShaderRunner,
  layerNormSums: (dy: Tensor3D, x: Tensor3D, mean: Tensor2D, inverse: Tensor2D) => Tensor2D[],
): Pick<Kernels, 'softmaxCrossEntropy' | 'distillation' | 'layerNorm' | 'layerNormGrad'> {
  return {
    softmaxCrossEntropy(logits, labels) {
      const [members, rows, classes] = logits.shape;
      const [loss, accuracy, dLogits] = runner.run(CROSS_ENTROPY, {
        inputs: [logits, labels],
        outputs: [[members], [members], logits.shape],
        numbers: [rows, classes, labels.shape[0]],
        groups: [members],
      });
      return { loss: loss as Tensor1D, accuracy: accuracy as Tensor1D, dLogits: dLogits as Tensor3D };
    },

    distillation(logits, teacher, { temperature, direction, labels }) {
      const [members, rows, classes] = logits.shape;
      const rowsOf = labels ?? tf.zeros<tf.Rank.R2>([1, rows], 'int32');
      const [loss, dLogits] = runner.run(DISTILLATION, {
        inputs: [logits, teacher, rowsOf],
        outputs: [[members], logits.shape],
        numbers: [rows, classes, rowsOf.shape[0], teacher.shape[0], direction === 'reverse' ? 1 : 0, temperature],
        groups: [members],
      });
      if (!labels) rowsOf.dispose();
      return { loss: loss as Tensor1D, dLogits: dLogits as Tensor3D };
    },

    layerNorm(x, gamma, beta, epsilon) {
      const [members, rows, features] = x.shape;
      const [y, mean, inverse] = runner.run(LAYER_NORM, {
        inputs: [x, gamma, beta],
        outputs: [x.shape, [members, rows], [members, rows]],
        numbers: [members * rows, rows, features, epsilon],
        groups: inTwoDimensions(members * rows),
      });
      return { y: y as Tensor3D, mean: mean as Tensor2D, inverse: inverse as Tensor2D };
    },

    layerNormGrad(dy, x, gamma, { mean, inverse }) {
      const [members, rows, features] = x.shape;
      const [dx] = runner.run(LAYER_NORM_GRAD, {
        inputs: [dy, x, gamma, mean, inverse],
        outputs: [x.shape],
        numbers: [members * rows, rows, features],
        groups: inTwoDimensions(members * rows),
      });
      const [dGamma, dBeta] = layerNormSums(dy, x, mean, inverse);
      return { dx: dx as Tensor3D, dGamma, dBeta };
    },
  };
}
