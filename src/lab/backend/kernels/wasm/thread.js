// @ts-check
/** A helper thread of the pool (pool.ts): waits for work in shared memory until it is told to stop. */
import { SLEEPERS, STOPPED, takeParts, TICKET, waitForChange, CONTROL_BYTES } from './control.js';

/** @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory, control: number, stackTop: number, thread: number }} Start */

addEventListener('message', (event) => {
  const { module, memory, control, stackTop, thread } = /** @type {Start} */ (event.data);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  /** @type {WebAssembly.Global} */ (exports.__stack_pointer).value = stackTop;
  const kernels = /** @type {Array<(...args: number[]) => number>} */ (WebAssembly.Module.exports(module).map(({ name }) => exports[name]));
  const words = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
  const numbers = new Float64Array(memory.buffer, control, CONTROL_BYTES / 8);
  postMessage('ready');
  while (Atomics.load(words, STOPPED) === 0) {
    const ticket = takeParts(words, numbers, kernels, thread);
    Atomics.add(words, SLEEPERS, 1);
    waitForChange(words, TICKET, ticket);
    Atomics.sub(words, SLEEPERS, 1);
  }
});
