/**
 * The lab as the page has it: the same interface, in a worker. A worker that dies, or a lost GPU, is replaced, and
 * the run goes on from its last checkpoint; since an experiment determines its curves, nothing is lost but time.
 */
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Failure } from '../experiment/contract/failure.ts';
import type { Checkpoint, Lab, OpenOptions } from '../experiment/contract/lab.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { Connection, type WorkerLike } from './connection.ts';
import { type Answer, type Arguments, type Call, FATES, LabError, type Method, METHODS } from './protocol.ts';
import { DeathCount, RunMemory } from './recovery.ts';

export interface WorkerLabOptions {
  /** Starts a worker; tests put a port here. */
  spawn?: () => WorkerLike;
  pingMs?: number;
  checkpointMs?: number;
  firstCheckpointMs?: number;
}

/** Deaths at the same step after which the run is given up. */
export const MAX_RESPAWNS = 3;
/** Milliseconds between two checkpoints while running: what a death costs at most. */
export const CHECKPOINT_MS = 20_000;
/** Milliseconds of training before the first: whoever reloads soon finds the run, too. */
export const FIRST_CHECKPOINT_MS = 3_000;
/** The name of the failure by which the lab reports a lost GPU. */
const DEVICE_LOST = 'DeviceLostError';

interface Waiting {
  call: Call;
  /** Asked by the client itself for the present worker; forgotten when that dies. */
  internal: boolean;
  resolve(value: unknown): void;
  reject(error: LabError): void;
}

// The address must be written out here: it is how the bundler finds the worker.
const spawnWorker = (): WorkerLike => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'lab' });

/** Methods that mean something for bringing a run back, or that concern this end only. All others are asked as they are. */
type Own = 'subscribe' | 'open' | 'run' | 'pause' | 'checkpoint' | 'close' | 'dispose';

class WorkerLab implements Pick<Lab, Own> {
  readonly #spawn: () => WorkerLike;
  readonly #pingMs: number | undefined;
  readonly #firstCheckpointMs: number;
  readonly #listeners = new Set<(event: LabEvent) => void>();
  /** Requests without an answer, in the order in which they were made. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #deaths = new DeathCount();
  readonly #checkpointTimer: ReturnType<typeof setInterval>;
  #connection: Connection | null = null;
  #memory: RunMemory | null = null;
  /** While a run is being brought back, requests wait until it is there. */
  #recovering = false;
  #takingCheckpoint = false;
  #disposed = false;
  #lastId = 0;

  constructor({ spawn = spawnWorker, pingMs, checkpointMs = CHECKPOINT_MS, firstCheckpointMs = FIRST_CHECKPOINT_MS }: WorkerLabOptions) {
    this.#spawn = spawn;
    this.#pingMs = pingMs;
    this.#firstCheckpointMs = firstCheckpointMs;
    this.#checkpointTimer = setInterval(() => {
      if (this.#memory?.runningTo !== undefined) void this.#takeCheckpoint();
    }, checkpointMs);
  }

  subscribe(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async open(experiment: Experiment, options: OpenOptions): Promise<void> {
    this.#deaths.reset();
    this.#memory = new RunMemory(experiment, options);
    if (this.#recovering) {
      // A worker that is bringing back another run makes way for one that starts with this one.
      this.#disconnect();
      this.#recovering = false;
      for (const [id, { call }] of this.#waiting) this.#connect().send(id, call);
    }
    await this.ask('open', [experiment, options]);
  }

  async run(steps?: number): Promise<void> {
    this.#memory?.start(steps);
    await this.ask('run', [steps]);
  }

  async pause(): Promise<void> {
    if (this.#memory) this.#memory.runningTo = undefined;
    await this.ask('pause', []);
  }

  async checkpoint(): Promise<Checkpoint> {
    const memory = this.#memory;
    const checkpoint = await this.ask('checkpoint', []);
    if (memory?.keepsCheckpoints) memory.checkpoint = checkpoint;
    return checkpoint;
  }

  async close(keep = false): Promise<boolean> {
    const memory = this.#memory;
    this.#memory = null;
    return this.ask('close', [keep && memory?.keepsCheckpoints === true]);
  }

  /** Ends the worker at once, even in the middle of a long computation. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearInterval(this.#checkpointTimer);
    this.#disconnect();
    this.#listeners.clear();
    this.#rejectAll({ name: 'DisposedError', message: 'The lab was closed.', remedy: 'Press Run to start again.' });
  }

  /** Ask the worker, as soon as there is one that can answer. @throws {LabError} with what the lab said */
  ask<M extends Method>(method: M, args: Arguments<M>, internal = false): Promise<Answer<M>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const call = { method, args } as Call;
      this.#waiting.set(id, { call, internal, resolve: resolve as (value: unknown) => void, reject });
      if (this.#disposed) this.#rejectAll({ name: 'DisposedError', message: 'The lab was closed.', remedy: 'Reload the page.' });
      else if (!this.#recovering || internal) this.#connect().send(id, call);
    });
  }

  #connect(): Connection {
    this.#connection ??= new Connection(
      this.#spawn(),
      {
        onEvent: (event) => this.#hear(event),
        onAnswer: (id, value) => this.#settle(id)?.resolve(value),
        onFailure: (id, failure) => {
          // The run.failed event may come before or after; whichever is first starts the recovery.
          if (failure.name === DEVICE_LOST) this.#replaceWorker(failure.message);
          else this.#settle(id)?.reject(new LabError(failure));
        },
        onDeath: (reason) => this.#replaceWorker(reason),
      },
      this.#pingMs,
    );
    return this.#connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#takingCheckpoint = false;
    for (const [id, { internal }] of this.#waiting) if (internal) this.#waiting.delete(id);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(failure: Failure): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new LabError(failure));
  }

  #emit(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #hear(event: LabEvent): void {
    if (event.type === 'run.failed' && event.failure.name === DEVICE_LOST) {
      this.#replaceWorker(event.failure.message);
      return;
    }
    const memory = this.#memory;
    // While a run is brought back, "paused" and the like are about the new worker, not about what was asked for.
    if (memory && !(this.#recovering && event.type === 'phase.changed')) memory.follow(event);
    if (event.type === 'run.finished' && memory && memory.notes.length > 0) {
      const events = [...event.result.events, ...memory.notes].sort((a, b) => a.step - b.step);
      this.#emit({ ...event, result: { ...event.result, events } });
      return;
    }
    this.#emit(event);
    if (!memory) return;
    const pausedBeyond = event.type === 'phase.changed' && event.phase === 'paused' && memory.step > memory.returnStep;
    // Progress is told from the first step on.
    const first = event.type === 'progress.changed' && memory.trainedFor(this.#firstCheckpointMs);
    if (pausedBeyond || first) void this.#takeCheckpoint();
  }

  async #takeCheckpoint(): Promise<void> {
    const memory = this.#memory;
    if (!memory?.keepsCheckpoints || !memory.alive || this.#takingCheckpoint || this.#recovering) return;
    this.#takingCheckpoint = true;
    memory.checkpointAsked = true;
    try {
      memory.checkpoint = await this.ask('checkpoint', [], true);
    } catch {
      // Without a new one, the last one serves.
    }
    this.#takingCheckpoint = false;
  }

  #replaceWorker(reason: string): void {
    if (this.#disposed) return;
    this.#disconnect();
    const memory = this.#memory?.alive ? this.#memory : null;
    if (this.#deaths.add(memory?.step ?? -1) > MAX_RESPAWNS) this.#giveUp(reason, memory);
    else void this.#recover(reason, memory);
  }

  /** Open the run again in a new worker, then repeat what was asked for in the meantime. */
  async #recover(reason: string, memory: RunMemory | null): Promise<void> {
    if (memory) {
      const step = memory.returnStep;
      const text = `the worker stopped (${reason}); the run went back to step ${step}`;
      memory.notes.push({ step: memory.step, text });
      this.#recovering = true;
      this.#emit({ type: 'run.rewound', step });
      // Those beyond the checkpoint will act again, at their steps.
      for (const intervention of memory.interventions) this.#emit({ type: 'intervention.applied', intervention });
      this.#emit({ type: 'phase.changed', phase: 'preparing', detail: text });
      try {
        const { experiment, options } = memory.reopening();
        await this.ask('open', [experiment, options], true);
      } catch (error) {
        if (memory === this.#memory) this.#fail(error as LabError);
        return;
      }
      // Another run was opened in the meantime: it looks after itself.
      if (memory !== this.#memory) return;
      this.#recovering = false;
      memory.step = step;
    }
    for (const [id, { call, resolve }] of [...this.#waiting]) {
      if (memory && FATES[call.method] === 'done') {
        this.#waiting.delete(id);
        resolve(undefined);
      } else this.#connect().send(id, call);
    }
    const asked = [...this.#waiting.values()].some(({ call }) => FATES[call.method] === 'drives');
    if (memory && memory.runningTo !== undefined && !asked) {
      const steps = memory.runningTo === null ? undefined : memory.runningTo - memory.step;
      if (steps === undefined || steps > 0) this.ask('run', [steps], true).catch((error: LabError) => this.#fail(error));
    }
  }

  #giveUp(reason: string, memory: RunMemory | null): void {
    this.#fail({
      name: 'WorkerLostError',
      message: memory
        ? `The computation stopped ${MAX_RESPAWNS + 1} times at about step ${memory.step} (${reason}).`
        : `The computation could not be started (${reason}).`,
      remedy: 'Choose another backend in the settings, or a smaller network, fewer seeds or fewer arms; then press Run. Reloading the page frees memory.',
    });
  }

  #fail({ name, message, remedy }: Failure): void {
    const failure = { name, message, remedy };
    this.#recovering = false;
    if (this.#memory?.alive) {
      this.#memory.alive = false;
      this.#emit({ type: 'phase.changed', phase: 'failed', detail: message });
      this.#emit({ type: 'run.failed', failure });
    }
    this.#rejectAll(failure);
    this.#deaths.reset();
  }
}

/** A lab in a worker of its own; the worker starts with the first request. */
export function createWorkerLab(options: WorkerLabOptions = {}): Lab {
  const lab = new WorkerLab(options);
  const asked = Object.fromEntries(METHODS.map((method) => [method, (...args: Arguments<Method>) => lab.ask(method, args)]));
  return {
    ...(asked as unknown as Pick<Lab, Method>),
    subscribe: (listener) => lab.subscribe(listener),
    open: (experiment, opening) => lab.open(experiment, opening),
    run: (steps) => lab.run(steps),
    pause: () => lab.pause(),
    checkpoint: () => lab.checkpoint(),
    close: (keep) => lab.close(keep),
    dispose: () => lab.dispose(),
  };
}
