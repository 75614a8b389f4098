/** The end of a step: gradient norms, who goes on, optimisers and running averages in place. */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Kernels, MemberControl, ParameterUpdate, Updated } from '../types.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** Elements that a workgroup squares and adds up. */
const CHUNK = 4096;
/** Tensors of one dispatch: with the result 8 arrays, as many as every device can bind. */
const MOST_TENSORS = 7;

/** Sums of squares of chunks of several tensors: workgroup x takes the x-th chunk of all of a member's. */
function squaresShader(count: number): Shader {
  const each = Array.from({ length: count }, (_, n) => n);
  return {
    name: `sums of squares of ${count}`,
    inputs: each.map((n) => `x${n}`),
    outputs: ['parts'],
    numbers: ['first', 'total', ...each.flatMap((n) => [`each${n}`, `chunks${n}`])],
    code: /* wgsl */ `
var<workgroup> sums: array<f32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  var sum = 0.0;
  var chunk = i32(group.x);
  ${each
    .map(
      (n) => `
  if (chunk >= 0 && chunk < i32(u.chunks${n})) {
    let start = u32(chunk) * ${CHUNK}u;
    for (var i = start + me; i < min(start + ${CHUNK}u, u.each${n}); i += 256u) { let v = x${n}[group.y * u.each${n} + i]; sum += v * v; }
  }
  chunk -= i32(u.chunks${n});`,
    )
    .join('')}
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
  name: 'sum of chunks',
  inputs: ['x'],
  outputs: ['y'],
  numbers: ['size', 'chunks'],
  code: perElement('var sum = 0.0; for (var c = 0u; c < u.chunks; c++) { sum += x[i * u.chunks + c]; } y[i] = sum;'),
};

/** Not through comparisons with NaN, which a compiler may take for impossible. */
const CONTROL: Shader = {
  name: 'control',
  inputs: ['loss', 'squares'],
  outputs: ['active_', 'scale'],
  numbers: ['size', 'clip: f32'],
  code: perElement(
    /* wgsl */ `
  if (!finite(loss[i]) || !finite(squares[i])) { active_[i] = 0.0; }
  scale[i] = select(1.0, min(1.0, u.clip / (sqrt(squares[i]) + 1e-6)), u.clip >= 0.0);`,
    'fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }',
  ),
};

/** All that steers the members in one array: scale, activity, rate, root scale, keep. */
const PACK_CONTROL: Shader = {
  name: 'pack control',
  inputs: ['scale', 'active_', 'factors'],
  outputs: ['control'],
  numbers: ['size'],
  code: perElement(`
  control[i] = scale[i];
  control[u.size + i] = active_[i];
  for (var row = 0u; row < 3u; row++) { control[(2u + row) * u.size + i] = factors[row * u.size + i]; }`),
};

/** Parameters of one dispatch: with their gradients, the state and the control 8 arrays. */
const MOST_PARAMETERS = 3;

/** `step` sees the element `at` of parameter `p` and gradient `g`, its member `e`, and its place `s` in the state. */
function updateShader(name: string, hyper: readonly string[], step: string, count: number): Shader {
  const each = Array.from({ length: count }, (_, n) => n);
  return {
    name: `${name} of ${count}`,
    inputs: ['control', ...each.map((n) => `g${n}`)],
    outputs: ['state', ...each.map((n) => `p${n}`)],
    numbers: ['size', 'E', 'N', ...hyper.map((number) => `${number}: f32`), ...each.flatMap((n) => [`size${n}`, `at${n}`])],
    code: perElement(`
  var at = i;
  ${each
    .map(
      (n) => `
  if (at < u.size${n}) {
    let e = at / (u.size${n} / u.E);
    if (control[u.E + e] == 0.0) { return; }
    let s = u.at${n} + at;
    let p = p${n}[at];
    let g = g${n}[at] * control[e] + u.decay * p;
    ${step.replaceAll('NEXT', `p${n}[at]`)}
    return;
  }
  at -= u.size${n};`,
    )
    .join('')}`),
  };
}
const ADAM_STEP = `
    let first = u.beta1 * state[s] + u.rest1 * g;
    let second = u.beta2 * state[u.N + s] + u.rest2 * g * g;
    state[s] = first;
    state[u.N + s] = second;
    NEXT = control[4u * u.E + e] * p - control[2u * u.E + e] * (first / (control[3u * u.E + e] * sqrt(second) + u.epsilon));`;
const SGD_STEP = `
    let velocity = u.momentum * state[s] + g;
    state[s] = velocity;
    NEXT = p - control[2u * u.E + e] * velocity;`;

/** Averages of one dispatch: with their new values and the activity 7 arrays. */
const MOST_AVERAGES = 3;
function averagesShader(count: number): Shader {
  const each = Array.from({ length: count }, (_, n) => n);
  return {
    name: `running averages of ${count}`,
    inputs: ['active_', ...each.map((n) => `batch${n}`)],
    outputs: each.map((n) => `running${n}`),
    numbers: ['size', 'E', 'momentum: f32', ...each.flatMap((n) => [`size${n}`, `factor${n}: f32`])],
    code: perElement(`
  var at = i;
  ${each
    .map(
      (n) => `
  if (at < u.size${n}) {
    if (active_[at / (u.size${n} / u.E)] != 0.0) { running${n}[at] += u.momentum * (u.factor${n} * batch${n}[at] - running${n}[at]); }
    return;
  }
  at -= u.size${n};`,
    )
    .join('')}`),
  };
}

const ADD_TO_MEMBERS: Shader = {
  name: 'add to members',
  inputs: ['x', 'part'],
  outputs: ['y'],
  numbers: ['size', 'first', 'last'],
  code: perElement('var value = x[i]; if (i >= u.first && i < u.last) { value += part[i - u.first]; } y[i] = value;'),
};

export function optimiserKernels(runner: ShaderRunner): Pick<Kernels, 'sumSquares' | 'control' | 'adam' | 'sgd' | 'runningAverages' | 'addToMembers'> {
  const update = (
    updates: readonly ParameterUpdate[],
    state: Tensor2D,
    { scale, active, factors }: MemberControl,
    shader: (count: number) => Shader,
    hyper: readonly number[],
  ): Updated => {
    const members = active.size;
    const [control] = runner.run(PACK_CONTROL, { inputs: [scale, active, factors], outputs: [[5, members]], numbers: [members], groups: cover(members) });
    for (let from = 0; from < updates.length; from += MOST_PARAMETERS) {
      const some = updates.slice(from, from + MOST_PARAMETERS);
      const size = some.reduce((sum, { parameter }) => sum + parameter.size, 0);
      runner.run(shader(some.length), {
        inputs: [control, ...some.map(({ gradient }) => gradient)],
        outputs: [state, ...some.map(({ parameter }) => parameter)],
        numbers: [size, members, state.shape[1], ...hyper, ...some.flatMap(({ parameter, at }) => [parameter.size, at])],
        groups: cover(size),
      });
    }
    control.dispose();
    return { parameters: updates.map(({ parameter }) => parameter), state };
  };

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
          inputs: some,
          outputs: [parts],
          numbers: [first, total, ...some.flatMap((_, n) => [sizes[from + n], chunks[from + n]])],
          groups: [count, members],
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
        inputs: [loss, squaredNorm],
        outputs: [active, [members]],
        numbers: [members, clipNorm ?? -1],
        groups: cover(members),
      });
      return { active, scale: scale as Tensor1D };
    },

    adam: (updates, state, members, { beta1, beta2, epsilon, coupledDecay }) =>
      update(updates, state, members, (count) => updateShader('adam', ['beta1', 'rest1', 'beta2', 'rest2', 'epsilon', 'decay'], ADAM_STEP, count), [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon,
        coupledDecay,
      ]),

    sgd: (updates, state, members, { momentum, weightDecay }) =>
      update(updates, state, members, (count) => updateShader('sgd', ['momentum', 'decay'], SGD_STEP, count), [momentum, weightDecay]),

    runningAverages(averages, momentum, active) {
      for (let from = 0; from < averages.length; from += MOST_AVERAGES) {
        const some = averages.slice(from, from + MOST_AVERAGES);
        const size = some.reduce((sum, { running }) => sum + running.size, 0);
        runner.run(averagesShader(some.length), {
          inputs: [active, ...some.map(({ batch }) => batch)],
          outputs: some.map(({ running }) => running),
          numbers: [size, active.size, momentum, ...some.flatMap(({ running, factor }) => [running.size, factor])],
          groups: cover(size),
        });
      }
      return averages.map(({ running }) => running);
    },

    addToMembers<T extends Tensor>(x: T, part: T, first: number): T {
      const width = x.size / x.shape[0];
      return runner.run(ADD_TO_MEMBERS, {
        inputs: [x, part],
        outputs: [x.shape],
        numbers: [x.size, first * width, first * width + part.size],
        groups: cover(x.size),
      })[0] as T;
    },
  };
}
