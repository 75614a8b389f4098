/** Pooling over windows that do not overlap. Rows and columns that fill no whole window (right, bottom) are ignored. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tape, Value } from './tape.ts';

type V5 = Value<tf.Tensor5D>;

/** How an image batch `[E, B, H, W, C]` is divided into windows. */
interface Windows {
  /** Number of whole windows from top to bottom, and from left to right. */
  high: number;
  wide: number;
  /** The part of the images that whole windows cover, members and examples in one axis. */
  cropped: tf.Tensor4D;
  /** Pad a gradient of `cropped` with zeros to the shape of the input. */
  uncrop(gradient: tf.Tensor4D): tf.Tensor;
}

function windows(x: tf.Tensor5D, side: number): Windows {
  const [e, b, h, w, c] = x.shape;
  const [high, wide] = [Math.floor(h / side), Math.floor(w / side)];
  const images = tf.reshape(x, [e * b, h, w, c]) as tf.Tensor4D;
  const whole = high * side === h && wide * side === w;
  return {
    high,
    wide,
    cropped: whole ? images : tf.slice(images, [0, 0, 0, 0], [e * b, high * side, wide * side, c]),
    uncrop: (gradient) =>
      tf.reshape(
        whole
          ? gradient
          : tf.pad(gradient, [
              [0, 0],
              [0, h - high * side],
              [0, w - wide * side],
              [0, 0],
            ]),
        x.shape,
      ),
  };
}

/** Repeat the value of each window at all its pixels: `[N, h, w, C]` → `[N, h·side, w·side, C]`. */
function spread(y: tf.Tensor, [n, high, wide, c]: readonly number[], side: number): tf.Tensor4D {
  const across = tf.tile(tf.reshape(y, [n * high * wide, 1, c]), [1, side, 1]);
  const down = tf.tile(tf.reshape(across, [n * high, 1, wide * side * c]), [1, side, 1]);
  return tf.reshape(down, [n, high * side, wide * side, c]) as tf.Tensor4D;
}

/** Sum or maximum over each window: `[N, h·side, w·side, C]` → `[N, h, w, C]`. */
function gather(x: tf.Tensor4D, [n, high, wide, c]: readonly number[], side: number, over: (x: tf.Tensor, axis: number) => tf.Tensor): tf.Tensor4D {
  const down = over(tf.reshape(x, [n * high, side, wide * side * c]), 1);
  return tf.reshape(over(tf.reshape(down, [n * high * wide, side, c]), 1), [n, high, wide, c]) as tf.Tensor4D;
}

/** Mean of each `side`×`side` window: `[E, B, H, W, C]` → `[E, B, ⌊H/side⌋, ⌊W/side⌋, C]`. */
export function averagePool(tape: Tape, x: V5, side: number): V5 {
  const [e, b, , , c] = x.tensor.shape;
  const { high, wide, cropped, uncrop } = windows(x.tensor, side);
  const shape = [e * b, high, wide, c];
  const share = 1 / side ** 2;
  const y = tf.mul(
    gather(cropped, shape, side, (part, axis) => tf.sum(part, axis)),
    share,
  );
  return tape.push(tf.reshape(y, [e, b, high, wide, c]) as tf.Tensor5D, [x], (dy) => [uncrop(spread(tf.mul(dy, share), shape, side))]);
}

/**
 * Maximum of each `side`×`side` window: `[E, B, H, W, C]` → `[E, B, ⌊H/side⌋, ⌊W/side⌋, C]`. Where several
 * pixels of a window are equally large, each gets an equal share of its gradient.
 */
export function maxPool(tape: Tape, x: V5, side: number): V5 {
  const [e, b, , , c] = x.tensor.shape;
  const { high, wide, cropped, uncrop } = windows(x.tensor, side);
  const shape = [e * b, high, wide, c];
  const y = gather(cropped, shape, side, (part, axis) => tf.max(part, axis));
  return tape.push(tf.reshape(y, [e, b, high, wide, c]) as tf.Tensor5D, [x], (dy) => {
    const largest = tf.cast(tf.equal(cropped, spread(y, shape, side)), 'float32') as tf.Tensor4D;
    const share = tf.div(
      tf.reshape(dy, shape),
      gather(largest, shape, side, (part, axis) => tf.sum(part, axis)),
    );
    return [uncrop(tf.mul(largest, spread(share, shape, side)))];
  });
}
