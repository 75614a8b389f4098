/** What a lab says while it works. Everything here is plain data that survives structured cloning. */
import type { Environment, GuideSource } from './environment.ts';
import type { Failure } from './failure.ts';
import type { Intervention } from '../schema/schema.ts';
import type { RunResult } from './result.ts';
import type { EvaluationQuantity, Recorded, StepQuantity } from '../series.ts';

/** idle → preparing (backend, data, guides) → running ⇄ paused → finished; failed from anywhere. */
export type Phase = 'idle' | 'preparing' | 'running' | 'paused' | 'finished' | 'failed';

/**
 * One evaluation of every member. Arrays are members-major, in the order of `members(experiment)`.
 */
export interface EvaluationRecord {
  /** Completed steps; below 0 before or in a warm-up, which ends at step 0. */
  step: number;
  /** `[members × parts]` of each quantity, see `series.ts`. */
  series: Recorded<EvaluationQuantity>;
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
}

/**
 * What was recorded of consecutive steps. Steps are counted from 1: `firstStep` 1 is the loss of the first batch. Those of
 * warm-ups are counted backwards from 0, which is the last one; records are of steps up to 0 or of steps from 1 on.
 */
export interface TrainingRecords {
  firstStep: number;
  count: number;
  /** `[count × members]` of each quantity, on the training batch before the update. */
  series: Recorded<StepQuantity>;
}

export type LabEvent =
  | { type: 'backend.chosen'; environment: Environment }
  | { type: 'phase.changed'; phase: Phase; detail: string }
  | { type: 'guide.progress'; guide: string; step: number; steps: number; loss: Float32Array<ArrayBuffer>; valMetric: number | null; valLoss: number | null }
  | { type: 'guide.ready'; guide: string; seed: number; source: GuideSource; valLoss: number; valMetric: number }
  /**
   * True class of every validation example, in the order of `EvaluationRecord.predictions`. Told before the first
   * evaluation where the images are a person's own: their classes may differ in size.
   */
  | { type: 'labels.known'; labels: Uint16Array<ArrayBuffer> }
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
