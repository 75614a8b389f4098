/** A lab that makes up plausible events, for tests and for drawing the page without an engine. */
import { taskMetric, taskShape } from '@/experiment/networks/describe.ts';
import type { BackendChoice, Environment } from '@/experiment/contract/environment.ts';
import type { Checkpoint, EvaluationRecord, GeneratedText, Lab, KeptRun, LabEvent, OpenOptions, TaskPreview } from '@/experiment/contract/events.ts';
import { guideInstances } from '@/experiment/plan/guides.ts';
import { observedPairs } from '@/experiment/plan/arms.ts';
import { tapNames } from '@/experiment/plan/pairs.ts';
import { type Member, members } from '@/experiment/plan/plan.ts';
import type { MemberResult, RunResult } from '@/experiment/contract/result.ts';
import { type Experiment, type Intervention, isImageTask, type TaskSpec } from '@/experiment/schema/schema.ts';
import { FakeAssets } from '@/lab/files/testing.ts';
import { FakeGuideLibrary } from './fakeGuides.test-helper.ts';

export interface FakeOptions {
  /** Milliseconds per chunk of steps; 0 runs as fast as promises allow. */
  chunkMs?: number;
  chunk?: number;
  /** Progress reports while a trained guide is prepared; 0: it is shipped. */
  guideReports?: number;
  /** Reject `open` or `run` with this. */
  failOpen?: unknown;
  failRun?: unknown;
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

/** Where an arm's curves go: validation loss and accuracy, training loss, CKA. */
const SHAPES: Record<string, { loss: number; metric: number; train: number; cka: number }> = {
  unguided: { loss: 2.75, metric: 0.332, train: 0.15, cka: 0.35 },
  guided: { loss: 1.53, metric: 0.54, train: 0.45, cka: 0.9 },
  'guided-untrained': { loss: 2.68, metric: 0.318, train: 0.3, cka: 0.45 },
  distilled: { loss: 1.85, metric: 0.409, train: 0.6, cka: 0.42 },
};

/** Noise in −1…1 that depends on its arguments only. */
const noise = (...keys: number[]): number => {
  let hash = 2166136261;
  for (const key of keys) hash = Math.imul(hash ^ (key + 0x9e37), 16777619);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x5bd1e995);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 31 - 1;
};

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
  #step = 0;
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
    this.emit({ type: 'backend.chosen', environment: FAKE_ENVIRONMENT });
    return FAKE_ENVIRONMENT;
  }

  async open(experiment: Experiment, options: OpenOptions): Promise<void> {
    this.calls.push('open');
    this.opened.push({ experiment, options });
    this.emit({ type: 'phase.changed', phase: 'preparing', detail: 'choosing a backend' });
    if (this.#options.failOpen !== undefined) throw this.#options.failOpen;
    this.emit({ type: 'backend.chosen', environment: FAKE_ENVIRONMENT });
    this.#experiment = experiment;
    this.#members = members(experiment);
    this.#step = 0;
    this.#evaluations = [];
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
    this.#evaluate();
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
    this.emit({ type: 'intervention.applied', intervention: { step: this.#step, set } });
  }

  checkpoint(): Promise<Checkpoint> {
    return Promise.reject(new Error('the fake lab keeps no checkpoints'));
  }

  generate(): Promise<GeneratedText> {
    return Promise.reject(new Error('the fake lab does not write'));
  }

  async close(): Promise<void> {
    this.calls.push('close');
    this.#stop = true;
    await this.#running;
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
    const experiment = this.#experiment;
    if (!experiment) throw new Error('nothing is open');
    const end = Math.min(experiment.base.steps, this.#step + steps);
    const began = performance.now();
    const from = this.#step;
    while (this.#step < end && !this.#stop) {
      await wait(this.#options.chunkMs);
      if (this.disposed) return;
      const count = Math.min(this.#options.chunk, end - this.#step, experiment.base.evaluateEvery - (this.#step % experiment.base.evaluateEvery));
      this.#train(count);
      const rate = ((this.#step - from) / (performance.now() - began)) * 1000;
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
    const loss = new Float32Array(count * width);
    const metric = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      const step = this.#step + i + 1;
      this.#members.forEach((member, m) => {
        const diverged = this.#isDiverged(m, step);
        loss[i * width + m] = diverged ? Number.NaN : this.#trainLoss(member, step) + 0.12 * noise(step, m);
        metric[i * width + m] = diverged ? Number.NaN : Math.min(1, 0.12 + 0.8 * (1 - Math.exp(-step / 120)));
      });
    }
    const { diverge } = this.#options;
    if (diverge && diverge.step > this.#step && diverge.step <= this.#step + count) {
      this.emit({ type: 'member.diverged', ...this.#members[diverge.member], step: diverge.step });
    }
    this.emit({ type: 'training.recorded', records: { firstStep: this.#step + 1, count, loss, metric } });
    this.#step += count;
  }

  #isDiverged(member: number, step: number): boolean {
    const { diverge } = this.#options;
    return diverge !== undefined && diverge.member === member && step >= diverge.step;
  }

  #trainLoss(member: Member, step: number): number {
    const { train } = shapeOf(member.arm);
    return train + (2.15 - train) * Math.exp(-step / 110);
  }

  #evaluate(): void {
    const experiment = this.#experiment;
    if (!experiment) return;
    const step = this.#step;
    const share = step / experiment.base.steps;
    const classes = taskShape(experiment.task).classes;
    const { valExamples } = taskShape(experiment.task);
    const targets = tapNames(experiment);
    const valLoss = new Float32Array(this.#members.length);
    const valMetric = new Float32Array(this.#members.length);
    const predictions = new Uint16Array(this.#members.length * valExamples);
    this.#members.forEach((member, m) => {
      const to = shapeOf(member.arm);
      const diverged = this.#isDiverged(m, step);
      const learned = 1 - Math.exp(-3.2 * share);
      valLoss[m] = diverged ? Number.NaN : 2.12 - 0.45 * learned * (1 - share) + (to.loss - 2.12) * share ** 1.3 + 0.05 * noise(m, step);
      valMetric[m] = diverged ? Number.NaN : 1 / classes + (to.metric - 1 / classes) * (learned / 0.96) + 0.012 * noise(m, step, 1) + 0.012 * noise(m);
      for (let i = 0; i < valExamples; i++) {
        const truth = (i * 5) % classes;
        predictions[m * valExamples + i] = noise(i, m, 7) * 0.5 + 0.5 < valMetric[m] ? truth : Math.floor((noise(i, m) * 0.5 + 0.5) * classes) % classes;
      }
    });
    const matrices = Object.fromEntries(
      Object.keys(experiment.guides).map((guide) => {
        const taps = tapNames(experiment, guide);
        const values = new Float32Array(this.#members.length * targets.length * taps.length * 3);
        let at = 0;
        this.#members.forEach((member, m) => {
          const to = guide === 'untrained' ? (member.arm === 'guided-untrained' ? 0.93 : 0.5) : shapeOf(member.arm).cka;
          targets.forEach((_, t) =>
            taps.forEach((__, g) => {
              const distance = Math.abs(t / Math.max(1, targets.length - 1) - g / Math.max(1, taps.length - 1));
              const learned = 1 - Math.exp(-5 * share);
              const cka = Math.max(0.02, (0.3 + (to - 0.3) * learned) * (1 - 0.6 * distance) + 0.02 * noise(m, t, g, step));
              values[at++] = cka;
              values[at++] = cka - 0.1;
              values[at++] = 0.09 + 0.03 * (t / targets.length);
            }),
          );
        });
        return [guide, values];
      }),
    );
    const record: EvaluationRecord = { step, valLoss, valMetric, matrices, predictions };
    this.#evaluations.push(record);
    this.emit({ type: 'evaluation.recorded', record });
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
      experiment,
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
          initial: { valLoss: finite(first.valLoss[m]), valMetric: finite(first.valMetric[m]) },
          final: {
            trainLoss: this.#trainLoss(member, experiment.base.steps),
            trainMetric: 0.9,
            valLoss: finite(last.valLoss[m]),
            valMetric: finite(last.valMetric[m]),
            valMetricRecalibrated: finite(last.valMetric[m] + 0.004),
          },
          best: { step: last.step, valLoss: finite(last.valLoss[m]), valMetric: finite(last.valMetric[m]) },
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

const shapeOf = (arm: string) => SHAPES[arm] ?? { loss: 2.1, metric: 0.4, train: 0.4, cka: 0.5 };
