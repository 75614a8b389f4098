/**
 * Everything a run has reported, in append buffers outside React. Charts and tables read it when the store's
 * `version` changes; nothing here is copied per redraw.
 */
import type { GuideSource } from '@/experiment/contract/environment.ts';
import type { EvaluationRecord, LabEvent, TrainingRecords } from '@/experiment/contract/events.ts';
import { MATRIX_FIELDS } from '@/experiment/contract/events.ts';
import { type ObservedPair, observedPairs } from '@/experiment/plan/arms.ts';
import { tapNames } from '@/experiment/plan/pairs.ts';
import { type Member, members } from '@/experiment/plan/plan.ts';
import type { Experiment, Intervention } from '@/experiment/schema/schema.ts';
import { MatrixHistory } from './matrixHistory.ts';
import { StepSeries } from './stepSeries.ts';

export type SimilarityField = (typeof MATRIX_FIELDS)[number];
const FIELDS = MATRIX_FIELDS.length;
const FIELD_INDEX: Record<SimilarityField, number> = { cka: 0, debiased: 1, chance: 2 };

/** One evaluation, without the matrices (those are in `RunData.matrices`). Arrays are members-major. */
export interface Evaluation {
  step: number;
  valLoss: Float32Array;
  valMetric: Float32Array;
  groups?: EvaluationRecord['groups'];
  /** `[members × pairs × 3]`, pairs in the order of `RunData.pairs`, fields in that of `MATRIX_FIELDS`. */
  pairs: Float32Array;
}

export interface GuideProgress {
  step: number;
  steps: number;
  /** Training loss of every step so far. */
  losses: number[];
  evaluations: { step: number; valLoss: number | null; valMetric: number | null }[];
}

export interface GuideReady {
  guide: string;
  seed: number;
  source: GuideSource;
  valLoss: number;
  valMetric: number;
}

export interface Divergence {
  arm: string;
  seed: number;
  step: number;
}

/** The EMA's memory as a share of the run: enough to see the trend of 250 noisy batches. */
const SMOOTHING_SHARE = 1 / 40;

/** Decay of the debiased moving average that smooths the training loss of a run of `steps` steps. */
export const smoothingDecay = (steps: number): number => 1 - 1 / Math.max(1, Math.min(100, steps * SMOOTHING_SHARE));

export class RunData {
  readonly experiment: Experiment | null;
  readonly members: readonly Member[];
  /** Member indices of every arm. */
  readonly arms: ReadonlyMap<string, readonly number[]>;
  readonly pairs: readonly ObservedPair[];
  /** Layer names per guide. */
  readonly guideTaps: Readonly<Record<string, readonly string[]>>;
  readonly targetTaps: readonly string[];
  /** Task loss and metric on the training batch, one column per member. */
  readonly trainLoss: StepSeries;
  readonly trainMetric: StepSeries;
  /** Debiased moving average of the training loss's mean over seeds, one column per arm. */
  readonly smoothLoss: StepSeries;
  readonly evaluations: Evaluation[] = [];
  readonly matrices: MatrixHistory;
  /** Predicted class of every validation example at the last evaluation, `[members × valExamples]`. */
  predictions: Uint16Array | null = null;
  readonly guideProgress = new Map<string, GuideProgress>();
  guidesReady: GuideReady[] = [];
  divergences: Divergence[] = [];
  interventions: Intervention[];
  /** Steps trained. */
  trainedSteps = 0;
  readonly #decay: number;
  /** Moving averages before debiasing, and the number of values in each. */
  readonly #averages: { value: number; count: number }[];

  constructor(experiment: Experiment | null) {
    this.experiment = experiment;
    this.members = experiment ? members(experiment) : [];
    const arms = new Map<string, number[]>();
    this.members.forEach(({ arm }, i) => {
      const indices = arms.get(arm);
      if (indices) indices.push(i);
      else arms.set(arm, [i]);
    });
    this.arms = arms;
    this.pairs = experiment ? observedPairs(experiment) : [];
    this.targetTaps = experiment ? tapNames(experiment) : [];
    const guides = Object.keys(experiment?.guides ?? {});
    this.guideTaps = experiment ? Object.fromEntries(guides.map((guide) => [guide, tapNames(experiment, guide)])) : {};
    this.trainLoss = new StepSeries(this.members.length);
    this.trainMetric = new StepSeries(this.members.length);
    this.smoothLoss = new StepSeries(arms.size);
    this.matrices = new MatrixHistory(this.members.length, this.targetTaps, this.guideTaps);
    this.interventions = [...(experiment?.interventions ?? [])];
    this.#decay = smoothingDecay(experiment?.base.steps ?? 1);
    this.#averages = Array.from(arms, () => ({ value: 0, count: 0 }));
  }

  /** Take in one event; @returns whether anything shown may have changed */
  apply(event: LabEvent): boolean {
    switch (event.type) {
      case 'training.recorded':
        this.#addTraining(event.records);
        return true;
      case 'evaluation.recorded':
        this.#addEvaluation(event.record);
        return true;
      case 'guide.progress':
        this.#addGuideProgress(event);
        return true;
      case 'guide.ready': {
        const { guide, seed, source, valLoss, valMetric } = event;
        this.guidesReady = [...this.guidesReady.filter((g) => g.guide !== guide || g.seed !== seed), { guide, seed, source, valLoss, valMetric }];
        return true;
      }
      case 'member.diverged': {
        const { arm, seed, step } = event;
        if (!this.divergences.some((d) => d.arm === arm && d.seed === seed)) this.divergences.push({ arm, seed, step });
        return true;
      }
      case 'intervention.applied':
        // A rewound run may report one again, and those that came with the experiment are known.
        if (!this.interventions.some((known) => sameIntervention(known, event.intervention))) {
          this.interventions = [...this.interventions, event.intervention].sort((a, b) => a.step - b.step);
        }
        return true;
      case 'run.rewound':
        this.#rewind(event.step);
        return true;
      default:
        return false;
    }
  }

  get lastEvaluation(): Evaluation | undefined {
    return this.evaluations.at(-1);
  }

  /** Mean over seeds of the CKA of any layer pair at the last evaluation; null before there is one. */
  latestSimilarity(armId: string, guide: string, guideTap: string, targetTap: string, field: SimilarityField = 'cka'): number | null {
    const latest = this.matrices.latest;
    const indices = this.arms.get(armId);
    if (!latest || !indices) return null;
    const value = this.matrices.mean(latest, indices, guide, guideTap, targetTap, field);
    return Number.isFinite(value) ? value : null;
  }

  /** Mean validation metric of a guide over its networks; null until it is ready. */
  guideScore(guide: string): number | null {
    const scores = this.guidesReady.filter((g) => g.guide === guide && Number.isFinite(g.valMetric)).map((g) => g.valMetric);
    return scores.length > 0 ? scores.reduce((a, b) => a + b, 0) / scores.length : null;
  }

  /** CKA of one recorded pair of one member. */
  similarity(evaluation: Evaluation, member: number, pair: number, field: SimilarityField): number {
    return evaluation.pairs[(member * this.pairs.length + pair) * FIELDS + FIELD_INDEX[field]];
  }

  /** Step at which a member diverged, or undefined. */
  divergedAt(member: Member): number | undefined {
    return this.divergences.find((d) => d.arm === member.arm && d.seed === member.seed)?.step;
  }

  #addTraining({ firstStep, count, loss, metric }: TrainingRecords): void {
    const width = this.members.length;
    // Steps already known come again after a resume: the new ones hold.
    if (firstStep <= this.trainedSteps) this.#truncateTraining(firstStep - 1);
    const row = new Float32Array(this.arms.size);
    for (let i = 0; i < count; i++) {
      const step = firstStep + i;
      this.trainLoss.set(step, loss, i * width);
      this.trainMetric.set(step, metric, i * width);
      this.#smooth(loss, i * width, row);
      this.smoothLoss.set(step, row);
    }
    this.trainedSteps = Math.max(this.trainedSteps, firstStep + count - 1);
  }

  /** One step of m ← βm + (1−β)x per arm, read out as m/(1−βⁿ) so that the start is not pulled towards 0. */
  #smooth(loss: Float32Array, offset: number, row: Float32Array): void {
    let arm = 0;
    for (const indices of this.arms.values()) {
      let sum = 0;
      let n = 0;
      for (const member of indices) {
        const value = loss[offset + member];
        if (Number.isFinite(value)) {
          sum += value;
          n++;
        }
      }
      const average = this.#averages[arm];
      if (n > 0) {
        average.value = this.#decay * average.value + (1 - this.#decay) * (sum / n);
        average.count++;
      }
      row[arm] = n > 0 ? average.value / (1 - this.#decay ** average.count) : Number.NaN;
      arm++;
    }
  }

  #addEvaluation(record: EvaluationRecord): void {
    // The lab hands over the arrays (they were transferred): keep them without a copy.
    const { step, valLoss, valMetric, groups } = record;
    while (this.evaluations.length > 0 && this.evaluations[this.evaluations.length - 1].step >= step) this.evaluations.pop();
    this.matrices.add(step, record.matrices);
    const fields = MATRIX_FIELDS.length;
    const pairs = new Float32Array(this.members.length * this.pairs.length * fields);
    this.pairs.forEach((pair, p) => {
      for (let member = 0; member < this.members.length; member++) {
        const from = this.matrices.offset(member, pair.guide, pair.guideTap, pair.targetTap);
        const matrix = record.matrices[pair.guide];
        for (let f = 0; f < fields; f++) {
          pairs[(member * this.pairs.length + p) * fields + f] = matrix && from >= 0 ? matrix[from + f] : Number.NaN;
        }
      }
    });
    this.evaluations.push({ step, valLoss, valMetric, pairs, ...(groups && { groups }) });
    this.predictions = record.predictions.length > 0 ? record.predictions : null;
  }

  #addGuideProgress(event: Extract<LabEvent, { type: 'guide.progress' }>): void {
    const { guide, step, steps, loss, valLoss, valMetric } = event;
    let progress = this.guideProgress.get(guide);
    if (!progress || step < progress.step) {
      progress = { step: 0, steps, losses: [], evaluations: [] };
      this.guideProgress.set(guide, progress);
    }
    progress.step = step;
    progress.steps = steps;
    for (const value of loss) progress.losses.push(value);
    if (valLoss !== null || valMetric !== null) progress.evaluations.push({ step, valLoss, valMetric });
  }

  #truncateTraining(step: number): void {
    this.trainLoss.truncate(step);
    this.trainMetric.truncate(step);
    this.smoothLoss.truncate(step);
    this.trainedSteps = Math.min(this.trainedSteps, step);
    const row = this.smoothLoss.length - 1;
    this.#averages.forEach((average, arm) => {
      const value = row < 0 ? 0 : this.smoothLoss.at(row, arm);
      average.count = row < 0 ? 0 : this.smoothLoss.stepAt(row);
      average.value = Number.isFinite(value) ? value * (1 - this.#decay ** average.count) : 0;
      if (!Number.isFinite(value)) average.count = 0;
    });
  }

  #rewind(step: number): void {
    this.#truncateTraining(step);
    while (this.evaluations.length > 0 && this.evaluations[this.evaluations.length - 1].step > step) this.evaluations.pop();
    this.matrices.truncate(step);
    this.divergences = this.divergences.filter((d) => d.step <= step);
    this.interventions = this.interventions.filter((i) => i.step <= step || this.experiment?.interventions.includes(i));
    this.predictions = null;
  }
}

const sameIntervention = (a: Intervention, b: Intervention): boolean =>
  a.step === b.step && a.set.learningRate === b.set.learningRate && a.set.guidance === b.set.guidance;
