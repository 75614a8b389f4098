/**
 * A recurrent layer as one dispatch forward and one back. A workgroup keeps the states of a few examples in its memory
 * and goes through all positions; the weights are read from storage at every step. What does not depend on the order of
 * positions, the gradient of the weights, is one product afterwards.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { composed } from '../composed/index.ts';
import { GATES, type RecurrentKind, type SequenceKernels } from '../sequenceTypes.ts';
import type { Kernels } from '../types.ts';
import { TANH } from './elementwise.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** Floats of workgroup memory that a scan may use: every device has 16 KB. */
const MEMORY = 4096;
const MOST_EXAMPLES = 4;
const THREADS = 128;
/** Units (of all examples together) whose gates, carried gradient and cell fit. */
const unitsBack = (gates: number) => Math.floor(MEMORY / (gates + 2));
/** Values per unit that the gradient needs besides the states. */
const SAVED: Record<RecurrentKind, number> = { 'rnn-tanh': 0, 'rnn-relu': 0, gru: 4, lstm: 5 };

const GATE_FUNCTIONS = `${TANH}
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }`;

/** From `own[q][n]`, what the weights make of example q's state for gate n, to the new state `next[...]`. */
const FORWARD: Record<RecurrentKind, string> = {
  'rnn-tanh': 'let value = tanhOf(projected[p] + own[q][0]);',
  'rnn-relu': 'let a = projected[p] + own[q][0]; let value = select(a, 0.0, a <= 0.0);',
  gru: /* wgsl */ `
      let fromState = own[q][2] + BIAS(2);
      let r = sigmoid(projected[p] + own[q][0] + BIAS(0));
      let z = sigmoid(projected[p + u.H] + own[q][1] + BIAS(1));
      let n = tanhOf(projected[p + 2u * u.H] + r * fromState);
      let value = n + z * (now[q * u.H + j] - n);
      saved[s] = r; saved[s + u.H] = z; saved[s + 2u * u.H] = n; saved[s + 3u * u.H] = fromState;`,
  lstm: /* wgsl */ `
      let i = sigmoid(projected[p] + own[q][0]);
      let f = sigmoid(projected[p + u.H] + own[q][1]);
      let g = tanhOf(projected[p + 2u * u.H] + own[q][2]);
      let o = sigmoid(projected[p + 3u * u.H] + own[q][3]);
      // Written by this thread at the position before.
      let cell = i * g + select(0.0, f * saved[s + 4u * u.H - min(t, 1u) * 5u * u.H], t > 0u);
      let value = o * tanhOf(cell);
      saved[s] = i; saved[s + u.H] = f; saved[s + 2u * u.H] = g; saved[s + 3u * u.H] = o; saved[s + 4u * u.H] = cell;`,
};

const HEAD = /* wgsl */ `
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  let e = group.y;
  // The last workgroup's rest repeats its last example, to the same results.
  let b0 = e * u.B;`;
const EXAMPLE = (examples: number) => `(b0 + min(group.x * ${examples}u + q, u.B - 1u))`;

function forwardShader(kind: RecurrentKind, examples: number, initial: boolean, bias: boolean): Shader {
  const gates = GATES[kind];
  const step = FORWARD[kind].replace(/BIAS\((\d)\)/g, bias ? 'bias[e * 3u * u.H + $1u * u.H + j]' : '0.0');
  return {
    name: `scan ${kind} ${examples}${initial ? ' initial' : ''}${bias ? ' bias' : ''}`,
    inputs: ['projected', 'weights', ...(initial ? ['initial'] : []), ...(bias ? ['bias'] : [])],
    outputs: ['states', ...(SAVED[kind] > 0 ? ['saved'] : [])],
    numbers: ['B', 'T', 'H'],
    code: /* wgsl */ `${GATE_FUNCTIONS}
var<workgroup> now: array<f32, ${MEMORY / 2}>;
var<workgroup> next: array<f32, ${MEMORY / 2}>;
${HEAD}
  for (var j = me; j < u.H; j += ${THREADS}u) {
    for (var q = 0u; q < ${examples}u; q++) { now[q * u.H + j] = ${initial ? `initial[${EXAMPLE(examples)} * u.H + j]` : '0.0'}; }
  }
  workgroupBarrier();
  for (var t = 0u; t < u.T; t++) {
    for (var j = me; j < u.H; j += ${THREADS}u) {
      var own = array<array<f32, ${gates}>, ${examples}>();
      for (var k = 0u; k < u.H; k++) {
        let w = (e * u.H + k) * ${gates}u * u.H + j;
        ${Array.from({ length: gates }, (_, n) => `let w${n} = weights[w + ${n}u * u.H];`).join(' ')}
        for (var q = 0u; q < ${examples}u; q++) {
          let h = now[q * u.H + k];
          ${Array.from({ length: gates }, (_, n) => `own[q][${n}] = fma(h, w${n}, own[q][${n}]);`).join(' ')}
        }
      }
      for (var q = 0u; q < ${examples}u; q++) {
        let row = ${EXAMPLE(examples)} * u.T + t;
        let p = row * ${gates}u * u.H + j;
        ${SAVED[kind] > 0 ? `let s = row * ${SAVED[kind]}u * u.H + j;` : ''}
        ${step}
        next[q * u.H + j] = value;
        states[row * u.H + j] = value;
      }
    }
    workgroupBarrier();
    for (var i = me; i < ${examples}u * u.H; i += ${THREADS}u) { now[i] = next[i]; }
    workgroupBarrier();
  }
}`,
  };
}

/** Gradients of the gates from `dh`. What goes to the previous state other than through the weights is left in `carry`. */
const BACKWARD: Record<RecurrentKind, string> = {
  'rnn-tanh': 'let y = states[row * u.H + j]; gate[g] = dh * (1.0 - y * y); dProjected[p] = gate[g];',
  'rnn-relu': 'gate[g] = select(0.0, dh, states[row * u.H + j] > 0.0); dProjected[p] = gate[g];',
  gru: /* wgsl */ `
        let r = saved[s]; let z = saved[s + u.H]; let n = saved[s + 2u * u.H]; let fromState = saved[s + 3u * u.H];
        let previous = select(BEFORE, states[(row - later) * u.H + j], t > 0u);
        let dz = dh * (previous - n) * z * (1.0 - z);
        let dn = dh * (1.0 - z) * (1.0 - n * n);
        let dr = dn * fromState * r * (1.0 - r);
        dProjected[p] = dr; dProjected[p + u.H] = dz; dProjected[p + 2u * u.H] = dn;
        gate[g] = dr; gate[g + u.H] = dz; gate[g + 2u * u.H] = dn * r;
        carry[q * u.H + j] = dh * z;`,
  lstm: /* wgsl */ `
        let i = saved[s]; let f = saved[s + u.H]; let c = saved[s + 2u * u.H]; let o = saved[s + 3u * u.H];
        let shown = tanhOf(saved[s + 4u * u.H]);
        let before = select(0.0, saved[s + 4u * u.H - later * 5u * u.H], t > 0u);
        let dc = cell[q * u.H + j] + dh * o * (1.0 - shown * shown);
        gate[g] = dc * c * i * (1.0 - i);
        gate[g + u.H] = dc * before * f * (1.0 - f);
        gate[g + 2u * u.H] = dc * i * (1.0 - c * c);
        gate[g + 3u * u.H] = dh * shown * o * (1.0 - o);
        for (var m = 0u; m < 4u; m++) { dProjected[p + m * u.H] = gate[g + m * u.H]; }
        cell[q * u.H + j] = dc * f;`,
};

/** `weights` are transposed here, `[E, G·H, H]`: neighbours then read neighbours. */
function backwardShader(kind: RecurrentKind, examples: number, initial: boolean): Shader {
  const gates = GATES[kind];
  const step = BACKWARD[kind].replace('BEFORE', initial ? `initial[${EXAMPLE(examples)} * u.H + j]` : '0.0');
  const needsInitial = initial && kind === 'gru';
  return {
    name: `scan gradient ${kind} ${examples}${initial ? ' initial' : ''}`,
    inputs: ['dStates', 'weights', ...(kind === 'lstm' ? [] : ['states']), ...(SAVED[kind] > 0 ? ['saved'] : []), ...(needsInitial ? ['initial'] : [])],
    outputs: ['dProjected', ...(initial ? ['dInitial'] : [])],
    numbers: ['B', 'T', 'H'],
    code: /* wgsl */ `${GATE_FUNCTIONS}
var<workgroup> gate: array<f32, ${unitsBack(gates) * gates}>;
var<workgroup> carry: array<f32, ${unitsBack(gates)}>;
${kind === 'lstm' ? `var<workgroup> cell: array<f32, ${unitsBack(gates)}>;` : ''}
${HEAD}
  for (var i = me; i < ${examples}u * u.H; i += ${THREADS}u) { carry[i] = 0.0; ${kind === 'lstm' ? 'cell[i] = 0.0;' : ''} }
  workgroupBarrier();
  for (var back = 0u; back < u.T; back++) {
    let t = u.T - 1u - back;
    ${SAVED[kind] > 0 ? 'let later = min(t, 1u);' : ''}
    for (var j = me; j < u.H; j += ${THREADS}u) {
      for (var q = 0u; q < ${examples}u; q++) {
        let row = ${EXAMPLE(examples)} * u.T + t;
        let p = row * ${gates}u * u.H + j;
        let g = q * ${gates}u * u.H + j;
        ${SAVED[kind] > 0 ? `let s = row * ${SAVED[kind]}u * u.H + j;` : ''}
        let dh = dStates[row * u.H + j] + carry[q * u.H + j];
        ${kind === 'gru' ? '' : 'carry[q * u.H + j] = 0.0;'}
        ${step}
      }
    }
    workgroupBarrier();
    for (var j = me; j < u.H; j += ${THREADS}u) {
      var sum = array<f32, ${examples}>();
      for (var k = 0u; k < ${gates}u * u.H; k++) {
        let w = weights[(e * ${gates}u * u.H + k) * u.H + j];
        for (var q = 0u; q < ${examples}u; q++) { sum[q] = fma(gate[q * ${gates}u * u.H + k], w, sum[q]); }
      }
      for (var q = 0u; q < ${examples}u; q++) { carry[q * u.H + j] += sum[q]; }
    }
    workgroupBarrier();
  }
  ${
    initial
      ? `
  for (var j = me; j < u.H; j += ${THREADS}u) {
    for (var q = 0u; q < ${examples}u; q++) { dInitial[${EXAMPLE(examples)} * u.H + j] = carry[q * u.H + j]; }
  }`
      : ''
  }
}`,
  };
}

/** The state before each position. */
const previousShader = (initial: boolean): Shader => ({
  name: `states before${initial ? ' initial' : ''}`,
  inputs: ['states', ...(initial ? ['initial'] : [])],
  outputs: ['before'],
  numbers: ['size', 'T', 'H'],
  code: perElement(`
  if ((i / u.H) % u.T > 0u) { before[i] = states[i - u.H]; } else { before[i] = ${initial ? 'initial[i / (u.H * u.T) * u.H + i % u.H]' : '0.0'}; }`),
});

/** What a GRU's hidden weights get: that of n is multiplied by the reset gate. */
const GRU_FROM_STATE: Shader = {
  name: 'gru gradient through the state',
  inputs: ['dProjected', 'saved'],
  outputs: ['d'],
  numbers: ['size', 'H'],
  code: perElement(`
  let unit = i % u.H;
  let row = i / (3u * u.H);
  d[i] = dProjected[i] * select(1.0, saved[row * 4u * u.H + unit], i % (3u * u.H) >= 2u * u.H);`),
};

/** Examples that a workgroup takes at once, as its memory allows; 0 where not even one fits. */
function examplesFor(kind: RecurrentKind, hidden: number, batch: number): number {
  const fitting = Math.min(MEMORY / 2 / hidden, unitsBack(GATES[kind]) / hidden, batch, MOST_EXAMPLES);
  return fitting >= 4 ? 4 : Math.floor(Math.min(fitting, 2));
}

export function recurrentKernels(
  runner: ShaderRunner,
  { matmul, sumRows }: Pick<Kernels, 'matmul' | 'sumRows'>,
): Pick<SequenceKernels, 'recurrent' | 'recurrentGrad'> {
  return {
    recurrent(projected, weights, options) {
      const { kind, bias, initial } = options;
      const [members, batch, length] = projected.shape;
      const hidden = weights.shape[1];
      const examples = examplesFor(kind, hidden, batch);
      if (examples === 0) return composed.recurrent(projected, weights, options);
      const withBias = kind === 'gru' && bias !== undefined;
      const inputs: Tensor[] = [projected, weights];
      if (initial) inputs.push(initial);
      if (withBias) inputs.push(bias);
      const outputs = [[members, batch, length, hidden]];
      if (SAVED[kind] > 0) outputs.push([members, batch, length, SAVED[kind] * hidden]);
      const [states, saved] = runner.run(forwardShader(kind, examples, initial !== undefined, withBias), {
        inputs,
        outputs,
        numbers: [batch, length, hidden],
        groups: [Math.ceil(batch / examples), members],
      });
      return { states: states as Tensor4D, saved: saved as Tensor4D | undefined };
    },

    recurrentGrad(dStates, weights, forward, options) {
      const { kind, bias, initial } = options;
      const [members, batch, length, hidden] = dStates.shape;
      const examples = examplesFor(kind, hidden, batch);
      if (examples === 0) return composed.recurrentGrad(dStates, weights, forward, options);
      const columns = GATES[kind] * hidden;
      return tf.tidy(() => {
        const inputs: Tensor[] = [dStates, tf.transpose(weights, [0, 2, 1])];
        if (kind !== 'lstm') inputs.push(forward.states);
        if (forward.saved) inputs.push(forward.saved);
        if (kind === 'gru' && initial) inputs.push(initial);
        const [dProjected, dInitial] = runner.run(backwardShader(kind, examples, initial !== undefined), {
          inputs,
          outputs: [[members, batch, length, columns], ...(initial ? [[members, batch, hidden]] : [])],
          numbers: [batch, length, hidden],
          groups: [Math.ceil(batch / examples), members],
        });
        const size = members * batch * length * hidden;
        const rows: [number, number] = [members, batch * length];
        const [before] = runner.run(previousShader(initial !== undefined), {
          inputs: [forward.states, ...(initial ? [initial] : [])],
          outputs: [[...rows, hidden]],
          numbers: [size, length, hidden],
          groups: cover(size),
        }) as Tensor3D[];
        let d = tf.reshape(dProjected, [...rows, columns]) as Tensor3D;
        if (kind === 'gru' && forward.saved) {
          [d] = runner.run(GRU_FROM_STATE, {
            inputs: [dProjected, forward.saved],
            outputs: [[...rows, columns]],
            numbers: [d.size, hidden],
            groups: cover(d.size),
          }) as Tensor3D[];
        }
        return {
          dProjected: dProjected as Tensor4D,
          dWeights: matmul(before, d, { transposeA: true }),
          dBias: bias ? (sumRows(d) as Tensor2D) : undefined,
          dInitial: dInitial as Tensor3D | undefined,
        };
      });
    },
  };
}
