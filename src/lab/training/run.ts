/**
 * One prepared experiment: its task, guides and groups, stepped on one axis. Everything random is a function of
 * (seed, step), so the state is the tensors and the step number, nothing else.
 */
import * as tf from '@tensorflow/tfjs-core';
import { taskMetric, taskShape } from '../../experiment/describe.ts';
import type { Checkpoint, EvaluationRecord, GeneratedText, GenerateOptions, TrainingRecords } from '../../experiment/events.ts';
import { guideInstances } from '../../experiment/guides.ts';
import { alignedPairs, armGroups, GUIDE_CACHE_BYTES, guideCacheBytes, guidesInUse, largestGuideTable, members, tokenView } from '../../experiment/plan.ts';
import type { AlignTerm, ArmSpec, BaseSettings, Experiment, Intervention, TokenView } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import { gramKey, type Guide, type GuideBatch, type GuideUse, type NeededTap } from '../guidance/guide.ts';
import { BatchView } from '../guidance/tokenViews.ts';
import type { PlainTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';
import { exp } from '../random/math.ts';
import { Batches, type StepBatch } from './batches.ts';
import { Evaluator, evaluateRecalibrated, type GroupScores, metricOf } from './evaluation.ts';
import { generate } from './generate.ts';
import { Group, SCALAR_ROWS } from './group.ts';
import { maskOrigin, StepMasks } from './inputs.ts';
import { GuideProbe } from './probe.ts';
import { scheduleFactor } from './schedule.ts';
import { DirectSteps, type Fed, type Feed, type Stepper } from './steps.ts';
import type { AlignInput, DistilInput, MemberRange } from './terms.ts';

/** Tokens that a member writes. */
const WRITTEN = { characters: 120, words: 36 } as const;

/** An arm with the members that it has in its group. */
interface Arm {
  spec: ArmSpec;
  pairs: { guideTap: string; targetTap: string }[];
  members: MemberRange;
}

/** Arms that are trained as one program: arms outer, seeds inner. */
interface ArmGroup {
  arms: readonly Arm[];
  group: Group;
}

type Views = ReadonlyMap<TokenView, BatchView>;
/** The alignment term of an arm at the step at hand, if it is in effect. */
type Aligned = (arm: Arm) => AlignTerm | undefined;

export class Run {
  readonly experiment: Experiment;
  readonly task: Task;
  readonly #guides: ReadonlyMap<string, Guide>;
  readonly #probes: GuideProbe[];
  readonly #groups: ArmGroup[];

  readonly #kernels: Kernels;
  readonly #stepper: Stepper;
  readonly #batches: Batches;
  readonly #evaluator: Evaluator;
  #step = 0;
  /** Steps whose losses have been given away. */
  #read = 0;
  /** Results of steps that were read before an evaluation, for the next `flush`. */
  #unread: Float32Array[] = [];

  /** @param stepper disposed with the run */
  constructor(experiment: Experiment, task: Task, guides: ReadonlyMap<string, Guide>, kernels: Kernels, stepper: Stepper = new DirectSteps()) {
    this.#kernels = kernels;
    this.#stepper = stepper;
    this.experiment = structuredClone(experiment);
    this.#sortInterventions();
    this.task = task;
    this.#guides = guides;

    const shape = taskShape(experiment.task);
    const { seeds } = experiment;
    this.#groups = armGroups(experiment).map((specs) => ({
      arms: specs.map((spec, i) => ({
        spec, pairs: alignedPairs(experiment, spec), members: { first: i * seeds.length, count: seeds.length },
      })),
      group: new Group({
        network: experiment.target, task: shape, streamName: 'init',
        seeds: specs.flatMap(() => seeds), inits: specs.flatMap(({ init }) => seeds.map(() => init)),
        optimiser: experiment.base.optimiser, clipNorm: experiment.base.clipNorm,
      }, kernels),
    }));
    this.#probes = [...guides.values()].map((guide) => new GuideProbe(kernels, guide, task, tokenView(experiment)));
    this.#batches = new Batches({ task, seeds, batchSize: experiment.base.batchSize }, kernels);
    this.#evaluator = new Evaluator(task.val, task.shape.input, stepper);
    this.#declareNeeds();
  }

  /** Completed steps. */
  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.experiment.base.steps;
  }

  get evaluationDue(): boolean {
    return this.#step % this.experiment.base.evaluateEvery === 0 || this.finished;
  }

  /** Take effect from the next step on, and become part of the experiment. */
  intervene(set: Intervention['set']): Intervention {
    const intervention = { step: this.#step, set };
    this.experiment.interventions.push(intervention);
    this.#sortInterventions();
    return intervention;
  }

  /** One step of every member. */
  async advance(): Promise<void> {
    const { base, seeds } = this.experiment;
    const step = this.#step;
    const { learningRate, guidance } = this.#settingsAt(step);
    const factor = scheduleFactor(base.schedule, step, base.steps);
    const aligned: Aligned = ({ spec: { align } }) =>
      (align && align.weight > 0 && guidance && step < (align.until ?? Number.POSITIVE_INFINITY) ? align : undefined);
    const batch = this.#batches.at(step);
    const guided = this.#guideFeeds(batch, aligned);
    const feeds: Record<string, Feed> = { ...batch.feeds, origin: maskOrigin(seeds, step), ...guided };
    this.#groups.forEach(({ arms, group }, g) => {
      const rates = arms.flatMap(({ spec }) => seeds.map(() => (learningRate ?? spec.learningRate ?? base.learningRate) * factor));
      const weights = arms.flatMap((arm) => seeds.map(() => weightPerPair(aligned(arm), arm.pairs.length, base)));
      feeds[`scalars${g}`] = { values: group.scalars(step, rates, weights), shape: [SCALAR_ROWS, rates.length] };
    });
    // A step's structure depends on the arms that are aligned, and on nothing else that changes.
    const kind = this.#arms.map((arm) => (aligned(arm) ? 'a' : '-')).join('');
    await this.#stepper.step(kind, feeds, (fed) => this.#program(fed, aligned, step));
    tf.dispose(Object.values(guided).filter((feed) => feed instanceof tf.Tensor));
    this.#step += 1;
  }

  /** Read the losses of all steps since the last read, in one piece. Null when there is none. */
  async flush(): Promise<TrainingRecords | null> {
    const rows = [...this.#unread, ...(await this.#stepper.read())];
    this.#unread = [];
    if (rows.length === 0) return null;
    const count = members(this.experiment).length;
    const loss = new Float32Array(rows.length * count);
    const metric = new Float32Array(rows.length * count);
    const perplexity = taskMetric(this.experiment.task).name === 'perplexity';
    rows.forEach((values, i) => {
      for (let m = 0; m < count; m++) {
        // A frozen member has no loss, even where its forward pass still gives a number.
        const frozen = values[2 * count + m] === 0;
        loss[i * count + m] = frozen ? Number.NaN : values[m];
        const score = perplexity ? exp(values[m]) : values[count + m];
        metric[i * count + m] = frozen ? Number.NaN : score;
      }
    });
    const firstStep = this.#read + 1;
    this.#read += rows.length;
    return { firstStep, count: rows.length, loss, metric };
  }

  /** Score every member and compare it with every guide. */
  async evaluate(): Promise<EvaluationRecord> {
    this.#unread.push(...(await this.#stepper.read()));
    const scores: GroupScores[] = [];
    for (const [g, { group }] of this.#groups.entries()) scores.push(await this.#evaluator.evaluate(group.model, this.#probes, String(g)));
    return {
      step: this.#step,
      valLoss: Float32Array.from(scores.flatMap((s) => [...s.loss])),
      valMetric: Float32Array.from(scores.flatMap((s) => [...metricOf(this.experiment.task, s)])),
      predictions: concat(scores.map((s) => s.predictions), (n) => new Uint16Array(n)),
      ...(this.task.val.groups && {
        groups: {
          loss: Float32Array.from(scores.flatMap((s) => [...(s.groups?.loss ?? [])])),
          accuracy: Float32Array.from(scores.flatMap((s) => [...(s.groups?.accuracy ?? [])])),
        },
      }),
      matrices: Object.fromEntries(this.#probes.map(({ guide }) => [guide, concat(scores.map((s) => s.matrices[guide]), (n) => new Float32Array(n))])),
    };
  }

  /** Let every member go on with a piece of the validation text. @throws {Error} when the task is no text */
  async generate({ temperature, draw }: GenerateOptions): Promise<GeneratedText> {
    const { val, shape, writing } = this.task;
    const [context] = shape.input;
    const { separator, tokenNames } = required(writing, 'only language models write');
    const length = separator === '' ? WRITTEN.characters : WRITTEN.words;
    // Windows of the validation text follow each other: together they are the text.
    const from = (draw % val.examples) * context;
    const behind = from + Math.ceil(context / 4);
    const prompt = Int32Array.from(val.inputs.subarray(from, behind));
    const texts = await generate(this.#groups.map(({ group }) => group.model), this.experiment.seeds, { prompt, length, context, temperature, draw });
    return { step: this.#step, prompt, truth: Int32Array.from(val.inputs.subarray(behind, behind + length)), length, texts, tokenNames, separator };
  }

  /** Validation metric per member with recalibrated batch-norm statistics. */
  async recalibrated(): Promise<number[]> {
    this.#stepper.submit();
    const scores: number[] = [];
    for (const { group } of this.#groups) scores.push(...(await evaluateRecalibrated(group.model, this.task)));
    return scores;
  }

  /** All state by arm and name, for a checkpoint: which arms are trained together is nothing that it depends on. */
  async save(): Promise<PlainTensors> {
    this.#stepper.submit();
    const tensors: PlainTensors = {};
    for (const { arms, group } of this.#groups) {
      for (const [name, { shape: [all, ...shape], data }] of Object.entries(await group.save())) {
        const each = data.length / all;
        for (const { spec, members: { first, count } } of arms) {
          tensors[`${spec.id}/${name}`] = { shape: [count, ...shape], data: data.slice(first * each, (first + count) * each) };
        }
      }
    }
    return tensors;
  }

  /** Continue from a checkpoint of the same experiment. @throws {Error} when it does not fit */
  restore(checkpoint: Checkpoint): void {
    this.#stepper.submit();
    for (const { arms, group } of this.#groups) {
      const joined = group.named().map(([name, { shape }]) => {
        const parts = arms.map(({ spec }) => checkpoint.tensors[`${spec.id}/${name}`]?.data ?? new Float32Array());
        return [name, { shape, data: concat(parts, (n) => new Float32Array(n)) }] as const;
      });
      group.load(Object.fromEntries(joined));
    }
    this.#step = checkpoint.step;
    this.#read = checkpoint.step;
  }

  dispose(): void {
    this.#stepper.dispose();
    this.#batches.dispose();
    for (const { group } of this.#groups) group.dispose();
    for (const probe of this.#probes) probe.dispose();
    for (const guide of this.#guides.values()) guide.dispose();
  }

  /** A link may hold later interventions than the one just made; of those at one step the last one counts. */
  #sortInterventions(): void {
    this.experiment.interventions.sort((a, b) => a.step - b.step);
  }

  /** What interventions up to and including a step have set. */
  #settingsAt(step: number): { learningRate: number | undefined; guidance: boolean } {
    let learningRate: number | undefined;
    let guidance = true;
    for (const { step: at, set } of this.experiment.interventions) {
      if (at > step) continue;
      learningRate = set.learningRate ?? learningRate;
      guidance = set.guidance ?? guidance;
    }
    return { learningRate, guidance };
  }

  get #arms(): readonly Arm[] {
    return this.#groups.flatMap(({ arms }) => arms);
  }

  /** A guide's layer as an arm looks at it. */
  #needed({ spec }: Arm, tap: string): NeededTap {
    return { tap, view: this.task.shape.tokens ? tokenView(this.experiment, spec) : null };
  }

  /** What the steps of arms use of a guide; null where that is nothing. */
  #useOf(id: string, aligned: Aligned): GuideUse | null {
    const grams = this.#arms.some((arm) => aligned(arm)?.guide === id);
    const logits = this.#arms.some(({ spec }) => spec.distil?.guide === id);
    return grams || logits ? { grams, logits } : null;
  }

  /** What is fed for the guides' part of a step; tensors are the caller's. */
  #guideFeeds(batch: StepBatch, aligned: Aligned): Record<string, Feed> {
    return Object.fromEntries([...this.#guides].flatMap(([id, guide]) => {
      const use = this.#useOf(id, aligned);
      return use ? Object.entries(guide.feeds(batch, use)).map(([name, feed]) => [`${id}: ${name}`, feed]) : [];
    }));
  }

  /** The guides' part of a step. */
  #shown(fed: Fed, aligned: Aligned, inputs: () => tf.Tensor, views: Views): ReadonlyMap<string, GuideBatch> {
    return new Map([...this.#guides].flatMap(([id, guide]) => {
      const use = this.#useOf(id, aligned);
      if (!use) return [];
      const own = Object.entries(fed).flatMap(([name, tensor]) => (name.startsWith(`${id}: `) ? [[name.slice(id.length + 2), tensor]] : []));
      return [[id, scoped(() => kept(guide.show(Object.fromEntries(own), { rows: fed.rows, inputs }, views, use)))]];
    }));
  }

  /** A step of all groups: `[3, members]` losses, metrics and activity. */
  #program(fed: Fed, aligned: Aligned, step: number): tf.Tensor {
    const { base, seeds } = this.experiment;
    let own: tf.Tensor | undefined;
    const inputs = () => {
      // Asked for in a scope that ends before the step does.
      own ??= tf.keep(tf.clone(this.#batches.inputs(fed)));
      return own;
    };
    const views = this.#views(inputs);
    const shown = this.#shown(fed, aligned, inputs, views);
    const packs = this.#groups.map(({ arms, group }, g) => {
      const members = group.seeds.length;
      const masks = new StepMasks(seeds, step, base.batchSize, { kernels: this.#kernels, origin: fed.origin, members });
      const pack = group.step({
        inputs: this.#batches.inputs(fed, members), labels: this.#batches.labels(fed, members), masks: masks.source,
        scalars: fed[`scalars${g}`] as tf.Tensor2D,
        align: arms.flatMap((arm) => (aligned(arm) ? this.#alignTerms(arm, shown, views) : [])),
        distil: arms.flatMap((arm) => this.#distilTerms(arm, shown, fed)),
      });
      masks.dispose();
      return pack;
    });
    own?.dispose();
    for (const view of views.values()) view.dispose();
    for (const { grams, logits } of shown.values()) {
      for (const { gram, shares } of grams.values()) tf.dispose(shares ? [gram, shares] : [gram]);
      logits?.dispose();
    }
    return packs.length === 1 ? packs[0] : tf.concat2d(packs, 1);
  }

  #alignTerms(arm: Arm, shown: ReadonlyMap<string, GuideBatch>, views: Views): AlignInput[] {
    const { align } = arm.spec;
    return arm.pairs.map(({ guideTap, targetTap }) => {
      const needed = this.#needed(arm, guideTap);
      const { gram, shares } = required(shown.get(align?.guide ?? '')?.grams.get(gramKey(needed)));
      return {
        members: arm.members, targetTap, guideGram: gram, shares,
        measure: align?.measure ?? this.experiment.base.measure,
        view: needed.view === null ? undefined : views.get(needed.view),
      };
    });
  }

  #distilTerms({ spec, members: own }: Arm, shown: ReadonlyMap<string, GuideBatch>, fed: Fed): DistilInput[] {
    const { distil } = spec;
    if (!distil) return [];
    const logits = required(shown.get(distil.guide)?.logits);
    return [{ ...distil, members: own, logits, ...(this.task.shape.tokens && { labels: this.#batches.labels(fed) }) }];
  }

  /** The views of a step's tokens that arms align in; none for images. */
  #views(inputs: () => tf.Tensor): Views {
    const { tokens, input } = this.task.shape;
    if (!tokens) return new Map();
    const kinds = new Set(this.#arms.filter(({ spec }) => spec.align).map(({ spec }) => tokenView(this.experiment, spec)));
    return new Map([...kinds].map((kind) => [kind, new BatchView(kind, input[0], tokens.padded ? (inputs() as tf.Tensor3D) : undefined)]));
  }

  #declareNeeds(): void {
    let cached = 0;
    const used = guidesInUse(this.experiment);
    for (const [id, guide] of this.#guides) {
      if (!used.includes(id)) continue;
      const taps = new Map(this.#arms.filter(({ spec }) => spec.align?.guide === id)
        .flatMap((arm) => arm.pairs.map((p) => this.#needed(arm, p.guideTap))).map((needed) => [gramKey(needed), needed]));
      const bytes = guideInstances(this.experiment, id) * guideCacheBytes(this.experiment, id);
      const table = guideInstances(this.experiment, id) * largestGuideTable(this.experiment, id);
      const fits = cached + bytes <= GUIDE_CACHE_BYTES && table <= (this.#kernels.largestTable ?? Number.POSITIVE_INFINITY);
      if (fits) cached += bytes;
      guide.require([...taps.values()], this.#arms.some(({ spec }) => spec.distil?.guide === id), fits);
    }
  }
}

/** Factor on each 1 − similarity of an arm's term; 0 without one. */
function weightPerPair(align: AlignTerm | undefined, pairs: number, base: BaseSettings): number {
  const mean = (align?.reduction ?? base.reduction) === 'mean';
  return (align?.weight ?? 0) / (mean ? Math.max(1, pairs) : 1);
}

/** What is left of a guide's part of a step when the scope that it was made in ends. */
function kept(batch: GuideBatch): GuideBatch {
  for (const { gram, shares } of batch.grams.values()) {
    tf.keep(gram);
    if (shares) tf.keep(shares);
  }
  if (batch.logits) tf.keep(batch.logits);
  return batch;
}

function required<T>(value: T | undefined, what = 'a guide was not prepared for this step'): T {
  if (value === undefined) throw new Error(what);
  return value;
}

/** Arrays of one kind, one behind the other. */
function concat<T extends Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(parts: readonly T[], make: (length: number) => T): T {
  const all = make(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
