/**
 * How steps are taken. A step is a function from its inputs to one tensor of results that changes nothing but tensors
 * in place; so a backend may record it and replay it, and hold several back to submit them together.
 */
import * as tf from '@tensorflow/tfjs-core';
import { scoped } from './scoped.ts';
import type { Fed, Feed, StepProgram } from './webgpu/capture/program.ts';

export type { Fed, Feed, StepProgram };

/** A step to be taken. */
export interface StepCall {
  /** All that the program's structure depends on, besides the shapes of its inputs. */
  kind: string;
  feeds: Readonly<Record<string, Feed>>;
  program: StepProgram;
}

/** Run the program of a step, here and now. @returns what it returned, kept */
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
   * Take a step; resolves when the next one may be asked for.
   * @param kind all that the program's structure depends on, besides the shapes of its inputs
   */
  step(kind: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): Promise<void>;
  /** Let nothing wait any longer: to be called before anything else reads or changes what steps change. */
  submit(): void;
  /** Results of all steps since the last read that have some, in order. */
  read(): Promise<Float32Array[]>;
  dispose(): void;
}

/** Every step at once, by running it: on backends where asking for work costs little beside doing it. */
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
