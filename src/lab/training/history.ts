/** Everything a run has recorded, from which results and checkpoints are made. */
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';

export class History {
  readonly members: number;
  #loss: Float32Array<ArrayBuffer>;
  #metric: Float32Array<ArrayBuffer>;
  #steps = 0;
  #evaluations: EvaluationRecord[] = [];
  /** Per member: the first step whose loss was not finite, or −1. */
  readonly divergedAt: number[];

  constructor(members: number, steps: number) {
    this.members = members;
    this.#loss = new Float32Array(members * steps);
    this.#metric = new Float32Array(members * steps);
    this.divergedAt = new Array<number>(members).fill(-1);
  }

  get steps(): number {
    return this.#steps;
  }

  get evaluations(): readonly EvaluationRecord[] {
    return this.#evaluations;
  }

  /** Add consecutive steps. @returns indices of members that diverged in them */
  append({ firstStep, count, loss, metric }: TrainingRecords): number[] {
    if (firstStep !== this.#steps + 1) throw new Error(`records of step ${firstStep} do not follow step ${this.#steps}`);
    this.#loss.set(loss, this.#steps * this.members);
    this.#metric.set(metric, this.#steps * this.members);
    this.#steps += count;
    const fresh: number[] = [];
    for (let m = 0; m < this.members; m++) {
      if (this.divergedAt[m] >= 0) continue;
      for (let i = 0; i < count; i++) {
        if (Number.isFinite(loss[i * this.members + m])) continue;
        this.divergedAt[m] = firstStep + i;
        fresh.push(m);
        break;
      }
    }
    return fresh;
  }

  /** Predictions are kept of the latest evaluation only: of all of them they would be most of a long run's memory and checkpoints. */
  evaluated(record: EvaluationRecord): void {
    const before = this.#evaluations.filter((e) => e.step < record.step);
    const previous = before.pop();
    this.#evaluations = [...before, ...(previous ? [{ ...previous, predictions: new Uint16Array(0) }] : []), record];
  }

  /** Training loss or metric of one member, one value per step. */
  series(which: 'loss' | 'metric', member: number): Float32Array {
    const source = which === 'loss' ? this.#loss : this.#metric;
    return Float32Array.from({ length: this.#steps }, (_, i) => source[i * this.members + member]);
  }

  /** Copies, safe to transfer. */
  save(): { training: TrainingRecords; evaluations: EvaluationRecord[] } {
    const used = this.#steps * this.members;
    return structuredClone({
      training: { firstStep: 1, count: this.#steps, loss: this.#loss.slice(0, used), metric: this.#metric.slice(0, used) },
      evaluations: this.#evaluations,
    });
  }

  restore(saved: { training: TrainingRecords; evaluations: EvaluationRecord[] }, divergedAt: readonly number[]): void {
    this.#steps = 0;
    this.append(saved.training);
    this.#evaluations = structuredClone(saved.evaluations);
    divergedAt.forEach((step, m) => {
      this.divergedAt[m] = step;
    });
  }
}
