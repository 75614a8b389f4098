/**
 * Training steps that are recorded once and replayed. tfjs asks the GPU for a step's work anew every time, and most of a
 * small network's time goes into asking; replaying a recording skips all of that: no shapes, no uniforms, no bind groups,
 * only the list of dispatches. Several steps go into one submission, and their results come back together.
 *
 * Knows nothing but tfjs: see docs/performance.md for how to use it elsewhere.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bufferOf, dataOf, runOnGpu, settle, type WebGpuBackend, webGpuBackend } from './backend.ts';
import type { Feed, StepProgram } from './program.ts';
import { Arena, CaptureError, record, type Recording } from './record.ts';

/** The GPU is gone, and with it everything that was on it. */
export class DeviceLostError extends Error {
  override name = 'DeviceLostError';
  constructor(reason: string) {
    super(`The GPU was lost: ${reason}.`);
  }
}

/** A submission should keep the GPU busy for about so long: more only delays what waits behind it. */
const SHORT_MS = 8;
const LONG_MS = 32;
/** So many submissions may wait for the GPU; a person who presses pause waits for them, too. */
const MOST_IN_FLIGHT = 2;
const MOST_STEPS_A_SUBMISSION = 32;
/** Room for results in each buffer that can be read; one result may be larger. */
const RESULT_BYTES = 256 * 2 ** 10;
/** Within so long a lost device is known to be lost. */
const LOSS_MS = 1000;

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
  /** Fed from tensors. */
  onDevice: boolean;
}

interface Captured {
  recording: Recording;
  inputs: readonly Input[];
  /** So many steps go into a submission. */
  steps: number;
}

/** Results of consecutive steps, to be read. */
interface Results {
  buffer: GPUBuffer;
  /** Bytes of each, one behind the other. */
  sizes: number[];
  used: number;
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
   * @throws {DeviceLostError}
   */
  async step(kind: string, feeds: Readonly<Record<string, Feed>>, program: StepProgram): Promise<void> {
    const key = `${kind} ${Object.entries(feeds)
      .map(([name, { shape }]) => `${name} ${shape.join('x')}`)
      .join(', ')}`;
    const captured = this.#usable(key);
    if (!captured) {
      this.submit();
      this.#run(key, feeds, program);
    } else {
      const at = this.#pending?.count ?? 0;
      this.#stage(feeds, captured.inputs, at);
      this.#pending = { captured, count: at + 1 };
      if (at + 1 < Math.min(captured.steps, ...captured.inputs.map(({ steps }) => steps))) return;
      this.submit();
    }
    while (this.#inFlight.length >= MOST_IN_FLIGHT && this.#lost === null) await this.#inFlight[0];
    if (this.#lost !== null) throw new DeviceLostError(this.#lost);
  }

  /** Hand all steps asked for to the GPU. Call it before anything else reads or changes what the steps change. */
  submit(): void {
    if (!this.#pending) return;
    const { captured, count } = this.#pending;
    const { recording, inputs } = captured;
    this.#pending = null;
    const { device } = this.#backend;
    settle(this.#backend);
    for (const { rows, staged, bytes, onDevice } of inputs) if (!onDevice) device.queue.writeBuffer(rows, 0, staged, 0, count * bytes);
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < count; i++) {
      for (const { rows, buffer, bytes } of inputs) encoder.copyBufferToBuffer(rows, i * bytes, buffer, 0, bytes);
      recording.encode(encoder);
      if (recording.outputBuffer) this.#keepResult(encoder, recording.outputBuffer);
    }
    device.queue.submit([encoder.finish()]);
    recording.forgetValues();
    this.replayed += count;
    this.#watch(captured, count);
  }

  /**
   * Results of all steps since the last read that have some, in order: one wait for the GPU for all of them.
   * @throws {DeviceLostError}
   */
  async read(): Promise<Float32Array[]> {
    this.submit();
    const all = this.#results;
    this.#results = [];
    const values: Float32Array[] = [];
    try {
      await Promise.all(all.map(({ buffer, used }) => buffer.mapAsync(GPUMapMode.READ, 0, used)));
    } catch (error) {
      // The buffers may tell before the device does.
      await Promise.race([this.#backend.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
      throw this.#lost === null ? error : new DeviceLostError(this.#lost);
    }
    for (const { buffer, sizes, used } of all) {
      const mapped = buffer.getMappedRange(0, used).slice(0);
      let at = 0;
      for (const bytes of sizes) {
        values.push(new Float32Array(mapped, at, bytes / 4));
        at += bytes;
      }
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

  /** Put the inputs of a step where its submission will find them. */
  #stage(feeds: Readonly<Record<string, Feed>>, inputs: readonly Input[], at: number): void {
    const onDevice: [GPUBuffer, Input][] = [];
    Object.values(feeds).forEach((feed, i) => {
      const { staged, bytes } = inputs[i];
      if (feed instanceof tf.Tensor) onDevice.push([this.#bufferOf(feed), inputs[i]]);
      else staged.set(new Uint8Array(feed.values.buffer, feed.values.byteOffset, bytes), at * bytes);
    });
    if (onDevice.length === 0) return;
    settle(this.#backend);
    const encoder = this.#backend.device.createCommandEncoder();
    for (const [buffer, { rows, bytes }] of onDevice) encoder.copyBufferToBuffer(buffer, 0, rows, at * bytes, bytes);
    this.#backend.device.queue.submit([encoder.finish()]);
  }

  #bufferOf(tensor: tf.Tensor): GPUBuffer {
    this.#backend.uploadToGPU(dataOf(tensor));
    return bufferOf(this.#backend, tensor);
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
    this.#stage(feeds, inputs, 0);
    const fill = device.createCommandEncoder();
    for (const { rows, staged, buffer, bytes, onDevice } of inputs) {
      if (!onDevice) device.queue.writeBuffer(rows, 0, staged, 0, bytes);
      fill.copyBufferToBuffer(rows, 0, buffer, 0, bytes);
    }
    device.queue.submit([fill.finish()]);
    const tensors = Object.fromEntries(Object.keys(feeds).map((name, i) => [name, inputs[i].tensor]));
    let output: tf.Tensor | null;
    if (this.#replay && !this.refused.has(key)) {
      try {
        const recording = record(this.#backend, this.#arena, () => program(tensors));
        this.#captured.set(key, { recording, inputs, steps: 1 });
        output = recording.output;
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
        this.refused.set(key, error.message);
        output = error.output;
      }
    } else {
      output = runOnGpu(this.#backend, () => program(tensors));
      settle(this.#backend);
    }
    if (output) {
      const encoder = device.createCommandEncoder();
      this.#keepResult(encoder, bufferOf(this.#backend, output));
      device.queue.submit([encoder.finish()]);
      if (!this.#captured.has(key)) output.dispose();
    }
    this.#watch(null, 1);
  }

  /** The fixed tensor of an input, made when it is first asked for. */
  #input(name: string, feed: Feed): Input {
    const onDevice = feed instanceof tf.Tensor;
    const dtype = onDevice ? feed.dtype : feed.values instanceof Int32Array ? 'int32' : 'float32';
    const key = `${name} ${dtype} ${feed.shape.join('x')} ${onDevice}`;
    let input = this.#inputs.get(key);
    if (!input) {
      const tensor = tf.tidy(() => tf.keep(tf.zeros([...feed.shape], dtype as 'float32')));
      const buffer = this.#bufferOf(tensor);
      settle(this.#backend);
      const bytes = 4 * tensor.size;
      const steps = Math.max(1, Math.min(MOST_STEPS_A_SUBMISSION, Math.floor(MOST_BYTES_WAITING / bytes)));
      input = {
        tensor,
        buffer,
        bytes,
        steps,
        onDevice,
        rows: this.#backend.device.createBuffer({ size: bytes * steps, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC }),
        staged: new Uint8Array(onDevice ? 0 : bytes * steps),
      };
      this.#inputs.set(key, input);
    }
    return input;
  }

  /** Copy a step's result to where it will be read. */
  #keepResult(encoder: GPUCommandEncoder, output: GPUBuffer): void {
    const bytes = output.size;
    let results = this.#results.at(-1);
    if (!results || results.used + bytes > results.buffer.size) {
      const spare = this.#spare.findIndex(({ size }) => size >= bytes);
      const buffer =
        spare >= 0
          ? this.#spare.splice(spare, 1)[0]
          : this.#backend.device.createBuffer({ size: Math.max(bytes, RESULT_BYTES), usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
      results = { buffer, sizes: [], used: 0 };
      this.#results.push(results);
    }
    encoder.copyBufferToBuffer(output, 0, results.buffer, results.used, bytes);
    results.sizes.push(bytes);
    results.used += bytes;
  }

  /** Learn from a submission how many steps the next ones of the kind should have. */
  #watch(captured: Captured | null, count: number): void {
    const start = performance.now();
    const over = () => this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    const done: Promise<unknown> = this.#backend.device.queue.onSubmittedWorkDone().then(() => {
      over();
      const ms = performance.now() - start;
      if (!captured) return;
      if (ms < SHORT_MS && count === captured.steps) captured.steps = Math.min(2 * count, MOST_STEPS_A_SUBMISSION);
      else if (ms > LONG_MS) captured.steps = Math.max(1, Math.floor(captured.steps / 2));
    }, over);
    this.#inFlight.push(done);
  }
}
