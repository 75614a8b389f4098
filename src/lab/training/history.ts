/** Everything a run has recorded, from which results and checkpoints are made. */
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
import type { Checkpoint } from '../../experiment/contract/lab.ts';
import {
  EVALUATION_QUANTITIES,
  gaps,
  lengthOf,
  type Parts,
  partsOf,
  type QuantityId,
  type Recorded,
  STEP_QUANTITIES,
  type StepQuantity,
} from '../../experiment/series.ts';
import { members } from '../../experiment/plan/plan.ts';
import { warmupSteps } from '../../experiment/plan/warmup.ts';
import type { WarmupRecording } from '../../stats/result.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

export class History {
  readonly #members: number;
  readonly #parts: Parts;
  /** Steps of the longest warm-up. */
  readonly #before: number;
  /** Of the steps of warm-ups, then those of training proper. */
  readonly #training: Recorded<StepQuantity>;
  #rows = 0;
  #evaluations: EvaluationRecord[] = [];
  /** Per member: the first step whose loss was not finite, or −1. */
  readonly divergedAt: number[];

  constructor(experiment: Experiment) {
    this.#members = members(experiment).length;
    this.#parts = partsOf(experiment);
    this.#before = warmupSteps(experiment);
    this.#training = gaps(STEP_QUANTITIES, experiment, this.#before + experiment.base.steps);
    this.divergedAt = new Array<number>(this.#members).fill(-1);
  }

  /** The last step recorded; below 0 in a warm-up. */
  get step(): number {
    return this.#rows - this.#before;
  }

  /** Steps of training proper that were recorded. */
  get steps(): number {
    return Math.max(0, this.step);
  }

  /** Of step 0 and later ones. */
  get evaluations(): readonly EvaluationRecord[] {
    return this.#evaluations.filter(({ step }) => step >= 0);
  }

  /** What was recorded before step 0; null without a warm-up. */
  get warmup(): WarmupRecording | null {
    if (this.#before === 0) return null;
    const steps = Math.min(this.#rows, this.#before);
    return {
      firstStep: 1 - this.#before,
      steps,
      evaluations: this.#evaluations.filter(({ step }) => step < 0),
      curve: (id, member) => this.#curve(id, member, 0, steps),
    };
  }

  /** Add consecutive steps. @throws {Error} when they do not follow, or are not of this experiment's members */
  append({ firstStep, count, series }: TrainingRecords): void {
    if (firstStep !== this.step + 1) throw new Error(`records of step ${firstStep} do not follow step ${this.step}`);
    this.#check(STEP_QUANTITIES, series, count);
    for (const id of STEP_QUANTITIES) this.#training[id].set(series[id], this.#rows * this.#each(id));
    this.#rows += count;
    // A member that fails in its warm-up is found at step 1: it has no loss there. Before its warm-up begins it has none either.
    if (firstStep < 1) return;
    for (let m = 0; m < this.#members; m++) {
      for (let i = 0; i < count && this.divergedAt[m] < 0; i++) {
        if (!Number.isFinite(series.trainLoss[i * this.#members + m])) this.divergedAt[m] = firstStep + i;
      }
    }
  }

  /**
   * Predictions are kept of the latest evaluation only: of all of them they would be most of a long run's memory and checkpoints.
   * @throws {Error} when they are not of this experiment's members, pairs and groups
   */
  evaluated(record: EvaluationRecord): void {
    this.#check(EVALUATION_QUANTITIES, record.series, 1);
    const before = this.#evaluations.filter((e) => e.step < record.step);
    const previous = before.pop();
    this.#evaluations = [...before, ...(previous ? [{ ...previous, predictions: new Uint16Array(0) }] : []), record];
  }

  /** What a quantity of the steps was for one member, one value per step. */
  curve(id: StepQuantity, member: number): Float32Array {
    return this.#curve(id, member, this.#before, this.#before + this.steps);
  }

  /** Copies, safe to transfer. */
  save(): Checkpoint['history'] {
    const { warmup, steps } = this;
    const training = { firstStep: 1, count: steps, series: this.#slice(this.#before, this.#before + steps) };
    return {
      training,
      evaluations: structuredClone([...this.evaluations]),
      ...(warmup && {
        warmup: {
          training: { firstStep: warmup.firstStep, count: warmup.steps, series: this.#slice(0, warmup.steps) },
          evaluations: structuredClone([...warmup.evaluations]),
        },
      }),
    };
  }

  restore({ training, evaluations, warmup }: Checkpoint['history'], divergedAt: readonly number[]): void {
    this.#rows = 0;
    this.divergedAt.fill(-1);
    if (warmup) this.append(warmup.training);
    if (training.count > 0) this.append(training);
    this.#evaluations = structuredClone([...(warmup?.evaluations ?? []), ...evaluations]);
    divergedAt.forEach((step, m) => {
      this.divergedAt[m] = step;
    });
  }

  #curve(id: StepQuantity, member: number, from: number, to: number): Float32Array {
    return Float32Array.from({ length: to - from }, (_, i) => this.#training[id][(from + i) * this.#members + member]);
  }

  #slice(from: number, to: number): Recorded<StepQuantity> {
    return Object.fromEntries(
      STEP_QUANTITIES.map((id) => [id, this.#training[id].slice(from * this.#each(id), to * this.#each(id))]),
    ) as Recorded<StepQuantity>;
  }

  #each(id: QuantityId): number {
    return lengthOf(id, this.#members, this.#parts);
  }

  #check<Id extends QuantityId>(ids: readonly Id[], series: Recorded<Id>, times: number): void {
    for (const id of ids) {
      const wanted = times * this.#each(id);
      if (series[id].length !== wanted) throw new Error(`${series[id].length} values of ${id} were recorded instead of ${wanted}`);
    }
  }
}
