import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { GATES, type RecurrentOptions, type SequenceKernels } from '../sequenceTypes.ts';
import { zero } from './shared.ts';

/** Position t of `[E, B, T, F]` as `[E, B, F]`. */
function position(x: Tensor4D, t: number): Tensor3D {
  const [members, batch, , features] = x.shape;
  return tf.reshape(tf.slice(x, [0, 0, t, 0], [members, batch, 1, features]), [members, batch, features]);
}

/** `[E, B, n·H]` as n blocks of H columns. */
function blocks(x: Tensor3D, hidden: number): Tensor3D[] {
  const [members, batch, columns] = x.shape;
  return Array.from({ length: columns / hidden }, (_, i) => tf.slice(x, [0, 0, i * hidden], [members, batch, hidden]));
}

const overPositions = (steps: Tensor3D[]) => tf.stack(steps, 2) as Tensor4D;
const join = (parts: Tensor3D[]) => tf.concat(parts, 2);
/** Slope of the logistic function and of tanh where their values are y. */
const sigmoidSlope = (y: Tensor3D): Tensor3D => tf.mul(y, tf.sub(1, y));
const tanhSlope = (y: Tensor3D): Tensor3D => tf.sub(1, tf.square(y));

export const recurrent: SequenceKernels['recurrent'] = (projected, weights, { kind, bias, initial }) =>
  tf.tidy(() => {
    const [members, batch, length] = projected.shape;
    const hidden = weights.shape[1];
    const states: Tensor3D[] = [];
    const saved: Tensor3D[] = [];
    let h = initial ?? tf.zeros<tf.Rank.R3>([members, batch, hidden]);
    let c = tf.zeros<tf.Rank.R3>([members, batch, hidden]);
    for (let t = 0; t < length; t++) {
      const p = position(projected, t);
      let fromState: Tensor3D = tf.matMul(h, weights);
      if (bias) fromState = tf.add(fromState, tf.expandDims(bias, 1));
      if (kind === 'gru') {
        const [pr, pz, pn] = blocks(p, hidden);
        const [hr, hz, hn] = blocks(fromState, hidden);
        const [r, z] = [tf.sigmoid(tf.add<Tensor3D>(pr, hr)), tf.sigmoid(tf.add<Tensor3D>(pz, hz))];
        const n = tf.tanh(tf.add<Tensor3D>(pn, tf.mul(r, hn)));
        h = tf.add<Tensor3D>(n, tf.mul(z, tf.sub(h, n)));
        saved.push(join([r, z, n, hn]));
      } else if (kind === 'lstm') {
        const [ai, af, ag, ao] = blocks(tf.add(p, fromState), hidden);
        const [i, f, g, o] = [tf.sigmoid(ai), tf.sigmoid(af), tf.tanh(ag), tf.sigmoid(ao)];
        c = tf.add<Tensor3D>(tf.mul(f, c), tf.mul(i, g));
        h = tf.mul<Tensor3D>(o, tf.tanh(c));
        saved.push(join([i, f, g, o, c]));
      } else {
        const a = tf.add<Tensor3D>(p, fromState);
        h = kind === 'rnn-relu' ? tf.relu(a) : tf.tanh(a);
      }
      states.push(h);
    }
    return { states: overPositions(states), saved: saved.length > 0 ? overPositions(saved) : undefined };
  });

/**
 * One position backwards: gradients of the projection, of what the hidden weights gave (another one for a GRU), of
 * the previous state other than through the weights, and of the previous cell.
 */
interface Step {
  dProjected: Tensor3D;
  dFromState: Tensor3D;
  direct: Tensor3D | null;
  dCell: Tensor3D | null;
}

function gruStep(dh: Tensor3D, saved: Tensor3D, previous: Tensor3D, hidden: number): Step {
  const [r, z, n, hn] = blocks(saved, hidden);
  const dz = tf.mul<Tensor3D>(tf.mul(dh, tf.sub(previous, n)), sigmoidSlope(z));
  const dn = tf.mul<Tensor3D>(tf.mul(dh, tf.sub(1, z)), tanhSlope(n));
  const dr = tf.mul<Tensor3D>(tf.mul(dn, hn), sigmoidSlope(r));
  return {
    dProjected: join([dr, dz, dn]),
    dFromState: join([dr, dz, tf.mul(dn, r)]),
    direct: tf.mul(dh, z),
    dCell: null,
  };
}

function lstmStep(dh: Tensor3D, dNextCell: Tensor3D, saved: Tensor3D, previousCell: Tensor3D, hidden: number): Step {
  const [i, f, g, o, c] = blocks(saved, hidden);
  const shown = tf.tanh(c);
  const dCell = tf.add<Tensor3D>(dNextCell, tf.mul(tf.mul(dh, o), tanhSlope(shown)));
  const d = join([
    tf.mul(tf.mul(dCell, g), sigmoidSlope(i)),
    tf.mul(tf.mul(dCell, previousCell), sigmoidSlope(f)),
    tf.mul(tf.mul(dCell, i), tanhSlope(g)),
    tf.mul(tf.mul(dh, shown), sigmoidSlope(o)),
  ]);
  return { dProjected: d, dFromState: d, direct: null, dCell: tf.mul(dCell, f) };
}

function rnnStep(dh: Tensor3D, h: Tensor3D, kind: RecurrentOptions['kind']): Step {
  const d: Tensor3D = kind === 'rnn-relu' ? tf.where(tf.greater(h, 0), dh, zero<Tensor3D>()) : tf.mul(dh, tanhSlope(h));
  return { dProjected: d, dFromState: d, direct: null, dCell: null };
}

export const recurrentGrad: SequenceKernels['recurrentGrad'] = (dStates, weights, forward, options) =>
  tf.tidy(() => {
    const { kind, bias, initial } = options;
    const [members, batch, length, hidden] = dStates.shape;
    const columns = GATES[kind] * hidden;
    const none = tf.zeros<tf.Rank.R3>([members, batch, hidden]);
    const previous = Array.from({ length }, (_, t) => (t > 0 ? position(forward.states, t - 1) : (initial ?? none)));
    const dProjected: Tensor3D[] = [];
    const dFromState: Tensor3D[] = [];
    let carry: Tensor3D = none;
    let dCell: Tensor3D = none;
    for (let t = length - 1; t >= 0; t--) {
      const dh = tf.add<Tensor3D>(position(dStates, t), carry);
      const saved = forward.saved && position(forward.saved, t);
      let step: Step;
      if (saved && kind === 'gru') step = gruStep(dh, saved, previous[t], hidden);
      else if (saved && kind === 'lstm') {
        const before = t > 0 && forward.saved ? blocks(position(forward.saved, t - 1), hidden)[4] : none;
        step = lstmStep(dh, dCell, saved, before, hidden);
      } else step = rnnStep(dh, position(forward.states, t), kind);
      dProjected.unshift(step.dProjected);
      dFromState.unshift(step.dFromState);
      carry = tf.matMul(step.dFromState, weights, false, true);
      if (step.direct) carry = tf.add(carry, step.direct);
      if (step.dCell) dCell = step.dCell;
    }
    const rows = (steps: Tensor3D[]) => tf.reshape(overPositions(steps), [members, batch * length, -1]) as Tensor3D;
    const d = rows(dFromState);
    return {
      dProjected: overPositions(dProjected),
      dWeights: tf.reshape(tf.matMul(rows(previous), d, true), [members, hidden, columns]) as Tensor3D,
      dBias: bias ? (tf.sum(d, 1) as Tensor2D) : undefined,
      dInitial: initial ? carry : undefined,
    };
  });
