/** Everything a run has recorded, from which results and checkpoints are made. */
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
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
import type { Experiment } from '../../experiment/schema/schema.ts';

/** A history as plain data. */
export interface SavedHistory {
  training: TrainingRecords;
  evaluations: EvaluationRecord[];
}

export class History {
  readonly #members: number;
  readonly #parts: Parts;
  readonly #training: Recorded<StepQuantity>;
  #steps = 0;
  #evaluations: EvaluationRecord[] = [];
  /** Per member: the first step whose loss was not finite, or −1. */
  readonly divergedAt: number[];

  constructor(experiment: Experiment) {
    this.#members = members(experiment).length;
    this.#parts = partsOf(experiment);
    this.#training = gaps(STEP_QUANTITIES, experiment, experiment.base.steps);
    this.divergedAt = new Array<number>(this.#members).fill(-1);
  }

  get steps(): number {
    return this.#steps;
  }

  get evaluations(): readonly EvaluationRecord[] {
    return this.#evaluations;
  }

  /** Add consecutive steps. @throws {Error} when they do not follow, or are not of this experiment's members */
  append({ firstStep, count, series }: TrainingRecords): void {
    if (firstStep !== this.#steps + 1) throw new Error(`records of step ${firstStep} do not follow step ${this.#steps}`);
    this.#check(STEP_QUANTITIES, series, count);
    for (const id of STEP_QUANTITIES) this.#training[id].set(series[id], this.#steps * this.#each(id));
    this.#steps += count;
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
    return Float32Array.from({ length: this.#steps }, (_, i) => this.#training[id][i * this.#members + member]);
  }

  /** Copies, safe to transfer. */
  save(): SavedHistory {
    const series = Object.fromEntries(STEP_QUANTITIES.map((id) => [id, this.#training[id].slice(0, this.#steps * this.#each(id))]));
    return { training: { firstStep: 1, count: this.#steps, series: series as Recorded<StepQuantity> }, evaluations: structuredClone(this.#evaluations) };
  }

  restore(saved: SavedHistory, divergedAt: readonly number[]): void {
    this.#steps = 0;
    this.#evaluations = [];
    this.divergedAt.fill(-1);
    this.append(saved.training);
    this.#evaluations = structuredClone(saved.evaluations);
    divergedAt.forEach((step, m) => {
      this.divergedAt[m] = step;
    });
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
