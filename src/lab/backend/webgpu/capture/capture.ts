/**
 * Training steps that are recorded once and replayed. tfjs asks the GPU for a step's work anew every time, and most of a
 * small network's time goes into asking; replaying a recording skips all of that: no shapes, no uniforms, no bind groups,
 * only the list of dispatches. Several steps go into one submission, and their results come back together.
 *
 * Knows nothing but tfjs: see docs/performance.md for how to use it elsewhere.
 */
import * as tf from '@tensorflow/tfjs-core';
import { dataOf, settle, type WebGpuBackend, webGpuBackend } from './backend.ts';
import { Arena, CaptureError, record, type Recording } from './record.ts';

/** Values of one input of a step. */
export interface Feed {
  shape: readonly number[];
  values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A step as tfjs operations: from its inputs (by name; never disposed by it) to one tensor of results. */
export type StepProgram = (inputs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;

/** A submission should keep the GPU busy for about so long: more only delays what waits behind it. */
const SHORT_MS = 8;
const LONG_MS = 32;
/** So many submissions may wait for the GPU; a person who presses pause waits for them, too. */
const MOST_IN_FLIGHT = 2;
const MOST_STEPS_A_SUBMISSION = 32;
const RESULTS_A_BUFFER = 64;

/** Values of one input that wait on the device, at most. */
const MOST_BYTES_WAITING = 16 * 2 ** 20;

/** An input with its fixed buffer, and rows for the values of several steps. */
interface Input {
  tensor: tf.Tensor;
  buffer: GPUBuffer;
  rows: GPUBuffer;
  /** Values on their way to `rows`. */
  staged: Uint8Array<ArrayBuffer>;
  bytes: number;
  /** Number of rows. */
  steps: number;
}

interface Captured {
  recording: Recording;
  inputs: readonly Input[];
}

/** Results of consecutive steps, to be read. */
interface Results {
  buffer: GPUBuffer;
  bytes: number;
  count: number;
}

export class Capture {
  readonly #backend: WebGpuBackend;
  readonly #arena: Arena;
  readonly #captured = new Map<string, Captured>();
  readonly #inputs = new Map<string, Input>();
  /** Steps whose inputs are staged, not submitted. */
  #pending: { captured: Captured; count: number } | null = null;
  #results: Results[] = [];
  readonly #spare: GPUBuffer[] = [];
  readonly #inFlight: Promise<unknown>[] = [];
  readonly #replay: boolean;
  #stepsASubmission = 1;
  #lost: string | null = null;

  /** Steps that were replayed. */
  replayed = 0;
  /** Kinds of steps that cannot be replayed and are run every time, with the reason. */
  readonly refused = new Map<string, string>();

  /**
   * Call it while tfjs's WebGPU backend is the current one.
   * @param options with `replay` false every step is run by tfjs: slower, to the same bits
   */
  constructor({ replay = true }: { replay?: boolean } = {}) {
    this.#replay = replay;
    this.#backend = webGpuBackend();
    this.#arena = new Arena(this.#backend.device);
    this.#backend.device.lost.then(({ message, reason }) => {
      this.#lost = message || reason;
    });
  }

  /** Dispatches of a recorded step, for reports. */
  get dispatches(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#captured].map(([key, { recording }]) => [key, recording.dispatches.length]));
  }

  /**
   * Take a step: replay it where a recording of its kind exists, else run and record it. Resolves when the next one may
   * be asked for; `read` gives its result.
   * @param kind everything that the program's structure depends on, besides the shapes of its inputs
   * @throws {Error} when the device is lost
   */
  async step(kind: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): Promise<void> {
    const key = `${kind} ${Object.entries(feeds).map(([name, { shape }]) => `${name} ${shape.join('x')}`).join(', ')}`;
    const captured = this.#usable(key);
    if (!captured) {
      this.submit();
      this.#run(key, feeds, program);
    } else {
      const at = this.#pending?.count ?? 0;
      Object.values(feeds).forEach(({ values }, i) => {
        const { staged, bytes } = captured.inputs[i];
        staged.set(new Uint8Array(values.buffer, values.byteOffset, bytes), at * bytes);
      });
      this.#pending = { captured, count: at + 1 };
      if (at + 1 < Math.min(this.#stepsASubmission, ...captured.inputs.map(({ steps }) => steps))) return;
      this.submit();
    }
    while (this.#inFlight.length >= MOST_IN_FLIGHT && this.#lost === null) await this.#inFlight[0];
    if (this.#lost !== null) throw new Error(`the GPU was lost: ${this.#lost}`);
  }

  /** Hand all steps asked for to the GPU. Call it before anything else reads or changes what the steps change. */
  submit(): void {
    if (!this.#pending) return;
    const { captured: { recording, inputs }, count } = this.#pending;
    this.#pending = null;
    const { device } = this.#backend;
    settle(this.#backend);
    for (const { rows, staged, bytes } of inputs) device.queue.writeBuffer(rows, 0, staged, 0, count * bytes);
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < count; i++) {
      for (const { rows, buffer, bytes } of inputs) encoder.copyBufferToBuffer(rows, i * bytes, buffer, 0, bytes);
      recording.encode(encoder);
      this.#keepResult(encoder, recording.outputBuffer);
    }
    device.queue.submit([encoder.finish()]);
    recording.forgetValues();
    this.replayed += count;
    this.#watch(count);
  }

  /**
   * Results of all steps since the last read, in order: one wait for the GPU for all of them.
   * @throws {Error} when the device is lost
   */
  async read(): Promise<Float32Array[]> {
    this.submit();
    const all = this.#results;
    this.#results = [];
    const values: Float32Array[] = [];
    await Promise.all(all.map(({ buffer }) => buffer.mapAsync(GPUMapMode.READ)));
    for (const { buffer, bytes, count } of all) {
      const mapped = new Float32Array(buffer.getMappedRange(0, count * bytes).slice(0));
      for (let i = 0; i < count; i++) values.push(mapped.subarray((i * bytes) / 4, ((i + 1) * bytes) / 4));
      buffer.unmap();
      this.#spare.push(buffer);
    }
    return values;
  }

  dispose(): void {
    this.#pending = null;
    for (const { recording } of this.#captured.values()) recording.dispose();
    for (const { tensor, rows } of this.#inputs.values()) {
      tensor.dispose();
      rows.destroy();
    }
    for (const buffer of [...this.#spare, ...this.#results.map((results) => results.buffer)]) buffer.destroy();
    this.#captured.clear();
    this.#arena.dispose();
  }

  /** The recording of a kind of steps; steps of another kind are submitted first. */
  #usable(key: string): Captured | undefined {
    const captured = this.#captured.get(key);
    if (!captured || this.#pending?.captured === captured) return captured;
    this.submit();
    if (captured.recording.valid) return captured;
    // A tensor that it works on was replaced (by a checkpoint, say).
    captured.recording.dispose();
    this.#captured.delete(key);
    return undefined;
  }

  /** Run a step as tfjs does; record it where that may help. */
  #run(key: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): void {
    const { device } = this.#backend;
    settle(this.#backend);
    const inputs = Object.entries(feeds).map(([name, feed]) => this.#input(name, feed));
    Object.values(feeds).forEach(({ values }, i) => {
      device.queue.writeBuffer(inputs[i].buffer, 0, values);
    });
    const tensors = Object.fromEntries(Object.keys(feeds).map((name, i) => [name, inputs[i].tensor]));
    let output: tf.Tensor;
    if (this.#replay && !this.refused.has(key)) {
      try {
        const recording = record(this.#backend, this.#arena, () => program(tensors));
        this.#captured.set(key, { recording, inputs });
        output = recording.output;
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
        this.refused.set(key, error.message);
        output = error.output;
      }
    } else {
      output = tf.tidy(() => tf.keep(program(tensors)));
      this.#backend.uploadToGPU(dataOf(output));
      settle(this.#backend);
    }
    const encoder = device.createCommandEncoder();
    this.#keepResult(encoder, this.#backend.tensorMap.get(dataOf(output)).resource as GPUBuffer);
    device.queue.submit([encoder.finish()]);
    if (!this.#captured.has(key)) output.dispose();
    this.#watch(1);
  }

  /** The fixed tensor of an input, made when it is first asked for. */
  #input(name: string, { shape, values }: Feed): Input {
    const words = values instanceof Int32Array;
    const key = `${name} ${words} ${shape.join('x')}`;
    let input = this.#inputs.get(key);
    if (!input) {
      const tensor = tf.tidy(() => tf.keep(tf.zeros([...shape], words ? 'int32' : 'float32')));
      this.#backend.uploadToGPU(dataOf(tensor));
      settle(this.#backend);
      const bytes = values.byteLength;
      const steps = Math.max(1, Math.min(MOST_STEPS_A_SUBMISSION, Math.floor(MOST_BYTES_WAITING / bytes)));
      input = {
        tensor, bytes, steps,
        buffer: this.#backend.tensorMap.get(dataOf(tensor)).resource as GPUBuffer,
        rows: this.#backend.device.createBuffer({ size: bytes * steps, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC }),
        staged: new Uint8Array(bytes * steps),
      };
      this.#inputs.set(key, input);
    }
    return input;
  }

  /** Copy a step's result to where it will be read. */
  #keepResult(encoder: GPUCommandEncoder, output: GPUBuffer): void {
    const bytes = output.size;
    let results = this.#results.at(-1);
    if (!results || results.bytes !== bytes || results.count === RESULTS_A_BUFFER) {
      const size = bytes * RESULTS_A_BUFFER;
      const spare = this.#spare.findIndex((buffer) => buffer.size === size);
      const buffer = spare >= 0
        ? this.#spare.splice(spare, 1)[0]
        : this.#backend.device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
      results = { buffer, bytes, count: 0 };
      this.#results.push(results);
    }
    encoder.copyBufferToBuffer(output, 0, results.buffer, results.count * bytes, bytes);
    results.count++;
  }

  /** Learn from a submission how many steps the next ones should have. */
  #watch(count: number): void {
    const start = performance.now();
    const over = () => this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    const done: Promise<unknown> = this.#backend.device.queue.onSubmittedWorkDone().then(() => {
      over();
      const ms = performance.now() - start;
      if (ms < SHORT_MS && count === this.#stepsASubmission) this.#stepsASubmission = Math.min(2 * count, MOST_STEPS_A_SUBMISSION);
      else if (ms > LONG_MS) this.#stepsASubmission = Math.max(1, Math.floor(this.#stepsASubmission / 2));
    }, over);
    this.#inFlight.push(done);
  }
}
