/**
 * What crosses between the page and its worker, derived from `Lab`: a request is the name of a method with its
 * arguments, its answer what the method resolves to. Every request carries an id and gets exactly one answer with that
 * id; events come on their own. Everything is plain data; typed arrays are given away, not copied.
 */
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Failure } from '../experiment/contract/failure.ts';
import type { Lab } from '../experiment/contract/lab.ts';

/** What is asked of the worker: every method of `Lab`, but those that concern the page's own end. */
export type Method = Exclude<keyof Lab, 'subscribe' | 'dispose'>;
export type Arguments<M extends Method> = Parameters<Lab[M]>;
export type Answer<M extends Method> = Awaited<ReturnType<Lab[M]>>;

/**
 * What becomes of a request without an answer when the worker dies and the open run is brought back in a new one.
 * - `again`: it is asked of the new worker.
 * - `done`: bringing the run back is what it asked for.
 * - `drives`: it is asked again, and says whether the run goes on: the client then leaves that to it.
 */
export type Fate = 'again' | 'done' | 'drives';

/** The methods that cross, each with its fate. A new method of `Lab` is added here, and nowhere else in this folder. */
export const FATES: Readonly<Record<Method, Fate>> = {
  preview: 'again',
  warmUp: 'again',
  similarityBefore: 'again',
  startingPoint: 'again',
  open: 'done',
  run: 'drives',
  pause: 'drives',
  intervene: 'again',
  checkpoint: 'again',
  generate: 'again',
  inspect: 'again',
  close: 'again',
  keptRuns: 'again',
  forgetRun: 'again',
  forgetGuides: 'again',
  keptGuides: 'again',
  guideOrigins: 'again',
  addFiles: 'again',
  fetchFiles: 'again',
  cancelFetch: 'again',
  listAssets: 'again',
  deleteAsset: 'again',
  weightsFit: 'again',
};

export const METHODS = Object.keys(FATES) as Method[];

/** A method that is called on the other side. */
export type Call = { [M in Method]: { method: M; args: Arguments<M> } }[Method];

/** Page → worker: a call, or a question whether the worker still answers. */
export type Request = Call | { method: 'ping'; args: [] };
export type RequestMessage = { id: number; request: Request };

/** Worker → page. */
export type WorkerMessage =
  /**
   * The first message. Where the browser has Web Locks the worker holds the one of this name for as long as it
   * lives: whoever is granted it next knows that the worker is dead, whatever killed it.
   */
  | { type: 'worker.ready'; lock: string | null }
  | { type: 'request.answered'; id: number; value: unknown }
  | { type: 'request.failed'; id: number; failure: Failure }
  | { type: 'event.emitted'; event: LabEvent };

/** What both ends have in common: a worker, a worker's global scope, or a port in tests. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** A failure of the lab as the page sees it: `name` and `remedy` survive the crossing. */
export class LabError extends Error {
  readonly remedy: string;

  constructor({ name, message, remedy }: Failure) {
    super(message);
    this.name = name;
    this.remedy = remedy;
  }
}

/**
 * The buffers of a message's typed arrays, each once, for the transfer list. A view of a part of a buffer is left
 * to be copied: the rest may belong to somebody else (the WebAssembly heap, say).
 */
export function transferables(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (ArrayBuffer.isView(node)) {
      if (node.buffer instanceof ArrayBuffer && node.byteLength === node.buffer.byteLength) found.add(node.buffer);
    } else for (const child of Object.values(node)) visit(child);
  };
  visit(value);
  return [...found];
}
