/**
 * The interface by which a lab is driven, the same in this process and behind the worker. What it is given and what it
 * answers is plain data that survives structured cloning; what happens meanwhile is told by events.
 */
import type { TapSimilarities } from '../plan/mapping.ts';
import type { AssetInfo, GivenFile } from '../schema/assets.ts';
import type { Experiment, Intervention, NetworkSpec, TaskSpec, TrainedGuideSpec } from '../schema/schema.ts';
import type { BackendChoice, Environment } from './environment.ts';
import type { EvaluationRecord, LabEvent, TrainingRecords } from './events.ts';
import type { Inspection, InspectQuestion } from './inspection.ts';
import type { TaskPreview } from './previews.ts';
import type { StartingPoint } from './startingPoint.ts';
import type { GeneratedText, GenerateOptions } from './texts.ts';

export interface OpenOptions {
  backend: BackendChoice;
  /** Guides to train here even where the page ships or keeps them. */
  retrain?: string[];
  /** Continue from here instead of from step 0. Forks of its step or later may have been added or changed since (`continuation.ts`). */
  checkpoint?: Checkpoint;
  /** Keep the run in this browser under this name with every checkpoint, until it ends or is closed. */
  keepAs?: string;
  /** Continue the kept run of this name and emit again what it had recorded. If `checkpoint` is given too, that one is used. */
  resume?: string;
  /** False: steps on WebGPU are not recorded and replayed. Slower, with the same bits; for comparison. */
  replay?: boolean;
}

/** A trained guide that this browser keeps. */
export interface KeptGuide {
  /** Content hash of its recipe. */
  key: string;
  /** Size of its weights. */
  bytes: number;
  /** How it was made; null if it was kept by a version that did not note this. */
  about: {
    task: TaskSpec;
    spec: TrainedGuideSpec;
    /** Validation score on the task that it was trained for, in that task's metric. */
    score: number;
    /** Milliseconds since 1970. */
    savedAt: number;
  } | null;
}

/** A network of an experiment to which weights out of a file belong. */
export interface WeightsFit {
  network: NetworkSpec;
  /** Whose it is: a guide's id; null: the target's. */
  guide: string | null;
}

/** Where the weights of a trained guide come from if a run begins now. */
export type GuideOrigin = 'shipped' | 'kept' | 'train';

/** A run that was kept and has not ended. */
export interface KeptRun {
  name: string;
  /** Includes the interventions made while it ran. */
  experiment: Experiment;
  /** Completed steps. */
  step: number;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** What was recorded of consecutive steps, and the evaluations among them. */
export interface RecordedSteps {
  training: TrainingRecords;
  evaluations: EvaluationRecord[];
}

/** Everything needed to continue: plain arrays, valid on every backend. */
export interface Checkpoint {
  experiment: Experiment;
  /** Completed steps; below 0 in a warm-up. */
  step: number;
  /** Weights, moments and running statistics by name, members-major. */
  tensors: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>;
  /** Per member: the step at which it diverged, or −1. */
  divergedAt: number[];
  /** What was recorded; of the steps before step 0 where an arm has a warm-up. */
  history: RecordedSteps & { warmup?: RecordedSteps };
}

/** A lab runs one experiment at a time. Commands resolve when accepted; what happens is told by events. */
export interface Lab {
  subscribe(listener: (event: LabEvent) => void): () => void;
  /**
   * Examples of a split, without running anything. Training images come class by class; validation images and sequences
   * come in order. If every step draws new training examples, those of the first step with seed 0 are shown.
   */
  preview(task: TaskSpec, count: number, split?: 'train' | 'val'): Promise<TaskPreview>;
  /**
   * Choose a backend and check it, without running anything. While an experiment is open its backend stays; the
   * choice then takes effect with the next `open`.
   */
  warmUp(backend: BackendChoice): Promise<Environment>;
  /**
   * CKA of every layer of an arm's network with every layer of a guide before training: of the first seed, on the probe. A
   * trained guide that is not at hand is trained first, and kept. Of an open run nothing changes; it waits meanwhile.
   */
  similarityBefore(experiment: Experiment, of: { arm: string; guide: string }, backend: BackendChoice): Promise<TapSimilarities>;
  /** All that an experiment begins with, as plain data. A trained guide that is not at hand is trained; nothing is told of that. */
  startingPoint(experiment: Experiment, backend: BackendChoice): Promise<StartingPoint>;
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
  /**
   * Discard the open experiment and free what it holds; the next `open` or `warmUp` may use another backend. What this
   * browser keeps of it (`keepAs`) is forgotten, unless it is to stay: then it is kept as it stands, after the step in progress.
   * @returns whether it is kept
   */
  close(keep?: boolean): Promise<boolean>;
  /** Take one step of one member of the open run apart, between two steps; it changes nothing. Rejects for a member that there is not. */
  inspect(question: InspectQuestion): Promise<Inspection>;
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
  /** Stop fetching: the `fetchFiles` in progress rejects with an AbortError. */
  cancelFetch(): Promise<void>;
  /** All assets kept in this browser, the newest first. */
  listAssets(): Promise<AssetInfo[]>;
  deleteAsset(hash: string): Promise<void>;
  /** Which network of an experiment kept weights belong to. Rejects with a sentence on why they are none of its networks'. */
  weightsFit(experiment: Experiment, hash: string): Promise<WeightsFit>;
  dispose(): Promise<void>;
}
