/**
 * Everything a run has reported, in append buffers outside React. Charts and tables read it when the store's
 * `version` changes; nothing here is copied per redraw.
 */
import type { GuideSource } from '@/experiment/contract/environment.ts';
import type { EvaluationRecord, LabEvent, TrainingRecords } from '@/experiment/contract/events.ts';
import { type ObservedPair, observedPairs } from '@/experiment/plan/arms.ts';
import { tapNames } from '@/experiment/plan/pairs.ts';
import { type Member, measuresInUse, members } from '@/experiment/plan/plan.ts';
import { warmupSteps } from '@/experiment/plan/warmup.ts';
import { PAIR_QUANTITIES, type ShownSimilarity, type SimilarityField, STEP_QUANTITIES, type StepQuantity } from '@/experiment/series.ts';
import type { Experiment, Intervention } from '@/experiment/schema/schema.ts';
import { measureKey } from '@/experiment/schema/measures.ts';
import { MatrixHistory } from './matrixHistory.ts';
import { StepCurves } from './stepCurves.ts';

/** What was recorded before step 0: of warm-ups. Their steps are counted from 1 here. */
export interface WarmupData {
  /** Those of the longest: step n of these is step n − `length` of the run. */
  length: number;
  steps: Readonly<Record<StepQuantity, StepCurves>>;
  /** Steps recorded. */
  taken: number;
  /** At steps of the run, below 0. */
  evaluations: Evaluation[];
}

/** One evaluation, without the matrices (those are in `RunData.matrices`). */
export type Evaluation = Pick<EvaluationRecord, 'step' | 'series'>;

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

export class RunData {
  readonly experiment: Experiment | null;
  readonly members: readonly Member[];
  /** Member indices of every arm. */
  readonly arms: ReadonlyMap<string, readonly number[]>;
  readonly pairs: readonly ObservedPair[];
  /** Those that arms learn by, besides CKA. */
  readonly measures: readonly string[];
  /** Layer names per guide. */
  readonly guideTaps: Readonly<Record<string, readonly string[]>>;
  readonly targetTaps: readonly string[];
  /** Every quantity of the steps. */
  readonly steps: Readonly<Record<StepQuantity, StepCurves>>;
  readonly evaluations: Evaluation[] = [];
  /** Null where no arm has a warm-up. */
  readonly warmup: WarmupData | null;
  readonly matrices: MatrixHistory;
  /** Predicted class of every validation example at the last evaluation, `[members × valExamples]`. */
  predictions: Uint16Array | null = null;
  /** True class of every validation example, where classes may differ in size (`labels.known`). */
  labels: Uint16Array | null = null;
  readonly guideProgress = new Map<string, GuideProgress>();
  guidesReady: GuideReady[] = [];
  divergences: Divergence[] = [];
  interventions: Intervention[];
  /** Steps trained. */
  trainedSteps = 0;

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
    this.measures = experiment ? measuresInUse(experiment).map(measureKey) : [];
    this.targetTaps = experiment ? tapNames(experiment) : [];
    const guides = Object.keys(experiment?.guides ?? {});
    this.guideTaps = experiment ? Object.fromEntries(guides.map((guide) => [guide, tapNames(experiment, guide)])) : {};
    const curves = () => new StepCurves(this.members.length, arms, experiment?.base.steps ?? 1);
    const ofSteps = () => Object.fromEntries(STEP_QUANTITIES.map((id) => [id, curves()])) as Record<StepQuantity, StepCurves>;
    this.steps = ofSteps();
    const length = experiment ? warmupSteps(experiment) : 0;
    this.warmup = length > 0 ? { length, steps: ofSteps(), taken: 0, evaluations: [] } : null;
    this.matrices = new MatrixHistory(this.members.length, this.targetTaps, this.guideTaps);
    this.interventions = [...(experiment?.interventions ?? [])];
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
      case 'labels.known':
        this.labels = event.labels;
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

  /** Similarity of one recorded pair of one member: CKA, or by one of the measures in use. */
  similarity(evaluation: Evaluation, member: number, pair: number, field: ShownSimilarity): number {
    if (!(field in PAIR_QUANTITIES)) {
      const measure = this.measures.indexOf(field);
      return evaluation.series.similarityMeasured[(member * this.measures.length + measure) * this.pairs.length + pair];
    }
    return evaluation.series[PAIR_QUANTITIES[field as SimilarityField]][member * this.pairs.length + pair];
  }

  /** Step at which a member diverged, or undefined. */
  divergedAt(member: Member): number | undefined {
    return this.divergences.find((d) => d.arm === member.arm && d.seed === member.seed)?.step;
  }

  #addTraining(records: TrainingRecords): void {
    const { firstStep, count, series } = records;
    if (firstStep < 1) return this.#addWarmup(records);
    const width = this.members.length;
    // Steps already known come again after a resume: the new ones hold.
    if (firstStep <= this.trainedSteps) this.#truncateTraining(firstStep - 1);
    for (const id of STEP_QUANTITIES) {
      for (let i = 0; i < count; i++) this.steps[id].add(firstStep + i, series[id], i * width);
    }
    this.trainedSteps = Math.max(this.trainedSteps, firstStep + count - 1);
  }

  #addWarmup({ firstStep, count, series }: TrainingRecords): void {
    if (!this.warmup) return;
    const first = firstStep + this.warmup.length;
    if (first <= this.warmup.taken) this.#truncateWarmup(first - 1);
    for (const id of STEP_QUANTITIES) {
      for (let i = 0; i < count; i++) this.warmup.steps[id].add(first + i, series[id], i * this.members.length);
    }
    this.warmup.taken = first + count - 1;
  }

  #addEvaluation(record: EvaluationRecord): void {
    // The lab hands over the arrays (they were transferred): keep them without a copy.
    const { step, series } = record;
    if (this.warmup && step < 0) {
      this.#truncateWarmupEvaluations(step - 1);
      this.warmup.evaluations.push({ step, series });
      return;
    }
    while (this.evaluations.length > 0 && this.evaluations[this.evaluations.length - 1].step >= step) this.evaluations.pop();
    this.matrices.add(step, record.matrices);
    this.evaluations.push({ step, series });
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
    for (const curves of Object.values(this.steps)) curves.truncate(step);
    this.trainedSteps = Math.min(this.trainedSteps, step);
  }

  /** @param taken counted as `WarmupData.taken` */
  #truncateWarmup(taken: number): void {
    if (!this.warmup) return;
    for (const curves of Object.values(this.warmup.steps)) curves.truncate(taken);
    this.warmup.taken = Math.min(this.warmup.taken, taken);
  }

  #truncateWarmupEvaluations(step: number): void {
    if (this.warmup) this.warmup.evaluations = this.warmup.evaluations.filter((evaluation) => evaluation.step <= step);
  }

  #rewind(step: number): void {
    if (this.warmup) this.#truncateWarmup(Math.max(0, this.warmup.length + step));
    this.#truncateWarmupEvaluations(step);
    this.#truncateTraining(Math.max(0, step));
    while (this.evaluations.length > 0 && this.evaluations[this.evaluations.length - 1].step > step) this.evaluations.pop();
    this.matrices.truncate(step);
    this.divergences = this.divergences.filter((d) => d.step <= step);
    this.interventions = this.interventions.filter((i) => i.step <= step || this.experiment?.interventions.includes(i));
    this.predictions = null;
  }
}

const sameIntervention = (a: Intervention, b: Intervention): boolean =>
  a.step === b.step && a.set.learningRate === b.set.learningRate && a.set.guidance === b.set.guidance;
