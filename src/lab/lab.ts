/** The lab in-process: opens an experiment, runs it, tells what happens. The worker puts exactly this behind messages. */
import type { BackendChoice, Environment } from '../experiment/contract/environment.ts';
import type { LabEvent, Phase } from '../experiment/contract/events.ts';
import type { Inspection, InspectQuestion } from '../experiment/contract/inspection.ts';
import type { Checkpoint, Lab, OpenOptions } from '../experiment/contract/lab.ts';
import type { GeneratedText, GenerateOptions } from '../experiment/contract/texts.ts';
import type { AssetInfo, GivenFile } from '../experiment/schema/assets.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { members } from '../experiment/plan/plan.ts';
import type { Experiment, Intervention, TaskSpec } from '../experiment/schema/schema.ts';
import { type ChosenBackend, chooseBackend } from './check/choose.ts';
import type { WasmFiles } from './backend/startWasm.ts';
import { yieldToMessages } from './backend/yield.ts';
import { describeFailure, SupersededError } from './failures.ts';
import { Intake } from './files/intake.ts';
import { weightsFit } from './guidance/loaded.ts';
import { Library } from './files/library.ts';
import { openStorage } from './files/storage.ts';
import { GuideStore } from './guidance/store.ts';
import { forgetRun, keepRun, keptRuns, keptState } from './kept/keptRuns.ts';
import { openTask, ownLabels, previewTask } from './tasks/index.ts';
import { continuedAs } from './training/continued.ts';
import { prepareGuides } from './training/prepareGuides.ts';
import { Run } from './training/run.ts';
import { startingPoint } from './training/startingPoint.ts';
import { similarityBefore } from './training/similarityBefore.ts';
import { toldAgain } from './training/toldAgain.ts';
import { openWarmupTasks } from './training/warmupTasks.ts';
import { buildResult } from '../stats/result.ts';

/** Losses are read back and sent at most this often. */
const FLUSH_EVERY_MS = 150;

export interface LabOptions {
  /** Address of the page's folder (shipped guides), with a trailing slash; null where there is none. */
  assets: string | null;
  /** tfjs's WASM binaries, where they are not the page's own. */
  wasmFiles?: WasmFiles;
}

interface Opened {
  run: Run;
  guides: RunResult['guides'];
  notes: RunResult['events'];
  /** Milliseconds spent running. */
  milliseconds: number;
  /** Name under which it is kept in this browser, if it is. */
  keepAs: string | undefined;
  /** Becomes false when the run is replaced. */
  current: boolean;
}

/** @param options see `LabOptions` */
export function createLab(options: LabOptions): Lab {
  return new LocalLab(options);
}

class LocalLab implements Lab {
  readonly #listeners = new Set<(event: LabEvent) => void>();
  readonly #options: LabOptions;
  readonly #store: GuideStore;
  readonly #library = new Library(openStorage);
  readonly #intake = new Intake(this.#library, (event) => this.#emit(event));
  #backend: { choice: BackendChoice; chosen: Promise<ChosenBackend> } | null = null;
  #opened: Opened | null = null;
  #generation = 0;
  #target = 0;
  #loop: Promise<void> | null = null;
  #pausing = false;

  constructor(options: LabOptions) {
    this.#options = options;
    this.#store = new GuideStore(options.assets);
  }

  subscribe(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async preview(task: TaskSpec, count: number, split: 'train' | 'val' = 'train') {
    return previewTask(task, this.#library, count, split);
  }

  async warmUp(choice: BackendChoice): Promise<Environment> {
    return (await this.#startBeside(choice)).environment;
  }

  similarityBefore(experiment: Experiment, of: { arm: string; guide: string }, choice: BackendChoice) {
    return this.#exclusive(async () => similarityBefore(await this.#preparation(experiment, choice), of));
  }

  startingPoint(experiment: Experiment, choice: BackendChoice) {
    return this.#exclusive(async () => startingPoint(await this.#preparation(experiment, choice)));
  }

  /** What it takes to prepare an experiment beside the one that is open. */
  async #preparation(experiment: Experiment, choice: BackendChoice) {
    const { kernels, stepper } = await this.#startBeside(choice);
    const task = await openTask(experiment.task, this.#library);
    return { experiment, task, kernels, stepper: () => stepper(false), store: this.#store, library: this.#library };
  }

  async open(experiment: Experiment, options: OpenOptions): Promise<void> {
    const generation = ++this.#generation;
    await this.#close();
    try {
      this.#phase('preparing', 'Choosing a backend');
      const { kernels, stepper, environment } = await this.#start(options.backend);
      this.#check(generation);
      this.#phase('preparing', 'Drawing the data');
      await yieldToMessages();
      const task = await openTask(experiment.task, this.#library);
      const notes: RunResult['events'] = [];
      const { guides, scores } = await prepareGuides({
        experiment,
        task,
        kernels,
        stepper: () => stepper(options.replay ?? true),
        store: this.#store,
        library: this.#library,
        options,
        tell: (event) => this.#emit(event),
        pause: async () => {
          await yieldToMessages();
          this.#check(generation);
        },
      });
      this.#phase('preparing', 'Building the networks');
      await yieldToMessages();
      const saved = options.checkpoint ?? (options.resume === undefined ? undefined : await keptState(options.resume));
      const checkpoint = saved && continuedAs(saved, experiment);
      const opened = await openWarmupTasks(experiment, this.#library);
      const run = new Run(checkpoint?.experiment ?? experiment, task, guides, kernels, stepper(options.replay ?? true), opened);
      this.#opened = { run, guides: scores, notes, milliseconds: 0, keepAs: options.keepAs, current: true };
      const labels = ownLabels(task);
      if (labels) this.#emit({ type: 'labels.known', labels: Uint16Array.from(labels) });
      if (checkpoint) {
        run.restore(checkpoint);
        if (!options.checkpoint) for (const event of toldAgain(run)) this.#emit(event);
        notes.push({ step: run.step, text: `Continued on ${environment.backend} from a checkpoint at step ${run.step}.` });
      } else {
        await this.#evaluate(this.#opened);
      }
      this.#check(generation);
      this.#phase('paused', run.begun ? `Restored at step ${run.step}` : 'Ready');
    } catch (error) {
      if (error instanceof SupersededError) return;
      this.#fail(error);
      throw error;
    }
  }

  async run(steps?: number): Promise<void> {
    const opened = this.#require();
    this.#target = steps === undefined ? opened.run.experiment.base.steps : Math.min(opened.run.step + steps, opened.run.experiment.base.steps);
    this.#pausing = false;
    if (this.#loop || opened.run.finished) return;
    this.#phase('running', '');
    this.#loop = this.#advance(opened).finally(() => {
      this.#loop = null;
    });
  }

  async pause(): Promise<void> {
    this.#pausing = true;
    await this.#loop;
  }

  async intervene(set: Intervention['set']): Promise<void> {
    const opened = this.#require();
    await this.#exclusive(async () => this.#emit({ type: 'intervention.applied', intervention: opened.run.intervene(set) }));
  }

  async checkpoint(): Promise<Checkpoint> {
    const opened = this.#require();
    // Taken between two steps: the loop waits until the tensors have been copied.
    return this.#exclusive(async () => {
      await this.#flush(opened);
      const checkpoint = await opened.run.checkpoint();
      if (opened.keepAs !== undefined && !opened.run.finished) await keepRun(opened.keepAs, checkpoint);
      return checkpoint;
    });
  }

  generate(options: GenerateOptions): Promise<GeneratedText> {
    return this.#exclusive(async () => this.#require().run.generate(options));
  }

  inspect(question: InspectQuestion): Promise<Inspection> {
    return this.#exclusive(async () => this.#require().run.inspect(question));
  }

  async close(keep = false): Promise<boolean> {
    this.#generation++;
    const opened = this.#opened;
    const kept = keep && opened !== null && (await this.#keep(opened));
    await this.#close();
    if (opened?.keepAs !== undefined && !kept) await forgetRun(opened.keepAs);
    return kept;
  }

  /** Keep a run that has begun and not ended as it stands. @returns whether this browser keeps it */
  async #keep(opened: Opened): Promise<boolean> {
    const { run, keepAs } = opened;
    await this.pause();
    if (keepAs === undefined || !run.begun || run.finished) return false;
    return this.#exclusive(async () => {
      await this.#flush(opened);
      return keepRun(keepAs, await run.checkpoint());
    });
  }

  keptRuns() {
    return keptRuns();
  }

  forgetRun(name: string) {
    return forgetRun(name);
  }

  async forgetGuides(key?: string): Promise<void> {
    await this.#store.forget(key);
  }

  keptGuides() {
    return this.#store.list();
  }

  guideOrigins(experiment: Experiment) {
    return this.#store.origins(experiment);
  }

  async addFiles(files: GivenFile[]): Promise<AssetInfo> {
    // An imported network is built on the backend while its file is read, so the backend has to be chosen first.
    if (files.some(({ path }) => path.endsWith('.json'))) await (this.#backend?.chosen ?? this.#start('auto'));
    return this.#intake.add(files);
  }

  async fetchFiles(addresses: string[]): Promise<AssetInfo> {
    return this.addFiles(await this.#intake.fetch(addresses));
  }

  async cancelFetch(): Promise<void> {
    this.#intake.cancelFetch();
  }

  listAssets = () => this.#library.list();
  deleteAsset = (hash: string) => this.#library.delete(hash);
  weightsFit = (experiment: Experiment, hash: string) => weightsFit(experiment, hash, this.#library);

  async dispose(): Promise<void> {
    this.#generation++;
    await this.#close();
    this.#listeners.clear();
  }

  #pending: Promise<unknown> = Promise.resolve();

  /** Run work that must not overlap with a step. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#pending.then(work);
    this.#pending = result.catch(() => undefined);
    return result;
  }

  async #advance(opened: Opened): Promise<void> {
    const { run } = opened;
    const { steps } = run.experiment.base;
    const startStep = run.step;
    const start = performance.now();
    let flushed = start;
    let told = startStep;
    const tell = () => {
      told = run.step;
      const rate = (run.step - startStep) / ((performance.now() - start) / 1000);
      this.#emit({ type: 'progress.changed', step: run.step, steps, stepsPerSecond: rate, secondsLeft: (steps - run.step) / rate });
    };
    try {
      if (this.#target - run.step === 1) await this.#exclusive(() => run.remember());
      while (opened.current && !this.#pausing && run.step < this.#target) {
        await this.#exclusive(async () => {
          await run.advance();
          if (run.evaluationDue) await this.#evaluate(opened);
        });
        const now = performance.now();
        // Report the first step at once, because someone is waiting for a sign of life.
        if (now - flushed >= FLUSH_EVERY_MS || run.step === startStep + 1 || run.evaluationDue) {
          await this.#exclusive(() => this.#flush(opened));
          flushed = now;
          tell();
        }
        await yieldToMessages();
      }
      if (!opened.current) return;
      await this.#exclusive(() => this.#flush(opened));
      // Report the last steps, too: some may have been taken since the previous report.
      if (told < run.step) tell();
      opened.milliseconds += performance.now() - start;
      if (run.finished) await this.#finish(opened);
      else this.#phase('paused', `Paused after step ${run.step}`);
    } catch (error) {
      if (opened.current) this.#fail(error);
    }
  }

  async #finish(opened: Opened): Promise<void> {
    const { environment } = await this.#start(this.#backend?.choice ?? 'auto');
    const recalibrated = await this.#exclusive(() => opened.run.recalibrated());
    const result = buildResult({
      experiment: structuredClone(opened.run.experiment),
      history: opened.run.history,
      environment,
      guides: opened.guides,
      notes: opened.notes,
      seconds: opened.milliseconds / 1000,
      recalibrated,
      labels: ownLabels(opened.run.task),
    });
    if (opened.keepAs !== undefined) await forgetRun(opened.keepAs);
    this.#emit({ type: 'run.finished', result });
    this.#phase('finished', '');
  }

  async #evaluate(opened: Opened): Promise<void> {
    await this.#flush(opened);
    const record = await opened.run.evaluate();
    // A copy: the listener may transfer its buffers away.
    this.#emit({ type: 'evaluation.recorded', record: structuredClone(record) });
  }

  async #flush(opened: Opened): Promise<void> {
    const records = await opened.run.flush();
    if (!records) return;
    const { experiment, history } = opened.run;
    for (const [m, { arm, seed }] of members(experiment).entries()) {
      const step = history.divergedAt[m];
      if (step < Math.max(1, records.firstStep)) continue;
      opened.notes.push({ step, text: `${arm}, seed ${seed}: the loss stopped being finite; frozen.` });
      this.#emit({ type: 'member.diverged', arm, seed, step });
    }
    this.#emit({ type: 'training.recorded', records });
  }

  /** While an experiment is open its backend stays. */
  #startBeside(choice: BackendChoice): Promise<ChosenBackend> {
    return (this.#opened?.current ? this.#backend?.chosen : undefined) ?? this.#start(choice);
  }

  #start(choice: BackendChoice): Promise<ChosenBackend> {
    if (this.#backend?.choice === choice) return this.#backend.chosen;
    const chosen = chooseBackend(choice, this.#options.wasmFiles).then((backend) => {
      this.#emit({ type: 'backend.chosen', environment: backend.environment });
      backend.lost.then((reason) => this.#fail(Object.assign(new Error(`The GPU was lost: ${reason}.`), { name: 'DeviceLostError' })));
      return backend;
    });
    this.#backend = { choice, chosen };
    chosen.catch(() => {
      this.#backend = null;
    });
    return chosen;
  }

  async #close(): Promise<void> {
    this.#pausing = true;
    const opened = this.#opened;
    if (opened) opened.current = false;
    await this.#loop;
    await this.#pending;
    this.#opened = null;
    opened?.run.dispose();
  }

  #require(): Opened {
    if (!this.#opened) throw Object.assign(new Error('No experiment is open.'), { name: 'NotOpenError' });
    return this.#opened;
  }

  #check(generation: number): void {
    if (generation !== this.#generation) throw new SupersededError('another experiment was opened');
  }

  #phase(phase: Phase, detail: string): void {
    this.#emit({ type: 'phase.changed', phase, detail });
  }

  #fail(error: unknown): void {
    const failure = describeFailure(error);
    this.#emit({ type: 'run.failed', failure });
    this.#phase('failed', failure.message);
  }

  #emit(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
