/** A step as it can be recorded. Stated here, because this folder is of use elsewhere and knows nothing but tfjs. */
import type * as tf from '@tensorflow/tfjs-core';

/** One input of a step: its values, or a tensor on the device that holds them now (it stays the caller's). */
export type Feed = { shape: readonly number[]; values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> } | tf.Tensor;

/** The inputs of a step, by name. */
export type Fed = Readonly<Record<string, tf.Tensor>>;

/**
 * A step as tfjs operations: from its inputs, which it never disposes, to one tensor of results, or null where it only
 * changes tensors in place.
 */
export type StepProgram = (inputs: Fed) => tf.Tensor | null;
