/** A lab without arithmetic, and a worker without a thread, for the tests of this folder. */
import type { Checkpoint, GeneratedText, GenerateOptions, Lab, LabEvent } from '../experiment/contract/events.ts';
import { members } from '../experiment/plan/plan.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import type { Experiment, Intervention } from '../experiment/schema/schema.ts';
import type { WorkerLike } from './connection.ts';
import type { WorkerMessage } from './protocol.ts';
import { serveLab } from './server.ts';
import { FakeAssets } from '../lab/files/testing.ts';

/** Twenty steps of two arms and one seed. */
export function tinyExperiment(): Experiment {
  const { experiment } = findPreset('wide-fcn') as { experiment: Experiment };
  return { ...structuredClone(experiment), arms: experiment.arms.slice(0, 2), seeds: [0], base: { ...experiment.base, steps: 20, evaluateEvery: 5 } };
}

const nextTick = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Each step's loss follows from the one before, so that a wrong resumption shows. */
export class FakeLab extends FakeAssets implements Lab {
  readonly #listeners = new Set<(event: LabEvent) => void>();
  #experiment = tinyExperiment();
  #byHand: Intervention[] = [];
  #step = 0;
  #loss = 1;
  #until: number | null = null;
  /** Called before each step, with the number of steps completed: tests make things happen there. */
  readonly beforeStep: (step: number, lab: FakeLab) => void;

  constructor(beforeStep: (step: number, lab: FakeLab) => void = () => {}) {
    super();
    this.beforeStep = beforeStep;
  }

  subscribe(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async preview(_task: unknown, count: number) {
    return { size: 1, count, pixels: new Uint8ClampedArray(4 * count).fill(7), labels: new Uint8Array(count) };
  }

  async warmUp(): Promise<never> {
    throw Object.assign(new Error('no backend works here'), { name: 'NoBackendError', remedy: 'Use another browser.' });
  }

  async open(experiment: Experiment, { checkpoint }: { checkpoint?: Checkpoint }): Promise<void> {
    this.#until = null;
    this.emit({ type: 'phase.changed', phase: 'preparing', detail: '' });
    await nextTick();
    this.#experiment = experiment;
    this.#byHand = [];
    this.#step = checkpoint?.step ?? 0;
    this.#loss = checkpoint?.tensors.loss.data[0] ?? 1;
    if (!checkpoint) this.#evaluate();
    this.emit({ type: 'phase.changed', phase: 'paused', detail: '' });
  }

  async run(steps?: number): Promise<void> {
    const end = this.#experiment.base.steps;
    this.#until = steps === undefined ? end : Math.min(end, this.#step + steps);
    this.emit({ type: 'phase.changed', phase: 'running', detail: '' });
    void this.#loop();
  }

  async #loop(): Promise<void> {
    const experiment = this.#experiment;
    await nextTick();
    while (experiment === this.#experiment && this.#until !== null && this.#step < this.#until) {
      this.beforeStep(this.#step, this);
      const rates = [...experiment.interventions, ...this.#byHand].filter((i) => i.step <= this.#step);
      // In the precision of a checkpoint.
      this.#loss = Math.fround(this.#loss * (rates.at(-1)?.set.learningRate ?? 0.9));
      this.#step++;
      const values = new Float32Array(members(experiment).length).fill(this.#loss);
      this.emit({ type: 'training.recorded', records: { firstStep: this.#step, count: 1, loss: values, metric: values.slice() } });
      if (this.#step % experiment.base.evaluateEvery === 0) this.#evaluate();
      await nextTick();
    }
    if (experiment !== this.#experiment) return;
    if (this.#step === experiment.base.steps) {
      this.emit({ type: 'phase.changed', phase: 'finished', detail: '' });
      this.emit({ type: 'run.finished', result: { schema: 1, experiment, events: [] } as unknown as RunResult });
    } else this.emit({ type: 'phase.changed', phase: 'paused', detail: '' });
  }

  #evaluate(): void {
    const values = new Float32Array(2).fill(this.#loss);
    this.emit({
      type: 'evaluation.recorded',
      record: { step: this.#step, valLoss: values, valMetric: values.slice(), matrices: { trained: values.slice() }, predictions: new Uint16Array(2) },
    });
  }

  async pause(): Promise<void> {
    this.#until = null;
  }

  async intervene(set: Intervention['set']): Promise<void> {
    const intervention = { step: this.#step, set };
    this.#byHand.push(intervention);
    this.emit({ type: 'intervention.applied', intervention });
  }

  async checkpoint(): Promise<Checkpoint> {
    return {
      experiment: this.#experiment,
      step: this.#step,
      divergedAt: [-1, -1],
      history: { training: [], evaluations: [] } as unknown as Checkpoint['history'],
      tensors: { loss: { shape: [1], data: Float32Array.of(this.#loss) } },
    };
  }

  async generate({ draw }: GenerateOptions): Promise<GeneratedText> {
    return {
      step: this.#step,
      prompt: Int32Array.of(draw),
      truth: Int32Array.of(1),
      length: 1,
      texts: Int32Array.of(2, 3),
      tokenNames: ['a', 'b', 'c', 'd'],
      separator: ' ',
    };
  }

  async close(): Promise<void> {
    this.#until = null;
  }

  async keptRuns() {
    return [];
  }

  async forgetRun(): Promise<void> {}
  async forgetGuides(): Promise<void> {}

  async keptGuides() {
    return [];
  }

  async guideOrigins() {
    return {};
  }

  async dispose(): Promise<void> {}
}

/** A worker whose other end is served by `lab` in this thread. */
export class FakeWorker implements WorkerLike {
  readonly #channel = new MessageChannel();
  readonly #onError: ((event: Event) => void)[] = [];
  /** What the worker sent, as it was sent, with the buffers that were given away. */
  readonly posted: { message: WorkerMessage; transfer: Transferable[] }[] = [];
  terminated = false;

  constructor(lab: Lab | null) {
    const { port2 } = this.#channel;
    if (!lab) return;
    serveLab(lab, {
      postMessage: (message, transfer) => {
        if (this.terminated) return;
        this.posted.push({ message: message as WorkerMessage, transfer });
        port2.postMessage(message, transfer);
      },
      addEventListener: (type, listener) => {
        port2.addEventListener(type, listener as EventListener);
        port2.start();
      },
    });
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#channel.port1.postMessage(message, transfer);
  }

  addEventListener(type: 'message' | 'error' | 'messageerror', listener: ((event: MessageEvent) => void) & ((event: Event) => void)): void {
    if (type === 'error') this.#onError.push(listener);
    if (type !== 'message') return;
    this.#channel.port1.addEventListener('message', listener as EventListener);
    this.#channel.port1.start();
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
    this.#channel.port2.close();
  }

  /** Die as a worker does whose script throws. */
  crash(message = 'out of memory'): void {
    const event = Object.assign(new Event('error', { cancelable: true }), { message });
    for (const listener of this.#onError) listener(event);
  }
}
