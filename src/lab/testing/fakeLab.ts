/**
 * A lab without arithmetic, for the tests of the page and of the worker. Its curves are made up and plausible. Training
 * losses also follow from the step before, so that a run resumed at the wrong place shows.
 */
import { taskMetric } from '../../experiment/networks/describe.ts';
import type { StartingPoint } from '../../experiment/contract/startingPoint.ts';
import type { BackendChoice, Environment } from '../../experiment/contract/environment.ts';
import type { EvaluationRecord, LabEvent } from '../../experiment/contract/events.ts';
import type { Checkpoint, KeptRun, Lab, OpenOptions } from '../../experiment/contract/lab.ts';
import type { TaskPreview } from '../../experiment/contract/previews.ts';
import type { Inspection, InspectQuestion } from '../../experiment/contract/inspection.ts';
import type { GeneratedText, GenerateOptions } from '../../experiment/contract/texts.ts';
import { gaps, STEP_QUANTITIES } from '../../experiment/series.ts';
import { guideInstances } from '../../experiment/plan/guides.ts';
import type { TapSimilarities } from '../../experiment/plan/mapping.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { type Member, members } from '../../experiment/plan/plan.ts';
import type { MemberResult, RunResult } from '../../experiment/contract/result.ts';
import { type Experiment, type Intervention, isImageTask, type TaskSpec } from '../../experiment/schema/schema.ts';
import { FakeAssets } from '../files/testing.ts';
import { madeUpAlignmentLoss, madeUpEvaluation, madeUpLoss, noise } from './fakeCurves.ts';
import { FakeGuideLibrary } from './fakeGuides.ts';

export interface FakeOptions {
  /** Milliseconds per chunk of steps; 0 runs as fast as promises allow. */
  chunkMs?: number;
  chunk?: number;
  /** Progress reports while a trained guide is prepared; 0: it is shipped. */
  guideReports?: number;
  /** Reject `open` or `run` with this. */
  failOpen?: unknown;
  failRun?: unknown;
  /** Reject `warmUp` with this. */
  failWarmUp?: unknown;
  /** Called before each step with the number of steps completed: tests make things happen there. */
  beforeStep?: (step: number, lab: FakeLab) => void;
  /** Member index that diverges at a step. */
  diverge?: { member: number; step: number };
}

export const FAKE_ENVIRONMENT: Environment = {
  backend: 'wasm',
  adapter: 'SIMD, 2 threads',
  threads: 2,
  software: false,
  steps: [
    { backend: 'webgpu', outcome: 'skipped', reason: 'this browser offers no WebGPU adapter' },
    { backend: 'wasm', outcome: 'chosen', reason: 'WebAssembly with SIMD and 2 threads' },
  ],
  selfCheck: { passed: true, worstError: 2e-6, worstKernel: 'conv2d', seconds: 0.4, cached: false },
};

/** How much of a loss is what the step before it left, and by how much that falls with each step. */
const CARRIED = 0.1;
const CARRY_DECAY = 0.9;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export class FakeLab extends FakeAssets implements Lab {
  readonly opened: { experiment: Experiment; options: OpenOptions }[] = [];
  readonly calls: string[] = [];
  disposed = false;
  kept: KeptRun[] = [];
  readonly #options: Required<Pick<FakeOptions, 'chunkMs' | 'chunk' | 'guideReports'>> & FakeOptions;
  readonly #listeners = new Set<(event: LabEvent) => void>();
  #experiment: Experiment | null = null;
  #members: Member[] = [];
  #byHand: Intervention[] = [];
  #step = 0;
  #carry = 1;
  #running: Promise<void> | null = null;
  #stop = false;
  #evaluations: EvaluationRecord[] = [];

  constructor(options: FakeOptions = {}) {
    super();
    this.#options = { chunkMs: 0, chunk: 5, guideReports: 0, ...options };
  }

  subscribe(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async preview(task: TaskSpec, count: number): Promise<TaskPreview> {
    if (!isImageTask(task)) throw new Error('the fake lab draws images only');
    const pixels = new Uint8ClampedArray(count * task.size * task.size * 4);
    for (let i = 0; i < pixels.length; i++) pixels[i] = i % 4 === 3 ? 255 : 128 + 100 * noise(i >> 5, i % 4);
    return { size: task.size, count, pixels, labels: Uint8Array.from({ length: count }, (_, i) => (i * 5) % 8) };
  }

  async warmUp(backend: BackendChoice): Promise<Environment> {
    this.calls.push(`warmUp ${backend}`);
    if (this.#options.failWarmUp !== undefined) throw this.#options.failWarmUp;
    this.emit({ type: 'backend.chosen', environment: FAKE_ENVIRONMENT });
    return FAKE_ENVIRONMENT;
  }

  async similarityBefore(experiment: Experiment, { arm, guide }: { arm: string; guide: string }): Promise<TapSimilarities> {
    this.calls.push(`similarityBefore ${arm} ${guide}`);
    const [guideTaps, targetTaps] = [tapNames(experiment, guide), tapNames(experiment)];
    // Every target layer is most like the guide layer of its own number.
    const values = Float32Array.from({ length: guideTaps.length * targetTaps.length }, (_, i) =>
      i % guideTaps.length === Math.floor(i / guideTaps.length) ? 0.9 : 0.1,
    );
    return { guideTaps, targetTaps, values };
  }

  async startingPoint(): Promise<StartingPoint> {
    this.calls.push('startingPoint');
    const examples = { examples: 1, inputs: new Float32Array(1), labels: new Uint8Array(1) };
    return { targets: [], maps: [], guides: [], train: null, val: examples, warmups: [], scores: [], version: 'test' };
  }

  async open(experiment: Experiment, options: OpenOptions): Promise<void> {
    this.calls.push('open');
    this.opened.push({ experiment, options });
    this.emit({ type: 'phase.changed', phase: 'preparing', detail: 'choosing a backend' });
    if (this.#options.failOpen !== undefined) throw this.#options.failOpen;
    this.emit({ type: 'backend.chosen', environment: FAKE_ENVIRONMENT });
    this.#experiment = experiment;
    this.#members = members(experiment);
    this.#byHand = [];
    this.#step = options.checkpoint?.step ?? 0;
    this.#carry = options.checkpoint?.tensors.carry.data[0] ?? 1;
    this.#evaluations = structuredClone(options.checkpoint?.history.evaluations ?? []);
    for (const [guide, spec] of Object.entries(experiment.guides)) {
      if (spec.state === 'trained' && this.#options.guideReports > 0) await this.#trainGuide(guide, spec.training.steps);
      for (let i = 0; i < guideInstances(experiment, guide); i++) {
        const trained = spec.state === 'trained';
        this.emit({
          type: 'guide.ready',
          guide,
          seed: i,
          source: trained ? 'shipped' : 'untrained',
          valLoss: trained ? 0.4 : 2.3,
          valMetric: trained ? 0.894 : 0.12,
        });
      }
    }
    if (!options.checkpoint) this.#evaluate();
    this.emit({ type: 'phase.changed', phase: 'paused', detail: 'ready' });
  }

  async run(steps = Number.POSITIVE_INFINITY): Promise<void> {
    this.calls.push(`run ${steps}`);
    if (this.#options.failRun !== undefined) throw this.#options.failRun;
    this.#stop = false;
    this.emit({ type: 'phase.changed', phase: 'running', detail: '' });
    this.#running = this.#loop(steps);
  }

  async pause(): Promise<void> {
    this.calls.push('pause');
    this.#stop = true;
    await this.#running;
  }

  async intervene(set: Intervention['set']): Promise<void> {
    this.calls.push(`intervene ${JSON.stringify(set)}`);
    const intervention = { step: this.#step, set };
    this.#byHand.push(intervention);
    this.emit({ type: 'intervention.applied', intervention });
  }

  /** Without training records, which nothing here reads. */
  async checkpoint(): Promise<Checkpoint> {
    return {
      experiment: this.#opened(),
      step: this.#step,
      tensors: { carry: { shape: [1], data: Float32Array.of(this.#carry) } },
      divergedAt: this.#members.map((_, m) => (this.#isDiverged(m, this.#step) ? (this.#options.diverge?.step ?? -1) : -1)),
      history: {
        training: { firstStep: 1, count: 0, series: gaps(STEP_QUANTITIES, this.#opened(), 0) },
        evaluations: structuredClone(this.#evaluations),
      },
    };
  }

  async generate({ draw }: GenerateOptions): Promise<GeneratedText> {
    return {
      step: this.#step,
      prompt: Int32Array.of(draw),
      truth: Int32Array.of(1),
      length: 1,
      texts: new Int32Array(2 * this.#members.length).fill(2),
      tokenNames: ['a', 'b', 'c'],
      separator: ' ',
    };
  }

  async inspect(question: InspectQuestion): Promise<Inspection> {
    this.calls.push(`inspect ${question.of} ${question.arm} ${question.seed}`);
    const experiment = this.#opened();
    return {
      question,
      step: question.of === 'last' ? this.#step : this.#step + 1,
      taken: question.of === 'last',
      divergedAt: null,
      examples: await this.preview(experiment.task, 4),
      batchSize: experiment.base.batchSize,
      matrices: null,
      alignment: null,
      taskLoss: 1,
      total: 1,
      update: { learningRate: experiment.base.learningRate, change: 0.1, weights: 10 },
    };
  }

  /** Keeps the name, the experiment and the step, of which nothing can go on. */
  async close(keep = false): Promise<boolean> {
    this.calls.push(keep ? 'close and keep' : 'close');
    this.#stop = true;
    await this.#running;
    const name = this.opened.at(-1)?.options.keepAs;
    if (!keep || name === undefined) return false;
    this.kept = [{ name, experiment: this.#opened(), step: this.#step, savedAt: Date.now() }, ...this.kept.filter((run) => run.name !== name)];
    return true;
  }

  async keptRuns(): Promise<KeptRun[]> {
    return this.kept;
  }

  async forgetRun(name: string): Promise<void> {
    this.calls.push(`forgetRun ${name}`);
    this.kept = this.kept.filter((run) => run.name !== name);
  }

  readonly library = new FakeGuideLibrary();
  forgetGuides = (key?: string) => this.library.forget(key);
  keptGuides = async () => this.library.guides;
  guideOrigins = async (experiment: Experiment) => this.library.origins(experiment);

  async dispose(): Promise<void> {
    this.disposed = true;
    this.#stop = true;
    this.#listeners.clear();
  }

  /** Resolves when the run has paused or finished. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #trainGuide(guide: string, steps: number): Promise<void> {
    const reports = this.#options.guideReports;
    const size = Math.ceil(steps / reports);
    this.emit({ type: 'phase.changed', phase: 'preparing', detail: `training the guide "${guide}"` });
    for (let i = 0; i < reports; i++) {
      const from = i * size;
      const step = Math.min(steps, from + size);
      const loss = Float32Array.from({ length: step - from }, (_, k) => 2.1 * Math.exp(-(from + k) / 90) + 0.3 + 0.1 * noise(from + k));
      this.emit({
        type: 'guide.progress',
        guide,
        step,
        steps,
        loss,
        valLoss: null,
        valMetric: 0.9 * (1 - Math.exp(-step / 80)),
      });
      await wait(this.#options.chunkMs);
    }
  }

  async #loop(steps: number): Promise<void> {
    const experiment = this.#opened();
    const end = Math.min(experiment.base.steps, this.#step + steps);
    // What a clock would say differs from run to run.
    const rate = (1000 * this.#options.chunk) / Math.max(1, this.#options.chunkMs);
    while (this.#step < end && !this.#stop) {
      await wait(this.#options.chunkMs);
      if (this.disposed || experiment !== this.#experiment) return;
      const count = Math.min(this.#options.chunk, end - this.#step, experiment.base.evaluateEvery - (this.#step % experiment.base.evaluateEvery));
      this.#train(count);
      this.emit({
        type: 'progress.changed',
        step: this.#step,
        steps: experiment.base.steps,
        stepsPerSecond: rate,
        secondsLeft: (experiment.base.steps - this.#step) / rate,
      });
      if (this.#step % experiment.base.evaluateEvery === 0 || this.#step === experiment.base.steps) this.#evaluate();
    }
    if (this.#step === experiment.base.steps) {
      this.emit({ type: 'run.finished', result: this.#result(experiment) });
      this.emit({ type: 'phase.changed', phase: 'finished', detail: '' });
    } else this.emit({ type: 'phase.changed', phase: 'paused', detail: '' });
  }

  #train(count: number): void {
    const width = this.#members.length;
    const series = gaps(STEP_QUANTITIES, this.#opened(), count);
    for (let i = 0; i < count; i++) {
      const step = this.#step + i + 1;
      this.#options.beforeStep?.(step - 1, this);
      const changes = [...this.#opened().interventions, ...this.#byHand].filter((change) => change.step < step);
      // In the precision of a checkpoint.
      this.#carry = Math.fround(this.#carry * (changes.at(-1)?.set.learningRate ?? CARRY_DECAY));
      this.#members.forEach((member, m) => {
        if (this.#isDiverged(m, step)) return;
        series.trainLoss[i * width + m] = madeUpLoss(member, step) + CARRIED * this.#carry + 0.12 * noise(step, m);
        series.trainMetric[i * width + m] = Math.min(1, 0.12 + 0.8 * (1 - Math.exp(-step / 120)));
        series.alignmentLoss[i * width + m] = madeUpAlignmentLoss(this.#opened(), member.arm, step);
      });
    }
    const { diverge } = this.#options;
    if (diverge && diverge.step > this.#step && diverge.step <= this.#step + count) {
      this.emit({ type: 'member.diverged', ...this.#members[diverge.member], step: diverge.step });
    }
    this.emit({ type: 'training.recorded', records: { firstStep: this.#step + 1, count, series } });
    this.#step += count;
  }

  #opened(): Experiment {
    if (!this.#experiment) throw new Error('nothing is open');
    return this.#experiment;
  }

  #isDiverged(member: number, step: number): boolean {
    const { diverge } = this.#options;
    return diverge !== undefined && diverge.member === member && step >= diverge.step;
  }

  #evaluate(): void {
    const record = madeUpEvaluation(this.#opened(), this.#members, this.#step, (m) => this.#isDiverged(m, this.#step));
    this.#evaluations.push(record);
    // The worker gives away what is emitted.
    this.emit({ type: 'evaluation.recorded', record: structuredClone(record) });
  }

  #result(experiment: Experiment): RunResult {
    const last = this.#evaluations[this.#evaluations.length - 1];
    const first = this.#evaluations[0];
    const finite = (value: number) => (Number.isFinite(value) ? value : null);
    const pairs = observedPairs(experiment).map((pair) => ({
      ...pair,
      start: 0.3,
      end: 0.8,
      startDebiased: 0.2,
      endDebiased: 0.7,
      chance: 0.1,
    }));
    return {
      schema: 1,
      experiment: { ...experiment, interventions: [...experiment.interventions, ...this.#byHand] },
      environment: { backend: 'wasm', adapter: 'SIMD, 2 threads', browser: 'test', version: '0.1.0' },
      metric: taskMetric(experiment.task),
      timing: { seconds: 61, stepsPerSecond: experiment.base.steps / 61 },
      guides: Object.entries(experiment.guides).map(([id, { state }]) => ({
        id,
        state,
        seed: 0,
        score: state === 'trained' ? 0.894 : 0.12,
        valLoss: 0.4,
        source: state === 'trained' ? 'shipped' : 'untrained',
      })),
      members: this.#members.map(
        (member, m): MemberResult => ({
          ...member,
          divergedAt: this.#isDiverged(m, experiment.base.steps) ? (this.#options.diverge?.step ?? null) : null,
          diverged: this.#isDiverged(m, experiment.base.steps),
          initial: { valLoss: finite(first.series.valLoss[m]), valMetric: finite(first.series.valMetric[m]) },
          final: {
            trainLoss: madeUpLoss(member, experiment.base.steps),
            trainMetric: 0.9,
            valLoss: finite(last.series.valLoss[m]),
            valMetric: finite(last.series.valMetric[m]),
            valMetricRecalibrated: finite(last.series.valMetric[m] + 0.004),
          },
          best: { step: last.step, valLoss: finite(last.series.valLoss[m]), valMetric: finite(last.series.valMetric[m]) },
          pairs,
          history: {
            step: [],
            trainLoss: [],
            trainMetric: [],
            valStep: [],
            valLoss: [],
            valMetric: [],
            similarity: [],
            similarityDebiased: [],
          },
        }),
      ),
      events: [],
      summary: [],
    };
  }
}
