/** What it takes to bring a run back in a new worker: where it was, its last checkpoint, what was changed by hand. */
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Checkpoint, OpenOptions } from '../experiment/contract/lab.ts';
import { cost } from '../experiment/plan/plan.ts';
import { startStep } from '../experiment/plan/warmup.ts';
import type { Experiment, Intervention } from '../experiment/schema/schema.ts';

/** A larger checkpoint is not taken: the page would hold it twice while it is sent back. */
export const MAX_CHECKPOINT_BYTES = 256 * 2 ** 20;
/** Weights and two moments, float32. */
const BYTES_PER_PARAMETER = 12;

const same = (a: Intervention, b: Intervention) => a.step === b.step && a.set.learningRate === b.set.learningRate && a.set.guidance === b.set.guidance;

/** Follows one open run by its commands and events. */
export class RunMemory {
  readonly #experiment: Experiment;
  readonly #options: OpenOptions;
  readonly #byHand: Intervention[] = [];
  /** Whether checkpoints of this experiment are small enough to keep. */
  readonly keepsCheckpoints: boolean;
  checkpoint: Checkpoint | null;
  /** Completed steps; below 0 in a warm-up. */
  step: number;
  /** The step to run to (null: the end) while it is running; undefined while it is not. */
  runningTo: number | null | undefined;
  /** Whether there is still something to bring back. */
  alive = true;
  /** Whether a checkpoint was taken, or tried, since it was opened. */
  checkpointAsked = false;
  /** When it began to train, by `performance.now()`. */
  #trainingSince: number | undefined;
  readonly notes: { step: number; text: string }[] = [];

  constructor(experiment: Experiment, options: OpenOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.checkpoint = options.checkpoint ?? null;
    this.step = this.returnStep;
    const { parameters, members } = cost(experiment);
    this.keepsCheckpoints = parameters * members * BYTES_PER_PARAMETER <= MAX_CHECKPOINT_BYTES;
  }

  start(steps: number | undefined): void {
    this.runningTo = steps === undefined ? null : this.step + steps;
  }

  /** Interventions made by hand since the run was opened. */
  get interventions(): readonly Intervention[] {
    return this.#byHand;
  }

  follow(event: LabEvent): void {
    switch (event.type) {
      case 'progress.changed':
        this.step = event.step;
        return;
      case 'training.recorded':
        this.step = event.records.firstStep + event.records.count - 1;
        return;
      case 'evaluation.recorded':
        this.step = event.record.step;
        return;
      case 'intervention.applied':
        if (![...this.#experiment.interventions, ...this.#byHand].some((known) => same(known, event.intervention))) {
          this.#byHand.push(event.intervention);
        }
        return;
      case 'run.finished':
      case 'run.failed':
        this.alive = false;
        return;
      case 'phase.changed':
        if (event.phase === 'running') this.#trainingSince ??= performance.now();
        if (event.phase === 'paused' || event.phase === 'finished') this.runningTo = undefined;
        return;
      default:
    }
  }

  /** Whether it has trained for so many milliseconds, and no checkpoint was asked for. */
  trainedFor(ms: number): boolean {
    return !this.checkpointAsked && this.#trainingSince !== undefined && performance.now() - this.#trainingSince >= ms;
  }

  /** The step that the run goes back to. */
  get returnStep(): number {
    return this.checkpoint?.step ?? startStep(this.#experiment);
  }

  /** What to open in a new worker. Interventions are part of it: the same ones act at the same steps again. */
  reopening(): { experiment: Experiment; options: OpenOptions } {
    const interventions = [...this.#experiment.interventions, ...this.#byHand].sort((a, b) => a.step - b.step);
    const experiment = { ...this.#experiment, interventions };
    const { checkpoint, ...options } = this.#options;
    // A guide that was to be trained here is by now kept in this browser, or is trained again.
    return { experiment, options: this.checkpoint ? { ...options, checkpoint: { ...this.checkpoint, experiment } } : options };
  }
}

/** Deaths without progress between them. */
export class DeathCount {
  #step = Number.NEGATIVE_INFINITY;
  #deaths = 0;

  /** @returns how often the run has died without getting beyond `step` */
  add(step: number): number {
    this.#deaths = step > this.#step ? 1 : this.#deaths + 1;
    this.#step = Math.max(step, this.#step);
    return this.#deaths;
  }

  reset(): void {
    this.#step = Number.NEGATIVE_INFINITY;
    this.#deaths = 0;
  }
}
