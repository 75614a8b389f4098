import {
  ARGUMENT_COUNT,
  ARGUMENTS,
  CONTROL_BYTES,
  FAILED,
  KERNEL,
  MAX_ARGUMENTS,
  MAX_PARTS,
  PARTS,
  REMAINING,
  SCRATCH,
  SCRATCH_STRIDE,
  SLEEPERS,
  STOPPED,
  takeParts,
  TICKET,
  waitForChange,
} from './control.js';
import type { Heap } from './heap.ts';
import { instantiateKernels, type KernelExports } from './module.ts';
import { Block, type Runner, STACK_BYTES } from './runner.ts';

/** A started helper thread. */
export interface Helper {
  /** Resolves when it waits for work, rejects when it cannot start. */
  readonly ready: Promise<void>;
  terminate(): void;
}

/** Starts a helper thread with what thread.js expects. */
export type StartHelper = (start: { module: WebAssembly.Module; memory: WebAssembly.Memory; control: number; stackTop: number; thread: number }) => Helper;

/** Helpers that take longer to start are given up. */
const START_LIMIT_MS = 5000;

/** When nothing is finished for so long, the browser has ended a helper. */
const SILENCE_LIMIT_S = 60;

/** Less work (see Runner.run) is done before a sleeping thread wakes up. */
const MIN_SHARED_WORK = 100_000;

export interface PoolOptions {
  /** Threads at most, the calling one included. */
  threads: number;
  startHelper?: StartHelper;
  minSharedWork?: number;
}

/** Starts a helper as a web worker. */
export const startWorker: StartHelper = (start) => {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    worker.addEventListener('error', () => reject(new Error('A helper thread did not start.')), { once: true });
  });
  worker.postMessage(start);
  return { ready, terminate: () => worker.terminate() };
};

/** Whether this thread may wait for others: a page's own thread may not. */
function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Shares the parts of a kernel with helper threads; the calling thread takes part. */
export class PooledRunner implements Runner {
  readonly threads: number;
  readonly #exports: KernelExports;
  readonly #kernels: KernelExports[string][];
  readonly #indices: Map<string, number>;
  readonly #heap: Heap;
  readonly #helpers: Helper[];
  readonly #stacks: Block;
  readonly #scratch: Block;
  readonly #control: number;
  /** Scratch strides belong to thread numbers; helpers that did not start leave gaps. */
  readonly #places: number;
  readonly #minSharedWork: number;

  private constructor(exports: KernelExports, names: string[], heap: Heap, helpers: Helper[], stacks: Block, control: number, options: PoolOptions) {
    this.threads = helpers.length + 1;
    this.#exports = exports;
    this.#kernels = names.map((name) => exports[name]);
    this.#indices = new Map(names.map((name, index) => [name, index]));
    this.#heap = heap;
    this.#helpers = helpers;
    this.#stacks = stacks;
    this.#scratch = new Block(heap);
    this.#control = control;
    this.#places = options.threads;
    this.#minSharedWork = options.minSharedWork ?? MIN_SHARED_WORK;
  }

  /** A pool of up to `threads` threads, this one included, or null where it would be this one alone. */
  static async start(module: WebAssembly.Module, heap: Heap, options: PoolOptions): Promise<PooledRunner | null> {
    const { threads, startHelper = startWorker } = options;
    const shared = typeof SharedArrayBuffer !== 'undefined' && heap.memory.buffer instanceof SharedArrayBuffer;
    if (!shared || threads < 2 || !mayBlock()) return null;
    const stacks = new Block(heap);
    const stackTop = (thread: number) => stacks.reserve(threads * STACK_BYTES) + (thread + 1) * STACK_BYTES;
    const control = heap.malloc(CONTROL_BYTES);
    const parts = Math.min(threads <= 4 ? 2 * threads : threads, MAX_PARTS - 1);
    const words = new Int32Array(heap.memory.buffer, control, CONTROL_BYTES / 4).fill(0);
    words[PARTS] = parts;
    // No part left to take.
    words[TICKET] = parts;
    const exports = instantiateKernels(module, heap.memory, stackTop(0));
    const started = await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) => {
        const thread = i + 1;
        return startOrGiveUp(() => startHelper({ module, memory: heap.memory, control, stackTop: stackTop(thread), thread }));
      }),
    );
    const helpers = started.filter((helper) => helper !== null);
    if (helpers.length === 0) {
      stacks.free();
      heap.free(control);
      return null;
    }
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    return new PooledRunner(exports, names, heap, helpers, stacks, control, options);
  }

  run(name: string, args: readonly number[], work: number, scratchBytes = 0): void {
    // Blocks of different threads must not share a cache line.
    const stride = Math.ceil(scratchBytes / 128) * 128;
    const scratch = this.#scratch.reserve(stride * this.#places);
    if (work < this.#minSharedWork) {
      this.#exports[name](...args, scratch, 0, 1);
      return;
    }
    if (args.length > MAX_ARGUMENTS) throw new Error(`${name} has more arguments than fit.`);
    // The heap may have grown: views of shared memory stay valid, but these are cheap.
    const words = new Int32Array(this.#heap.memory.buffer, this.#control, CONTROL_BYTES / 4);
    const numbers = new Float64Array(this.#heap.memory.buffer, this.#control, CONTROL_BYTES / 8);
    words[KERNEL] = this.#indices.get(name) ?? -1;
    words[ARGUMENT_COUNT] = args.length;
    words[SCRATCH] = scratch;
    words[SCRATCH_STRIDE] = stride;
    numbers.set(args, ARGUMENTS);
    Atomics.store(words, REMAINING, words[PARTS]);
    this.#openGeneration(words, 0);
    takeParts(words, numbers, this.#kernels, 0);
    this.#join(words);
  }

  query(name: string, args: readonly number[]): number {
    return this.#exports[name](...args);
  }

  dispose(): void {
    const words = new Int32Array(this.#heap.memory.buffer, this.#control, CONTROL_BYTES / 4);
    Atomics.store(words, STOPPED, 1);
    this.#openGeneration(words, words[PARTS]);
    for (const helper of this.#helpers) helper.terminate();
    this.#stacks.free();
    this.#scratch.free();
    // The control block stays: a helper may look at it once more.
  }

  #openGeneration(words: Int32Array, firstPart: number): void {
    const generation = Math.floor(Atomics.load(words, TICKET) / MAX_PARTS) + 1;
    Atomics.store(words, TICKET, (generation % 2 ** 24) * MAX_PARTS + firstPart);
    if (Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, TICKET);
  }

  #join(words: Int32Array): void {
    let silence = 0;
    for (;;) {
      const remaining = Atomics.load(words, REMAINING);
      if (remaining === 0) break;
      silence = waitForChange(words, REMAINING, remaining, 1000) ? 0 : silence + 1;
      if (silence === SILENCE_LIMIT_S) throw new Error('A helper thread of the WASM kernels has stopped.');
    }
    if (Atomics.exchange(words, FAILED, 0) !== 0) throw new Error('A WASM kernel failed.');
  }
}

/** The helper once it is ready, or null. */
async function startOrGiveUp(start: () => Helper): Promise<Helper | null> {
  let helper: Helper;
  try {
    helper = start();
  } catch {
    return null;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('A helper thread did not start in time.')), START_LIMIT_MS);
  });
  try {
    await Promise.race([helper.ready, late]);
    return helper;
  } catch {
    helper.terminate();
    return null;
  } finally {
    clearTimeout(timer);
  }
}
