/** A network in text form: its plan (`experiment/custom/plan.ts`), run layer by layer on the operations of the tape. */
import * as tf from '@tensorflow/tfjs-core';
import { formatTextProblem } from '../../experiment/custom/parse.ts';
import { planNetwork } from '../../experiment/custom/plan.ts';
import { convOptions, flatLayers, type PlannedLayer, type PlannedParameter } from '../../experiment/custom/planned.ts';
import type { SequenceShape, TaskShape } from '../../experiment/networks/describe.ts';
import type { CustomSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as pooling from '../autodiff/pooling.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import type { RecurrentKind } from '../backend/kernels/sequenceTypes.ts';
import { bias, constant, headWeight, hiddenWeight, normal, uniform } from './init.ts';
import type { ForwardContext, NetworkProgram, ParameterSpec } from './program.ts';
import { type Padding, paddingOf, readOut } from './tokens.ts';
import { sinusoids } from './transformer.ts';

type V3 = Value<tf.Tensor3D>;
type V4 = Value<tf.Tensor4D>;
type V5 = Value<tf.Tensor5D>;

/** One pass through the network: what its layers need besides the value that flows. */
interface Pass {
  context: ForwardContext;
  padding: Padding | undefined;
}

type Run = (pass: Pass, x: Value, layer: PlannedLayer, options: { relu: boolean }) => Value;

const flat = (context: ForwardContext, x: Value): V3 => {
  const [e, b] = x.tensor.shape;
  return ops.reshape<tf.Tensor3D>(context.tape, x, [e, b, x.tensor.size / (e * b)]);
};
/** Everything behind the features as rows: `[E, rows, F]`. */
const rows = (context: ForwardContext, x: Value): V3 => {
  const { shape, size } = x.tensor;
  const [e, f] = [shape[0], shape[shape.length - 1]];
  return ops.reshape<tf.Tensor3D>(context.tape, x, [e, size / (e * f), f]);
};

/** Inputs that all members share (evaluation), once for each member: normalisation has weights of its own for each. */
const forMembers = (context: ForwardContext, x: Value, of: tf.Tensor): Value =>
  x.tensor.shape[0] === of.shape[0] ? x : context.tape.constant(tf.tile(x.tensor, [of.shape[0], ...x.tensor.shape.slice(1).map(() => 1)]));

const recurrent =
  (kindOf: (layer: PlannedLayer) => RecurrentKind): Run =>
  ({ context }, x, layer) => {
    const weight = <T extends tf.Tensor>(name: string) => context.parameter<T>(`${layer.name}.${name}`);
    return sequence.recurrent(context.tape, kindOf(layer), x as V4, {
      input: weight('input'),
      hidden: weight('hidden'),
      inputBias: weight('inputBias'),
      hiddenBias: weight('hiddenBias'),
    });
  };

const RUN: Record<Exclude<PlannedLayer['layer'], 'repeat' | 'skip'>, Run> = {
  conv({ context }, x, { name, statement, parameters }) {
    const { stride, pad } = convOptions(statement);
    return context.conv(name, x as V5, { stride, pad, bias: parameters.length > 1 });
  },
  maxpool: ({ context }, x, { statement }) => pooling.maxPool(context.tape, x as V5, statement.window ?? 2),
  averagepool({ context, padding }, x, { input, statement }) {
    if (input.kind === 'sequence') return sequence.meanOverPositions(context.tape, x as V4, padding?.mask);
    return statement.window === undefined ? ops.globalAveragePool(context.tape, x as V5) : pooling.averagePool(context.tape, x as V5, statement.window);
  },
  tokens({ context }, x) {
    const [e, b, h, w, c] = x.tensor.shape as [number, number, number, number, number];
    return ops.reshape<tf.Tensor4D>(context.tape, x, [e, b, h * w, c]);
  },
  embed: ({ context }, x, { name }) => sequence.embedding(context.tape, x.tensor as tf.Tensor3D, context.parameter(`${name}.table`)),
  positions({ context }, x, { name, statement, input }) {
    const [length, width] = input.shape as [number, number];
    const table: V3 =
      statement.positions === 'learned' ? context.parameter(`${name}.table`) : context.tape.constant(tf.tensor3d(sinusoids(length, width), [1, length, width]));
    return sequence.addPositions(context.tape, x as V4, table);
  },
  attention({ context, padding }, x, { name, statement }) {
    const qkv = ops.dense(context.tape, x as V4, context.parameter(`${name}.qkv`));
    const { value } = sequence.attention(context.tape, qkv, {
      heads: statement.heads ?? 1,
      causal: statement.causal ?? false,
      keyMask: padding?.mask,
    });
    return context.dense(`${name}.out`, value);
  },
  rnn: recurrent(({ statement }) => (statement.cell === 'relu' ? 'rnn-relu' : 'rnn-tanh')),
  gru: recurrent(() => 'gru'),
  lstm: recurrent(() => 'lstm'),
  last: ({ context, padding }, x) => sequence.takePosition(context.tape, x as V4, padding?.last),
  dense: ({ context }, x, { name, parameters }, { relu }) =>
    ops.dense(context.tape, x, context.parameter(`${name}.weight`), parameters.length > 1 ? context.parameter(`${name}.bias`) : undefined, { relu }),
  batchnorm({ context }, from, { name }, { relu }) {
    const x = forMembers(context, from, context.parameter(`${name}.gamma`).tensor);
    return ops.reshape(context.tape, context.batchNorm(name, rows(context, x), { relu }), x.tensor.shape);
  },
  layernorm({ context }, x, { name }) {
    const gamma = context.parameter<tf.Tensor2D>(`${name}.gamma`);
    return sequence.layerNorm(context.tape, forMembers(context, x, gamma.tensor), gamma, context.parameter(`${name}.beta`));
  },
  relu: ({ context }, x) => ops.relu(context.tape, x),
  gelu: ({ context }, x) => sequence.gelu(context.tape, x),
  tanh: ({ context }, x) => sequence.tanh(context.tape, x),
  dropout({ context }, x, { name, statement }) {
    const values = flat(context, x);
    // Masks are told apart by the number of their layer.
    const mask = context.mask(Number(name.slice('dropout'.length)) - 1, values.tensor.shape[2], statement.rate ?? 0);
    return mask ? ops.reshape(context.tape, ops.multiplyMask(context.tape, values, mask), x.tensor.shape) : x;
  },
  flatten: ({ context }, x) => flat(context, x),
  tap: (_, x) => x,
  residual(pass, x, { body, skip }) {
    return ops.add(pass.context.tape, through(pass, x, body), through(pass, x, skip));
  },
};

/** Run layers one behind the other, and let their taps be read. */
function through(pass: Pass, from: Value, layers: readonly PlannedLayer[]): Value {
  let x = from;
  for (let i = 0; i < layers.length; i++) {
    let layer = layers[i];
    // One operation instead of two, where nothing is read in between.
    const follows = layer.taps.length === 0 ? layers[i + 1]?.layer : undefined;
    const [behind, before] = [layer.layer === 'batchnorm' && follows === 'relu', layer.layer === 'relu' && follows === 'dense'];
    if (before) layer = layers[++i];
    x = RUN[layer.layer as keyof typeof RUN](pass, x, layer, { relu: behind || before });
    if (behind) layer = layers[++i];
    for (const tap of layer.taps) pass.context.tap(tap, x);
  }
  return x;
}

/** Initial values of a parameter by its part in the network. */
function initOf({ role, fanIn, shape }: PlannedParameter, init: CustomSpec['init']): ParameterSpec['init'] {
  switch (role) {
    // Both initialisations ask for the fan-in alone.
    case 'weight':
      return hiddenWeight(init, { inputs: fanIn, outputs: shape[shape.length - 1] });
    case 'headWeight':
      return headWeight(init, fanIn, shape[shape.length - 1]);
    case 'bias':
      return bias(init, fanIn);
    case 'ones':
      return constant(1);
    case 'zeros':
      return constant(0);
    case 'embedding':
    case 'positions':
      return normal(1);
    // PyTorch's Xavier initialisation of the three projections as one matrix.
    case 'projection':
      return uniform(Math.sqrt(6 / (shape[0] + shape[1])));
    case 'recurrent':
    case 'recurrentHidden':
      return uniform(1 / Math.sqrt(fanIn));
  }
}

/** @throws {Error} when the text does not fit the task (an experiment that was parsed has no such network) */
export function custom(spec: CustomSpec, task: TaskShape): NetworkProgram {
  const plan = planNetwork(spec, task);
  if (plan.problem) throw new Error(`the network's text has a mistake in ${formatTextProblem(plan.problem)}`);
  const layers = flatLayers(plan.layers);
  return {
    parameters: [...layers.flatMap(({ parameters }) => parameters), ...plan.head].map((parameter) => ({
      name: parameter.name,
      shape: parameter.shape,
      init: initOf(parameter, spec.init),
    })),
    statistics: layers.filter(({ layer }) => layer === 'batchnorm').map(({ name, input }) => ({ name, features: input.shape[input.shape.length - 1] })),
    forward(context, inputs) {
      const padding = task.tokens ? paddingOf(task, inputs.tensor as tf.Tensor3D) : undefined;
      const states = through({ context, padding }, inputs, plan.layers);
      return states.tensor.rank === 4 ? readOut(context, task as SequenceShape, states as V4, 'last', padding) : context.dense('head', states as V3);
    },
  };
}
