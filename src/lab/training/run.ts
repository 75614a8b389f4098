/**
 * One prepared experiment: its task, guides and groups, stepped on one axis. Everything random is a function of
 * (seed, step), so the state is the tensors and the step number, nothing else.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
import type { Inspection, InspectQuestion } from '../../experiment/contract/inspection.ts';
import type { Checkpoint } from '../../experiment/contract/lab.ts';
import type { GeneratedText, GenerateOptions } from '../../experiment/contract/texts.ts';
import { sharedTokens } from '../../experiment/plan/arms.ts';
import { armGroups } from '../../experiment/plan/plan.ts';
import { Progress } from '../../experiment/plan/progress.ts';
import { startStep } from '../../experiment/plan/warmup.ts';
import { type PairCells, pairCells } from '../../experiment/series.ts';
import type { Experiment, Intervention } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Guide } from '../guidance/guide.ts';
import type { PlainTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';
import { Evaluator, evaluateRecalibrated, type GroupScores } from '../observation/evaluation.ts';
import { evaluationRecord, joined, trainingRecords } from '../observation/records.ts';
import { generate } from './generate.ts';
import { groupOf } from './groupOf.ts';
import { History } from './history.ts';
import { inspectMember } from './inspect.ts';
import { MeasuredPairs } from '../observation/measured.ts';
import { GuideProbe } from '../observation/probe.ts';
import { type ArmGroup, RunSteps, type StepSettings } from './runSteps.ts';
import { Warmups } from './warmup.ts';
import type { OpenTasks } from './warmupTasks.ts';
import { DirectSteps, type Stepper } from '../backend/steps.ts';

/** Tokens that a member writes. */
const WRITTEN = { characters: 120, words: 36 } as const;
/** Bytes. A larger state is not kept beside the run for being looked at. */
const LARGEST_REMEMBERED = 128 * 2 ** 20;

export class Run {
  readonly experiment: Experiment;
  readonly task: Task;
  /** What was recorded of it. */
  readonly history: History;
  readonly #guides: ReadonlyMap<string, Guide>;
  readonly #observed: { probes: GuideProbe[]; measured: MeasuredPairs };
  readonly #groups: ArmGroup[];
  readonly #kernels: Kernels;
  readonly #stepper: Stepper;
  readonly #steps: RunSteps;
  readonly #warmups: Warmups;
  readonly #evaluator: Evaluator;
  readonly #pairs: PairCells;
  readonly #progress: Progress;
  #step: number;
  /** The state that a step began with, see `remember`. */
  #before: { step: number; tensors: PlainTensors } | null = null;
  /** Results of steps that were read before an evaluation, for the next `flush`. */
  #unread: Float32Array[] = [];

  /**
   * @param stepper disposed with the run
   * @param opened other tasks that warm-ups read
   */
  constructor(
    experiment: Experiment,
    task: Task,
    guides: ReadonlyMap<string, Guide>,
    kernels: Kernels,
    stepper: Stepper = new DirectSteps(),
    opened: OpenTasks = new Map(),
  ) {
    this.#stepper = stepper;
    this.#kernels = kernels;
    this.experiment = structuredClone(experiment);
    this.#sortInterventions();
    this.task = task;
    this.history = new History(this.experiment);
    this.#pairs = pairCells(this.experiment);
    this.#progress = new Progress(this.experiment);
    this.#guides = guides;

    this.#groups = armGroups(experiment).map((specs) => groupOf(experiment, specs, guides, kernels));
    this.#observed = {
      probes: [...guides.values()].map((guide) => new GuideProbe(kernels, guide, task, sharedTokens(experiment.base))),
      measured: new MeasuredPairs(kernels, guides, experiment, task),
    };
    this.#steps = new RunSteps(this.experiment, task, guides, this.#groups, kernels);
    this.#warmups = new Warmups({ experiment: this.experiment, task, opened, guides, groups: this.#groups }, kernels);
    this.#step = startStep(experiment);
    this.#evaluator = new Evaluator(task.val, task.shape.input, stepper);
  }

  /** Completed steps of training proper; below 0 so many steps of the longest warm-up are still to come. */
  get step(): number {
    return this.#step;
  }

  /** Whether it has taken a step. */
  get begun(): boolean {
    return this.#step > startStep(this.experiment);
  }

  get finished(): boolean {
    return this.#step >= this.experiment.base.steps;
  }

  get evaluationDue(): boolean {
    if (this.#step < 0) return this.#warmups.evaluated.has(this.#step);
    return this.#step % this.experiment.base.evaluateEvery === 0 || this.finished;
  }

  /** Take effect from the next step on, and become part of the experiment. */
  intervene(set: Intervention['set']): Intervention {
    // Warm-ups are what they are.
    const intervention = { step: Math.max(0, this.#step), set };
    this.experiment.interventions.push(intervention);
    this.#sortInterventions();
    return intervention;
  }

  /** One step of every member. */
  async advance(): Promise<void> {
    if (this.#before?.step !== this.#step) this.#before = null;
    if (this.#step < 0) return this.#warmUp();
    const { before, own, ...step } = this.#steps.at(this.#step, this.#settingsAt(this.#step));
    for (const { kind, feeds, program } of [...before, step]) await this.#stepper.step(kind, feeds, program);
    tf.dispose(own);
    this.#step += 1;
  }

  async #warmUp(): Promise<void> {
    await this.#warmups.take(this.#step, this.#stepper);
    this.#step += 1;
    if (this.#step < 0) return;
    this.#stepper.submit();
    this.#warmups.end();
  }

  /** Read and record the results of all steps since the last read, in one piece. Null when there is none. */
  async flush(): Promise<TrainingRecords | null> {
    const rows = [...this.#unread, ...(await this.#stepper.read())];
    this.#unread = [];
    if (rows.length === 0) return null;
    const done = this.history.step;
    if (done < 0) return this.#recordWarmup(done, rows);
    const aligned = (index: number) => this.#steps.aligned(done + index, this.#settingsAt(done + index));
    const records = trainingRecords(this.experiment, done + 1, rows, aligned);
    this.history.append(records);
    return records;
  }

  #recordWarmup(done: number, results: readonly Float32Array[]): TrainingRecords {
    const rows: Float32Array[] = [];
    let next = 0;
    for (let step = done; step < 0 && next < results.length; step++) {
      const count = this.#warmups.resultsAt(step);
      rows.push(this.#warmups.row(step, results.slice(next, next + count)));
      next += count;
    }
    // Step 0 is always evaluated, and read until then; whoever drives a run otherwise reads again.
    this.#unread = results.slice(next);
    const records = trainingRecords(this.experiment, done + 1, rows, (index) => this.#warmups.alignedAt(done + index));
    this.history.append(records);
    return records;
  }

  /** Score every member, compare it with every guide, and record that. The record stays the history's. */
  async evaluate(): Promise<EvaluationRecord> {
    this.#unread.push(...(await this.#stepper.read()));
    const scores: GroupScores[] = [];
    for (const [g, { group }] of this.#groups.entries()) scores.push(await this.#evaluator.evaluate(group.model, this.#observed, String(g)));
    const record = evaluationRecord(this.experiment, this.#step, scores, this.#pairs);
    this.history.evaluated(record);
    return record;
  }

  /** Let every member go on with a piece of the validation text. @throws {Error} when the task is no text */
  async generate({ temperature, draw }: GenerateOptions): Promise<GeneratedText> {
    const { val, shape, writing } = this.task;
    const [context] = shape.input;
    if (!writing) throw new Error('only language models write');
    const { separator, tokenNames } = writing;
    this.#stepper.submit();
    const length = separator === '' ? WRITTEN.characters : WRITTEN.words;
    // Windows of the validation text follow each other: together they are the text.
    const from = (draw % val.examples) * context;
    const behind = from + Math.ceil(context / 4);
    const prompt = Int32Array.from(val.inputs.subarray(from, behind));
    const texts = await generate(
      this.#groups.map(({ group }) => group.model),
      this.experiment.seeds,
      { prompt, length, context, temperature, draw },
    );
    return { step: this.#step, prompt, truth: Int32Array.from(val.inputs.subarray(behind, behind + length)), length, texts, tokenNames, separator };
  }

  /** Keep what the next step begins with, so that it can be looked at once it has been taken. */
  async remember(): Promise<void> {
    const values = this.#groups.flatMap(({ group }) => group.named().map(([, { shape }]) => shape.reduce((a, b) => a * b, 1)));
    const maps = this.#groups.map(({ group }) => group.maps.size);
    const fits = this.#step >= 0 && 4 * [...values, ...maps].reduce((a, b) => a + b, 0) <= LARGEST_REMEMBERED;
    this.#before = fits ? { step: this.#step, tensors: await this.save() } : null;
  }

  /** Take one step of one member apart. It reads, and computes on copies. @throws {Error} when there is no such member */
  async inspect(question: InspectQuestion): Promise<Inspection> {
    const { arms, seeds } = this.experiment;
    const arm = arms.findIndex(({ id }) => id === question.arm);
    const seed = seeds.indexOf(question.seed);
    if (arm < 0 || seed < 0) throw new Error(`the run has no arm "${question.arm}" with seed ${question.seed}`);
    this.#stepper.submit();
    const before = question.of === 'last' && this.#before?.step === this.#step - 1 ? this.#before : null;
    const step = before?.step ?? this.#step;
    if (step < 0) throw new Error('the steps of a warm-up cannot be looked at one by one');
    const saved = before?.tensors ?? (await this.save(({ arms: own }) => own.some(({ spec }) => spec.id === question.arm)));
    const divergedAt = this.history.divergedAt[arm * seeds.length + seed];
    return inspectMember(question, {
      experiment: this.experiment,
      task: this.task,
      guides: this.#guides,
      kernels: this.#kernels,
      state: memberState(saved, question.arm, seed),
      step,
      taken: before !== null,
      divergedAt: divergedAt < 0 ? null : divergedAt,
      settings: this.#settingsAt(step),
    });
  }

  /** Validation metric per member with recalibrated batch-norm statistics. */
  async recalibrated(): Promise<number[]> {
    this.#stepper.submit();
    const scores: number[] = [];
    for (const { group } of this.#groups) scores.push(...(await evaluateRecalibrated(group.model, this.task)));
    return scores;
  }

  /** All state by arm and name, for a checkpoint: which arms are trained together is nothing that it depends on. */
  async save(wanted: (group: ArmGroup) => boolean = () => true): Promise<PlainTensors> {
    this.#stepper.submit();
    const tensors: PlainTensors = {};
    for (const { arms, group } of this.#groups.filter(wanted)) {
      for (const [
        name,
        {
          shape: [all, ...shape],
          data,
        },
      ] of Object.entries(await group.save())) {
        const each = data.length / all;
        for (const {
          spec,
          members: { first, count },
        } of arms) {
          tensors[`${spec.id}/${name}`] = { shape: [count, ...shape], data: data.slice(first * each, (first + count) * each) };
        }
      }
      for (const { spec, members } of arms) {
        for (const [name, tensor] of Object.entries(await group.maps.save(members.first))) tensors[`${spec.id}/${name}`] = tensor;
      }
    }
    return tensors;
  }

  /** All that is needed to continue. Nothing may wait to be flushed. */
  async checkpoint(): Promise<Checkpoint> {
    return {
      experiment: structuredClone(this.experiment),
      step: this.#step,
      tensors: await this.save(),
      divergedAt: [...this.history.divergedAt],
      history: this.history.save(),
    };
  }

  /** Continue from a checkpoint of the same experiment. @throws {Error} when it does not fit */
  restore(checkpoint: Checkpoint): void {
    this.#stepper.submit();
    for (const { arms, group } of this.#groups) {
      const named = group.named().map(([name, { shape }]) => {
        const parts = arms.map(({ spec }) => checkpoint.tensors[`${spec.id}/${name}`]?.data ?? new Float32Array());
        return [name, { shape, data: joined(Float32Array, parts) }] as const;
      });
      group.load(Object.fromEntries(named));
      for (const { spec, members } of arms) group.maps.load(members.first, ofArm(checkpoint.tensors, spec.id));
    }
    this.#step = checkpoint.step;
    this.#before = null;
    this.history.restore(checkpoint.history, checkpoint.divergedAt);
  }

  dispose(): void {
    this.#stepper.dispose();
    this.#steps.dispose();
    this.#warmups.dispose();
    for (const { group } of this.#groups) group.dispose();
    for (const probe of this.#observed.probes) probe.dispose();
    this.#observed.measured.dispose();
    for (const guide of this.#guides.values()) guide.dispose();
  }

  /** A link may hold later interventions than the one just made; of those at one step the last one counts. */
  #sortInterventions(): void {
    this.experiment.interventions.sort((a, b) => a.step - b.step);
  }

  /** What interventions up to and including a step have set. */
  #settingsAt(step: number): StepSettings {
    let learningRate: StepSettings['learningRate'];
    let guidance = true;
    for (const { step: at, set } of this.experiment.interventions) {
      if (at > step) continue;
      if (set.learningRate !== undefined) learningRate = { value: set.learningRate, since: at };
      guidance = set.guidance ?? guidance;
    }
    return { learningRate, guidance, seen: (member, term, from) => this.#progress.of(member, term, this.history.evaluations, [from, step]) };
  }
}

/** What `Run.save` gave of an arm, by the names of its group. */
const ofArm = (saved: PlainTensors, arm: string): PlainTensors =>
  Object.fromEntries(Object.entries(saved).flatMap(([name, tensor]) => (name.startsWith(`${arm}/`) ? [[name.slice(arm.length + 1), tensor]] : [])));

/** The same of one member, with a member axis of 1. */
const memberState = (saved: PlainTensors, arm: string, member: number): PlainTensors =>
  Object.fromEntries(
    Object.entries(ofArm(saved, arm)).map(([name, { shape, data }]) => {
      const size = data.length / shape[0];
      return [name, { shape: [1, ...shape.slice(1)], data: data.slice(member * size, (member + 1) * size) }];
    }),
  );
