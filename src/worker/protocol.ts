/**
 * What crosses between the page and its worker. Every request carries an id and gets exactly one answer with that
 * id; events come on their own. Everything is plain data; typed arrays are given away, not copied.
 */
import type { BackendChoice, Environment } from '../experiment/contract/environment.ts';
import type {
  Checkpoint,
  Failure,
  GeneratedText,
  GenerateOptions,
  GuideOrigin,
  KeptGuide,
  KeptRun,
  LabEvent,
  OpenOptions,
  TaskPreview,
} from '../experiment/contract/events.ts';
import type { AssetInfo, GivenFile } from '../experiment/schema/assets.ts';
import type { Experiment, Intervention, TaskSpec } from '../experiment/schema/schema.ts';

/** Page → worker. */
export type Request =
  | { type: 'task.preview'; task: TaskSpec; count: number; split: 'train' | 'val' | undefined }
  | { type: 'backend.warmUp'; backend: BackendChoice }
  | { type: 'run.open'; experiment: Experiment; options: OpenOptions }
  | { type: 'run.start'; steps: number | undefined }
  | { type: 'run.pause' }
  | { type: 'run.intervene'; set: Intervention['set'] }
  | { type: 'run.checkpoint' }
  | { type: 'run.generate'; options: GenerateOptions }
  | { type: 'run.close' }
  | { type: 'run.listKept' }
  | { type: 'run.forget'; name: string }
  | { type: 'guides.forget'; key: string | undefined }
  | { type: 'guides.listKept' }
  | { type: 'guides.origins'; experiment: Experiment }
  | { type: 'files.add'; files: GivenFile[] }
  | { type: 'files.fetch'; addresses: string[] }
  | { type: 'files.cancel' }
  | { type: 'assets.list' }
  | { type: 'asset.delete'; hash: string }
  | { type: 'worker.ping' };

/** What each request is answered with. */
export interface Answers {
  'task.preview': TaskPreview;
  'backend.warmUp': Environment;
  'run.open': undefined;
  'run.start': undefined;
  'run.pause': undefined;
  'run.intervene': undefined;
  'run.checkpoint': Checkpoint;
  'run.generate': GeneratedText;
  'run.close': undefined;
  'run.listKept': KeptRun[];
  'run.forget': undefined;
  'guides.forget': undefined;
  'guides.listKept': KeptGuide[];
  'guides.origins': Record<string, GuideOrigin>;
  'files.add': AssetInfo;
  'files.fetch': AssetInfo;
  'files.cancel': undefined;
  'assets.list': AssetInfo[];
  'asset.delete': undefined;
  'worker.ping': undefined;
}

export type RequestType = Request['type'];
export type RequestMessage = { id: number; request: Request };

/** Worker → page. */
export type WorkerMessage =
  /**
   * The first message. Where the browser has Web Locks the worker holds the one of this name for as long as it
   * lives: whoever is granted it next knows that the worker is dead, whatever killed it.
   */
  | { type: 'worker.ready'; lock: string | null }
  | { type: 'request.answered'; id: number; value: Answers[RequestType] }
  | { type: 'request.failed'; id: number; failure: Failure }
  | { type: 'event.emitted'; event: LabEvent };

/** What both ends have in common: a worker, a worker's global scope, or a port in tests. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

const DEFAULT_REMEDY = 'Press Run to start again. If it happens again, reload the page.';

/** A failure of the lab as the page sees it: `name` and `remedy` survive the crossing. */
export class LabError extends Error {
  readonly remedy: string;

  constructor({ name, message, remedy }: Failure) {
    super(message);
    this.name = name;
    this.remedy = remedy;
  }
}

/** @returns what is worth telling about anything that was thrown */
export function toFailure(thrown: unknown): Failure {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'Error', message: String(thrown), remedy: DEFAULT_REMEDY };
  const { name, message, remedy } = thrown as Partial<Failure>;
  return { name: name || 'Error', message: message || 'Something failed without saying why.', remedy: remedy || DEFAULT_REMEDY };
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
