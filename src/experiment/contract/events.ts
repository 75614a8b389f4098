/**
 * What a lab says while it works, and the interface by which it is driven. In-process and behind the worker the
 * interface is the same; everything here is plain data that survives structured cloning.
 */
import type { BackendChoice, Environment, GuideSource } from './environment.ts';
import type { AssetInfo, GivenFile } from '../schema/assets.ts';
import type { Experiment, Intervention, TaskSpec, TrainedGuideSpec } from '../schema/schema.ts';
import type { RunResult } from './result.ts';

/** Images to show before anything runs: RGBA bytes, `count` tiles of `size`×`size`, with label indices. */
export interface ImagePreview {
  kind?: 'images';
  size: number;
  count: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
  labels: Uint8Array<ArrayBuffer>;
}

/** Sequences to show before anything runs. */
export interface SequencePreview {
  kind: 'sequences';
  count: number;
  /** Tokens of one sequence. */
  length: number;
  /** `[count × length]` token ids; −1 is padding. */
  tokens: Int32Array<ArrayBuffer>;
  /** Labels of one sequence: 1 (it stands for the whole sequence), or `length`. */
  outputs: number;
  /** `[count × outputs]` classes; −1 where none is asked for. */
  targets: Int32Array<ArrayBuffer>;
  /** How tokens and classes are written, by number. */
  tokenNames: string[];
  classNames: string[];
  /** Where sequences are windows of a text: what stands between its tokens ('' for characters, a space for words). */
  separator?: string;
  /** `[count × outputs]` group of each label (`labelGroups`), given the context before it; where that is worth showing. */
  groups?: Uint8Array<ArrayBuffer>;
}

export type TaskPreview = ImagePreview | SequencePreview;

/** idle → preparing (backend, data, guides) → running ⇄ paused → finished; failed from anywhere. */
export type Phase = 'idle' | 'preparing' | 'running' | 'paused' | 'finished' | 'failed';

/** An error that crosses the worker with its type; `remedy` says what to do. */
export interface Failure {
  name: string;
  message: string;
  remedy: string;
}

/** Order of the values of one pair in `EvaluationRecord.matrices`. */
export const MATRIX_FIELDS = ['cka', 'debiased', 'chance'] as const;

/**
 * One evaluation of every member. Arrays are members-major, in the order of `members(experiment)`.
 */
export interface EvaluationRecord {
  /** Completed steps. */
  step: number;
  /** `[members]` on the whole validation set, running statistics. */
  valLoss: Float32Array<ArrayBuffer>;
  valMetric: Float32Array<ArrayBuffer>;
  /**
   * Per guide: `[members × targetTaps × guideTaps × 3]` biased CKA, debiased CKA and the exact chance level of the
   * biased one, on the probe. NaN where a layer has collapsed (no variation). For sequences as `base.tokens` says;
   * per position the mean over the positions at which the guide's layer varies ('all-tokens': of the first sequences
   * of the probe that together have at most 1,024 tokens).
   */
  matrices: Record<string, Float32Array<ArrayBuffer>>;
  /**
   * Predicted class of every label of the validation set, `[members × labels]`: one an example for images and for
   * sequences with one label, otherwise every label that is not −1, example by example in order of position. In
   * checkpoints, and where a run is told again, empty for all evaluations but the last.
   */
  predictions: Uint16Array<ArrayBuffer>;
  /** Where labels have groups (`labelGroups`): cross-entropy and accuracy on each, `[members × groups]`. */
  groups?: { loss: Float32Array<ArrayBuffer>; accuracy: Float32Array<ArrayBuffer> };
}

/** Training losses of consecutive steps: `firstStep` is the number of the first one (1 = after one step). */
export interface TrainingRecords {
  firstStep: number;
  count: number;
  /** `[count × members]` task loss (cross-entropy) and metric on the training batch. */
  loss: Float32Array<ArrayBuffer>;
  metric: Float32Array<ArrayBuffer>;
}

/** Stands in texts for whatever is not in the vocabulary. */
export const UNKNOWN_TOKEN = '□';

/** How every member goes on with a piece of the validation text. */
export interface GeneratedText {
  /** Completed steps. */
  step: number;
  prompt: Int32Array<ArrayBuffer>;
  /** How the text itself goes on. */
  truth: Int32Array<ArrayBuffer>;
  /** Tokens written by each member. */
  length: number;
  /** `[members × 2 × length]`: always the most likely token, then drawn with the temperature. */
  texts: Int32Array<ArrayBuffer>;
  /** How tokens are written, by number, and what stands between them. */
  tokenNames: string[];
  separator: string;
}

export interface GenerateOptions {
  /** Of the drawn text: below 1 it keeps to what is likely. */
  temperature: number;
  /** Another number takes another piece of text and draws other tokens. */
  draw: number;
}

export type LabEvent =
  | { type: 'backend.chosen'; environment: Environment }
  | { type: 'phase.changed'; phase: Phase; detail: string }
  | { type: 'guide.progress'; guide: string; step: number; steps: number; loss: Float32Array<ArrayBuffer>; valMetric: number | null; valLoss: number | null }
  | { type: 'guide.ready'; guide: string; seed: number; source: GuideSource; valLoss: number; valMetric: number }
  | { type: 'training.recorded'; records: TrainingRecords }
  | { type: 'evaluation.recorded'; record: EvaluationRecord }
  | { type: 'progress.changed'; step: number; steps: number; stepsPerSecond: number; secondsLeft: number }
  | { type: 'member.diverged'; arm: string; seed: number; step: number }
  /** Files being fetched or read: `done` of `total` bytes or images; null where the total is not known. */
  | { type: 'files.progress'; name: string; activity: 'fetching' | 'reading'; done: number; total: number | null }
  | { type: 'intervention.applied'; intervention: Intervention }
  /** Everything after `step` is void: the run resumed from a checkpoint. */
  | { type: 'run.rewound'; step: number }
  | { type: 'run.finished'; result: RunResult }
  | { type: 'run.failed'; failure: Failure };

export interface OpenOptions {
  backend: BackendChoice;
  /** Guides to train here even where the page ships or keeps them. */
  retrain?: string[];
  /** Continue from here instead of from step 0. */
  checkpoint?: Checkpoint;
  /** Keep the run in this browser under this name with every checkpoint, until it ends or is closed. */
  keepAs?: string;
  /** Continue the kept run of this name; what it had recorded is told again. `checkpoint` goes before it. */
  resume?: string;
  /** On WebGPU steps are recorded once and replayed, unless this is false: slower, to the same bits, for comparison. */
  replay?: boolean;
}

/** A trained guide that this browser keeps. */
export interface KeptGuide {
  /** Content hash of its recipe. */
  key: string;
  /** Of its weights. */
  bytes: number;
  /** What is known of how it was made; null of one that was kept before this was noted. */
  about: {
    task: TaskSpec;
    spec: TrainedGuideSpec;
    /** On its own task's validation set, in that task's metric. */
    score: number;
    /** Milliseconds since 1970. */
    savedAt: number;
  } | null;
}

/** Where the weights of a trained guide come from if a run begins now. */
export type GuideOrigin = 'shipped' | 'kept' | 'train';

/** A run that was kept and has not ended. */
export interface KeptRun {
  name: string;
  /** With what was changed by hand while it ran. */
  experiment: Experiment;
  /** Completed steps. */
  step: number;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** Everything needed to continue: plain arrays, valid on every backend. */
export interface Checkpoint {
  experiment: Experiment;
  step: number;
  /** Weights, moments and running statistics by name, members-major. */
  tensors: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>;
  /** Per member: the step at which it diverged, or −1. */
  divergedAt: number[];
  history: { training: TrainingRecords; evaluations: EvaluationRecord[] };
}

/** A lab runs one experiment at a time. Commands resolve when accepted; what happens is told by events. */
export interface Lab {
  subscribe(listener: (event: LabEvent) => void): () => void;
  /**
   * Examples of a split, without running anything: training images class by class, validation images and sequences
   * in order (training sequences where every step draws new ones: those of its first step with seed 0).
   */
  preview(task: TaskSpec, count: number, split?: 'train' | 'val'): Promise<TaskPreview>;
  /**
   * Choose a backend and check it, without running anything. While an experiment is open its backend stays; the
   * choice then takes effect with the next `open`.
   */
  warmUp(backend: BackendChoice): Promise<Environment>;
  /** Prepare an experiment (replacing the one before) and leave it paused at step 0, evaluated. */
  open(experiment: Experiment, options: OpenOptions): Promise<void>;
  /** Run to the end, or for `steps` more steps, then pause. */
  run(steps?: number): Promise<void>;
  /** Resolves once the step in progress has ended. */
  pause(): Promise<void>;
  /** Change something from the next step on; recorded in the experiment of the result. */
  intervene(set: Intervention['set']): Promise<void>;
  checkpoint(): Promise<Checkpoint>;
  /** Let every member of the open run write, between two steps. Language modelling only. */
  generate(options: GenerateOptions): Promise<GeneratedText>;
  /** Discard the open experiment and free what it holds; the next `open` or `warmUp` may use another backend. */
  close(): Promise<void>;
  /** Runs that were kept by `keepAs` and have not ended, the newest first: this tab's and others'. */
  keptRuns(): Promise<KeptRun[]>;
  forgetRun(name: string): Promise<void>;
  /** Delete trained guides kept in this browser: the one of a recipe, or all. */
  forgetGuides(key?: string): Promise<void>;
  /** Trained guides kept in this browser, the latest first. */
  keptGuides(): Promise<KeptGuide[]>;
  /** Where the weights of an experiment's trained guides are now, by guide. */
  guideOrigins(experiment: Experiment): Promise<Record<string, GuideOrigin>>;
  /**
   * Take in files that belong together (a data set, a text, a network): checked, converted, kept in this browser.
   * Rejects with what is wrong and what to do; nothing is kept then.
   */
  addFiles(files: GivenFile[]): Promise<AssetInfo>;
  /** As `addFiles`, from public addresses. */
  fetchFiles(addresses: string[]): Promise<AssetInfo>;
  /** Give up what is being fetched: `fetchFiles` rejects with an AbortError. */
  cancelFetch(): Promise<void>;
  /** Everything kept, the newest first. */
  listAssets(): Promise<AssetInfo[]>;
  deleteAsset(hash: string): Promise<void>;
  dispose(): Promise<void>;
}
