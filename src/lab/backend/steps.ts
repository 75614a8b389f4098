/**
 * How steps are taken. A step program is a function from inputs to one tensor of results, whose only side effect is that
 * it updates tensors in place. That is why a backend may record it once and replay it, and may collect several steps to
 * submit them together.
 */
import * as tf from '@tensorflow/tfjs-core';
import { scoped } from './scoped.ts';
import type { Fed, Feed, StepProgram } from './webgpu/capture/program.ts';

export type { Fed, Feed, StepProgram };

/** A step to be taken. */
export interface StepCall {
  /** Programs of one kind, with inputs of the same shapes, do the same operations: one recording serves all. */
  kind: string;
  feeds: Readonly<Record<string, Feed>>;
  program: StepProgram;
}

/** Run a step program at once, without recording it. @returns its result, which the caller disposes */
export function runNow(feeds: StepCall['feeds'], program: StepProgram): tf.Tensor | null {
  const own: tf.Tensor[] = [];
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      if (feed instanceof tf.Tensor) return [name, feed];
      const tensor = tf.tensor(feed.values, [...feed.shape], feed.values instanceof Int32Array ? 'int32' : 'float32');
      own.push(tensor);
      return [name, tensor];
    }),
  );
  const result = scoped(() => {
    const returned = program(inputs);
    return returned && tf.keep(returned);
  });
  tf.dispose(own);
  return result;
}

export interface Stepper {
  /**
   * Take a step. Resolves when the stepper is ready for the next one, which may be before this one is computed.
   * @param kind see `StepCall`
   */
  step(kind: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): Promise<void>;
  /** Submit all steps that are held back. Call it before anything but a step reads or changes weights. */
  submit(): void;
  /** Results of all steps since the last read, in order; steps without a result are left out. */
  read(): Promise<Float32Array[]>;
  dispose(): void;
}

/** Runs every step as soon as it is asked for: right for WASM and CPU, where a call costs little beside its work. */
export class DirectSteps implements Stepper {
  #unread: tf.Tensor[] = [];

  async step(_kind: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): Promise<void> {
    const result = runNow(feeds, program);
    if (result) this.#unread.push(result);
  }

  submit(): void {}

  async read(): Promise<Float32Array[]> {
    const unread = this.#unread;
    if (unread.length === 0) return [];
    this.#unread = [];
    const joined = tf.tidy(() => tf.concat(unread.map((tensor) => tf.reshape(tensor, [-1]))));
    tf.dispose(unread);
    const values = await joined.data<'float32'>();
    joined.dispose();
    let at = 0;
    return unread.map(({ size }) => {
      at += size;
      return values.subarray(at - size, at);
    });
  }

  dispose(): void {
    tf.dispose(this.#unread);
    this.#unread = [];
  }
}
