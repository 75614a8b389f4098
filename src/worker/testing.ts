/** A worker without a thread, for the tests of this folder. */
import type { Lab } from '../experiment/contract/lab.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import type { WorkerLike } from './connection.ts';
import type { WorkerMessage } from './protocol.ts';
import { serveLab } from './server.ts';

/** Twenty steps of two arms and one seed. */
export function tinyExperiment(): Experiment {
  const { experiment } = findPreset('wide-fcn') as { experiment: Experiment };
  return { ...structuredClone(experiment), arms: experiment.arms.slice(0, 2), seeds: [0], base: { ...experiment.base, steps: 20, evaluateEvery: 5 } };
}

/** A worker whose other end is served by `lab` in this thread. */
export class FakeWorker implements WorkerLike {
  readonly #channel = new MessageChannel();
  readonly #onError: ((event: Event) => void)[] = [];
  /** What the worker sent, as it was sent, with the buffers that were given away. */
  readonly posted: { message: WorkerMessage; transfer: Transferable[] }[] = [];
  terminated = false;

  constructor(lab: Lab | null) {
    const { port2 } = this.#channel;
    if (!lab) return;
    serveLab(lab, {
      postMessage: (message, transfer) => {
        if (this.terminated) return;
        this.posted.push({ message: message as WorkerMessage, transfer });
        port2.postMessage(message, transfer);
      },
      addEventListener: (type, listener) => {
        port2.addEventListener(type, listener as EventListener);
        port2.start();
      },
    });
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#channel.port1.postMessage(message, transfer);
  }

  addEventListener(type: 'message' | 'error' | 'messageerror', listener: ((event: MessageEvent) => void) & ((event: Event) => void)): void {
    if (type === 'error') this.#onError.push(listener);
    if (type !== 'message') return;
    this.#channel.port1.addEventListener('message', listener as EventListener);
    this.#channel.port1.start();
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
    this.#channel.port2.close();
  }

  /** Die as a worker does whose script throws. */
  crash(message = 'out of memory'): void {
    const event = Object.assign(new Event('error', { cancelable: true }), { message });
    for (const listener of this.#onError) listener(event);
  }
}
