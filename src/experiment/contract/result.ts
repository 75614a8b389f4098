/**
 * The result of a run as it is exported (`schema` 2). Accuracies are fractions; null stands for "not a number".
 * Files of schema 1 lack what is marked as "since 2"; `readResult.ts` takes both back in.
 */
import type { BackendName, GuideSource } from './environment.ts';
import type { Experiment, GuideState } from '../schema/schema.ts';
import type { Metric } from '../networks/describe.ts';

export interface PairResult {
  guide: string;
  guideTap: string;
  targetTap: string;
  /** Biased linear CKA on the probe, before training (after a warm-up) and at the end. */
  start: number | null;
  end: number | null;
  startDebiased: number | null;
  endDebiased: number | null;
  /** Exact chance level of `end`: its mean over all permutations of the probe's examples. */
  chance: number | null;
}

/** Similarity of all layers, `[target layers][guide layers]`; layers in the order of `RunResult.layers`, five decimals. */
export interface MatrixResult {
  cka: (number | null)[][];
  debiased: (number | null)[][];
  chance: (number | null)[][];
}

export interface MemberResult {
  arm: string;
  seed: number;
  /** Step at which the loss stopped being finite; null when it never did. */
  divergedAt: number | null;
  diverged: boolean;
  initial: { valLoss: number | null; valMetric: number | null };
  final: {
    trainLoss: number | null;
    trainMetric: number | null;
    valLoss: number | null;
    valMetric: number | null;
    /** With batch-norm statistics recomputed over the training set. */
    valMetricRecalibrated: number | null;
  };
  /** The evaluation with the best metric, and the loss there. */
  best: { step: number; valLoss: number | null; valMetric: number | null };
  pairs: PairResult[];
  /** Where labels have groups: the last evaluation on each of them, and all of them in the order of `history.valStep`. */
  groups?: {
    name: string;
    loss: number | null;
    accuracy: number | null;
    history: { loss: (number | null)[]; accuracy: (number | null)[] };
  }[];
  /**
   * What was recorded of its warm-up: as `history`, but of steps up to 0, which is its last one. Without a task loss the
   * training values are null. Not in files of arms without one.
   */
  warmup?: MemberResult['history'];
  history: {
    step: number[];
    trainLoss: (number | null)[];
    trainMetric: (number | null)[];
    /** Σ weight · (1 − similarity) over the arm's pairs; null where guidance is off. Not in files of members without alignment, nor in older ones. */
    alignmentLoss?: (number | null)[];
    valStep: number[];
    valLoss: (number | null)[];
    valMetric: (number | null)[];
    /** Per evaluation, biased CKA per pair in the order of `pairs`. */
    similarity: (number | null)[][];
    similarityDebiased: (number | null)[][];
    /** Exact chance level of `similarity`. Since 2. */
    similarityChance?: (number | null)[][];
    /** By the measures that arms learn by, or that are asked for (`observe`), besides CKA: for each of them (`measuresInUse`) the pairs. Not in files of runs without one. */
    similarityMeasured?: (number | null)[][];
  };
  /** Per guide, at the first and at the last evaluation. Since 2. */
  matrices?: Record<string, { start: MatrixResult; end: MatrixResult }>;
  /** Predicted class of every label of the validation set at the last evaluation (`EvaluationRecord.predictions`). Since 2. */
  predictions?: number[];
}

/** What a link has no room for. */
export const LEFT_OUT = ['training curves', 'predictions', 'similarities of all layers', 'similarities over time'] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

export interface RunResult {
  schema: 1 | 2;
  /** When it ended or was stopped (ISO 8601). Since 2. */
  finishedAt?: string;
  /**
   * Steps trained of a run that was stopped before the last one; absent where it came to its end. Curves then end there,
   * and `final` is of the last batches and the last evaluation until then. Versions that do not know it refuse the file,
   * because its curves are shorter than its experiment.
   */
  stoppedAt?: number;
  experiment: Experiment;
  /** 'pytorch': by the script of an exported experiment; `browser` is then the version of PyTorch. */
  environment: { backend: BackendName | 'pytorch'; adapter: string; browser: string; version: string };
  metric: Metric;
  timing: { seconds: number; stepsPerSecond: number };
  /** Guides with outputs; a control without a network has none to be scored. */
  guides: { id: string; state: GuideState; seed: number; score: number; valLoss: number; source: GuideSource }[];
  /** Of a person's own images: true class of every validation example, in the order of `MemberResult.predictions`. Not in older files. */
  labels?: number[];
  /** Of a result that came in a link: what was left out of it. Lists of these are empty. */
  thinned?: LeftOut[];
  /** Names of the layers that `matrices` compare. Since 2. */
  layers?: { target: string[]; guides: Record<string, string[]> };
  members: MemberResult[];
  /** Notes on the run in order: divergences, recoveries. */
  events: { step: number; text: string }[];
  summary: {
    arm: string;
    n: number;
    valMetric: { mean: number | null; sd: number | null };
    valLoss: { mean: number | null; sd: number | null };
  }[];
}
