/** The end of a step: gradient norms, who goes on, optimisers and running averages in place. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** Elements that a workgroup squares and adds up. */
const CHUNK = 4096;
/** Tensors of one dispatch: with the result 8 arrays, as many as every device can bind. */
const MOST_TENSORS = 7;

/** Sums of squares of chunks of several tensors: workgroup x takes the x-th chunk of all of a member's. */
function squaresShader(count: number): Shader {
  const each = Array.from({ length: count }, (_, n) => n);
  return {
    name: `sums of squares of ${count}`, inputs: each.map((n) => `x${n}`), outputs: ['parts'],
    numbers: ['first', 'total', ...each.flatMap((n) => [`each${n}`, `chunks${n}`])],
    code: /* wgsl */ `
var<workgroup> sums: array<f32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  var sum = 0.0;
  var chunk = i32(group.x);
  ${each.map((n) => `
  if (chunk >= 0 && chunk < i32(u.chunks${n})) {
    let start = u32(chunk) * ${CHUNK}u;
    for (var i = start + me; i < min(start + ${CHUNK}u, u.each${n}); i += 256u) { let v = x${n}[group.y * u.each${n} + i]; sum += v * v; }
  }
  chunk -= i32(u.chunks${n});`).join('')}
  sums[me] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (me < half) { sums[me] += sums[me + half]; }
    workgroupBarrier();
  }
  if (me == 0u) { parts[group.y * u.total + u.first + group.x] = sums[0]; }
}`,
  };
}
const SUM_CHUNKS: Shader = {
  name: 'sum of chunks', inputs: ['x'], outputs: ['y'], numbers: ['size', 'chunks'],
  code: perElement('var sum = 0.0; for (var c = 0u; c < u.chunks; c++) { sum += x[i * u.chunks + c]; } y[i] = sum;'),
};

/** Not through comparisons with NaN, which a compiler may take for impossible. */
const CONTROL: Shader = {
  name: 'control', inputs: ['loss', 'squares'], outputs: ['active_', 'scale'], numbers: ['size', 'clip: f32'],
  code: perElement(/* wgsl */ `
  if (!finite(loss[i]) || !finite(squares[i])) { active_[i] = 0.0; }
  scale[i] = select(1.0, min(1.0, u.clip / (sqrt(squares[i]) + 1e-6)), u.clip >= 0.0);`,
  'fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }'),
};

/** Rows of `factors` are rate, root scale and keep of the members. */
const ADAM: Shader = {
  name: 'adam', inputs: ['g', 'scale', 'active_', 'factors'], outputs: ['p', 'm', 'v'],
  numbers: ['size', 'each', 'E', 'beta1: f32', 'rest1: f32', 'beta2: f32', 'rest2: f32', 'epsilon: f32', 'decay: f32'],
  code: perElement(/* wgsl */ `
  let e = i / u.each;
  if (active_[e] == 0.0) { return; }
  let gradient = g[i] * scale[e] + u.decay * p[i];
  let first = u.beta1 * m[i] + u.rest1 * gradient;
  let second = u.beta2 * v[i] + u.rest2 * gradient * gradient;
  m[i] = first;
  v[i] = second;
  p[i] = factors[2u * u.E + e] * p[i] - factors[e] * (first / (factors[u.E + e] * sqrt(second) + u.epsilon));`),
};

const SGD: Shader = {
  name: 'sgd', inputs: ['g', 'scale', 'active_', 'factors'], outputs: ['p', 'v'], numbers: ['size', 'each', 'momentum: f32', 'decay: f32'],
  code: perElement(/* wgsl */ `
  let e = i / u.each;
  if (active_[e] == 0.0) { return; }
  let velocity = u.momentum * v[i] + g[i] * scale[e] + u.decay * p[i];
  v[i] = velocity;
  p[i] -= factors[e] * velocity;`),
};

/** Averages of one dispatch: with their new values and the activity 7 arrays. */
const MOST_AVERAGES = 3;
function averagesShader(count: number): Shader {
  const each = Array.from({ length: count }, (_, n) => n);
  return {
    name: `running averages of ${count}`, inputs: ['active_', ...each.map((n) => `batch${n}`)], outputs: each.map((n) => `running${n}`),
    numbers: ['size', 'E', 'momentum: f32', ...each.flatMap((n) => [`size${n}`, `factor${n}: f32`])],
    code: perElement(`
  var at = i;
  ${each.map((n) => `
  if (at < u.size${n}) {
    if (active_[at / (u.size${n} / u.E)] != 0.0) { running${n}[at] += u.momentum * (u.factor${n} * batch${n}[at] - running${n}[at]); }
    return;
  }
  at -= u.size${n};`).join('')}`),
  };
}

const ADD_TO_MEMBERS: Shader = {
  name: 'add to members', inputs: ['x', 'part'], outputs: ['y'], numbers: ['size', 'first', 'last'],
  code: perElement('var value = x[i]; if (i >= u.first && i < u.last) { value += part[i - u.first]; } y[i] = value;'),
};

export function optimiserKernels(
  runner: ShaderRunner,
): Pick<Kernels, 'sumSquares' | 'control' | 'adam' | 'sgd' | 'runningAverages' | 'addToMembers'> {
  const each = ({ size, shape }: Tensor): [number, number] => [size, size / shape[0]];
  return {
    sumSquares(tensors) {
      const members = tensors[0].shape[0];
      const sizes = tensors.map((x) => x.size / members);
      const chunks = sizes.map((size) => Math.ceil(size / CHUNK));
      const total = chunks.reduce((a, b) => a + b, 0);
      let parts: Tensor | number[] = [members, total];
      let first = 0;
      for (let from = 0; from < tensors.length; from += MOST_TENSORS) {
        const some = tensors.slice(from, from + MOST_TENSORS);
        const count = chunks.slice(from, from + MOST_TENSORS).reduce((a, b) => a + b, 0);
        [parts] = runner.run(squaresShader(some.length), {
          inputs: some, outputs: [parts], numbers: [first, total, ...some.flatMap((_, n) => [sizes[from + n], chunks[from + n]])], groups: [count, members],
        });
        first += count;
      }
      const [sum] = runner.run(SUM_CHUNKS, { inputs: [parts as Tensor], outputs: [[members]], numbers: [members, total], groups: cover(members) });
      (parts as Tensor).dispose();
      return sum as Tensor1D;
    },

    control(active, loss, squaredNorm, clipNorm) {
      const members = active.size;
      const [, scale] = runner.run(CONTROL, {
        inputs: [loss, squaredNorm], outputs: [active, [members]], numbers: [members, clipNorm ?? -1], groups: cover(members),
      });
      return { active, scale: scale as Tensor1D };
    },

    adam(state, gradient, { scale, active, factors }, { beta1, beta2, epsilon, coupledDecay }) {
      const { parameter, m, v } = state;
      runner.run(ADAM, {
        inputs: [gradient, scale, active, factors], outputs: [parameter, m, v],
        numbers: [...each(parameter), active.size, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, coupledDecay], groups: cover(parameter.size),
      });
      return state;
    },

    sgd(state, gradient, { scale, active, factors }, { momentum, weightDecay }) {
      const { parameter, velocity } = state;
      runner.run(SGD, {
        inputs: [gradient, scale, active, factors], outputs: [parameter, velocity], numbers: [...each(parameter), momentum, weightDecay],
        groups: cover(parameter.size),
      });
      return state;
    },

    runningAverages(averages, momentum, active) {
      for (let from = 0; from < averages.length; from += MOST_AVERAGES) {
        const some = averages.slice(from, from + MOST_AVERAGES);
        const size = some.reduce((sum, { running }) => sum + running.size, 0);
        runner.run(averagesShader(some.length), {
          inputs: [active, ...some.map(({ batch }) => batch)], outputs: some.map(({ running }) => running),
          numbers: [size, active.size, momentum, ...some.flatMap(({ running, factor }) => [running.size, factor])], groups: cover(size),
        });
      }
      return averages.map(({ running }) => running);
    },

    addToMembers<T extends Tensor>(x: T, part: T, first: number): T {
      const width = x.size / x.shape[0];
      return runner.run(ADD_TO_MEMBERS, {
        inputs: [x, part], outputs: [x.shape], numbers: [x.size, first * width, first * width + part.size], groups: cover(x.size),
      })[0] as T;
    },
  };
}
