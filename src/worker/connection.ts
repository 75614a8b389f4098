/** One worker from its birth to its death: sends requests, hands on what comes back, notices when it is gone. */
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Failure } from '../experiment/contract/failure.ts';
import type { Port, Request, RequestMessage, WorkerMessage } from './protocol.ts';

/** What is needed of a `Worker`. */
export interface WorkerLike extends Port {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void;
  terminate(): void;
}

export interface ConnectionHandlers {
  onEvent(event: LabEvent): void;
  onAnswer(id: number, value: unknown): void;
  onFailure(id: number, failure: Failure): void;
  /** Called at most once, and nothing else after it. `reason` completes "the worker stopped: …". */
  onDeath(reason: string): void;
}

/** Milliseconds between two pings. */
export const PING_MS = 10_000;
/**
 * Pings without any message in return before a worker counts as dead: five minutes. One convolution on a slow
 * machine's CPU backend may take a minute, and killing a worker that works is worse than waiting. A worker that is
 * really gone is noticed at once by its error event or its lock. Ticks are counted rather than time, so that a
 * laptop's sleep does not look like silence.
 */
export const PINGS_BEFORE_DEATH = 30;

export class Connection {
  readonly #worker: WorkerLike;
  readonly #handlers: ConnectionHandlers;
  readonly #abort = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Requests wait until the worker's code has run: a message before that could be lost. */
  #unsent: RequestMessage[] | null = [];
  #unanswered = 0;
  #closed = false;

  constructor(worker: WorkerLike, handlers: ConnectionHandlers, pingMs = PING_MS) {
    this.#worker = worker;
    this.#handlers = handlers;
    worker.addEventListener('message', (event: MessageEvent<WorkerMessage>) => this.#receive(event.data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die((event as ErrorEvent).message || 'its code could not be loaded');
    });
    worker.addEventListener('messageerror', () => this.#die('a message could not be read'));
    this.#timer = setInterval(() => this.#ping(), pingMs);
  }

  send(id: number, request: Request): void {
    const message: RequestMessage = { id, request };
    if (this.#unsent) this.#unsent.push(message);
    // Nothing is given away in this direction: the page keeps its checkpoint and its experiment.
    else if (!this.#closed) this.#worker.postMessage(message, []);
  }

  /** End the worker, whatever it is doing. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#abort.abort();
    this.#worker.terminate();
  }

  #die(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#handlers.onDeath(reason);
  }

  #receive(message: WorkerMessage): void {
    if (this.#closed) return;
    this.#unanswered = 0;
    switch (message.type) {
      case 'worker.ready': {
        const waiting = this.#unsent ?? [];
        this.#unsent = null;
        for (const { id, request } of waiting) this.send(id, request);
        if (message.lock !== null) this.#watchLock(message.lock);
        return;
      }
      case 'event.emitted':
        return this.#handlers.onEvent(message.event);
      case 'request.answered':
        return this.#handlers.onAnswer(message.id, message.value);
      case 'request.failed':
        return this.#handlers.onFailure(message.id, message.failure);
    }
  }

  #ping(): void {
    if (++this.#unanswered > PINGS_BEFORE_DEATH) this.#die('it no longer answers');
    else if (!this.#unsent) this.send(0, { method: 'ping', args: [] });
  }

  /** Queue for the lock that the worker holds: it is granted when the worker ends, whatever ended it. */
  #watchLock(name: string): void {
    const { signal } = this.#abort;
    navigator.locks
      ?.request(name, { signal }, () => this.#die('the browser ended it'))
      .catch(() => {
        // Aborted by close(), or locks are refused here; pings remain.
      });
  }
}
