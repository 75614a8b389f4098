/**
 * One prepared experiment: its task, guides and groups, stepped on one axis. Everything random is a function of
 * (seed, step), so the state is the tensors and the step number, nothing else.
 */
import * as tf from '@tensorflow/tfjs-core';
import { taskMetric, taskShape } from '../../experiment/describe.ts';
import type { Checkpoint, EvaluationRecord, GeneratedText, GenerateOptions, TrainingRecords } from '../../experiment/events.ts';
import { guideInstances } from '../../experiment/guides.ts';
import { alignedPairs, armGroups, GUIDE_CACHE_BYTES, guideCacheBytes, guidesInUse, members, tokenView } from '../../experiment/plan.ts';
import type { AlignTerm, ArmSpec, BaseSettings, Experiment, Intervention, TokenView } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { gramKey, type Guide, type GuideBatch, type NeededTap } from '../guidance/guide.ts';
import { BatchView } from '../guidance/tokenViews.ts';
import type { PlainTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';
import { exp } from '../random/math.ts';
import { evaluate, evaluateRecalibrated, type GroupScores, metricOf } from './evaluation.ts';
import { generate } from './generate.ts';
import { Group, SCALAR_ROWS } from './group.ts';
import { inputTensor, labelTensor, StepMasks } from './inputs.ts';
import { GuideProbe } from './probe.ts';
import { scheduleFactor } from './schedule.ts';
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

/** What a step is fed, besides what its terms need of the guides. */
interface Fed {
  inputs: tf.Tensor;
  labels: tf.Tensor2D;
  views: ReadonlyMap<TokenView, BatchView>;
  guides: ReadonlyMap<string, GuideBatch>;
}

export class Run {
  readonly experiment: Experiment;
  readonly task: Task;
  readonly #guides: ReadonlyMap<string, Guide>;
  readonly #probes: GuideProbe[];
  readonly #groups: ArmGroup[];

  /** Losses, metrics and activity of steps not read back yet: `[3, members]` each. */
  #unread: { step: number; pack: tf.Tensor2D }[] = [];
  #step = 0;

  constructor(experiment: Experiment, task: Task, guides: ReadonlyMap<string, Guide>, kernels: Kernels) {
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
    const { learningRate, guidance } = this.#settingsAt(this.#step);
    const factor = scheduleFactor(base.schedule, this.#step, base.steps);
    const drawn = seeds.map((seed) => this.task.batch(seed, this.#step, base.batchSize));
    const inputs = inputTensor(drawn, this.task.shape.input);
    const labels = labelTensor(drawn);
    const views = this.#views(inputs);
    const aligned = (arm: Arm): AlignTerm | undefined => {
      const { align } = arm.spec;
      return align && align.weight > 0 && guidance && this.#step < (align.until ?? Number.POSITIVE_INFINITY) ? align : undefined;
    };
    const guides = new Map<string, GuideBatch>();
    for (const [id, guide] of this.#guides) {
      const grams = this.#arms.some((arm) => aligned(arm)?.guide === id);
      const logits = this.#arms.some(({ spec }) => spec.distil?.guide === id);
      if (grams || logits) guides.set(id, await guide.batch(drawn, views, { step: this.#step, grams, logits }));
    }
    const masks = new StepMasks(seeds, this.#step, base.batchSize);
    const fed: Fed = { inputs, labels, views, guides };
    const packs = this.#groups.map(({ arms, group }) => {
      const rates = arms.flatMap(({ spec }) => seeds.map(() => (learningRate ?? spec.learningRate ?? base.learningRate) * factor));
      const weights = arms.flatMap((arm) => seeds.map(() => weightPerPair(aligned(arm), arm.pairs.length, base)));
      const scalars = tf.tensor2d(group.scalars(this.#step, rates, weights), [SCALAR_ROWS, rates.length]);
      const pack = group.step({
        inputs, labels, masks: masks.source, scalars,
        align: arms.flatMap((arm) => (aligned(arm) ? this.#alignTerms(arm, fed) : [])),
        distil: arms.flatMap((arm) => this.#distilTerms(arm, fed)),
      });
      scalars.dispose();
      return pack;
    });
    this.#unread.push({ step: this.#step, pack: tf.tidy(() => tf.keep(packs.length === 1 ? tf.clone(packs[0]) : tf.concat2d(packs, 1))) });
    tf.dispose(packs);
    masks.dispose();
    tf.dispose([inputs, labels]);
    for (const view of views.values()) view.dispose();
    for (const { grams, logits } of guides.values()) {
      for (const { gram, shares } of grams.values()) tf.dispose(shares ? [gram, shares] : [gram]);
      logits?.dispose();
    }
    this.#step += 1;
  }

  /** Read the losses of all steps since the last read, in one piece. Null when there is none. */
  async flush(): Promise<TrainingRecords | null> {
    const unread = this.#unread;
    if (unread.length === 0) return null;
    this.#unread = [];
    const count = members(this.experiment).length;
    const joined = tf.stack(unread.map(({ pack }) => pack));
    tf.dispose(unread.map(({ pack }) => pack));
    const values = await joined.data<'float32'>();
    joined.dispose();
    const loss = new Float32Array(unread.length * count);
    const metric = new Float32Array(unread.length * count);
    const perplexity = taskMetric(this.experiment.task).name === 'perplexity';
    for (let i = 0; i < unread.length; i++) {
      for (let m = 0; m < count; m++) {
        const from = i * 3 * count + m;
        // A frozen member has no loss, even where its forward pass still gives a number.
        const frozen = values[from + 2 * count] === 0;
        loss[i * count + m] = frozen ? Number.NaN : values[from];
        const score = perplexity ? exp(values[from]) : values[from + count];
        metric[i * count + m] = frozen ? Number.NaN : score;
      }
    }
    return { firstStep: unread[0].step + 1, count: unread.length, loss, metric };
  }

  /** Score every member and compare it with every guide. */
  async evaluate(): Promise<EvaluationRecord> {
    const scores: GroupScores[] = [];
    for (const { group } of this.#groups) {
      scores.push(await evaluate(group.model, this.task.val, this.task.shape.input, this.#probes));
    }
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
    const scores: number[] = [];
    for (const { group } of this.#groups) scores.push(...(await evaluateRecalibrated(group.model, this.task)));
    return scores;
  }

  /** All state by arm and name, for a checkpoint: which arms are trained together is nothing that it depends on. */
  async save(): Promise<PlainTensors> {
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
    for (const { arms, group } of this.#groups) {
      const joined = group.named().map(([name, { shape }]) => {
        const parts = arms.map(({ spec }) => checkpoint.tensors[`${spec.id}/${name}`]?.data ?? new Float32Array());
        return [name, { shape, data: concat(parts, (n) => new Float32Array(n)) }] as const;
      });
      group.load(Object.fromEntries(joined));
    }
    this.#step = checkpoint.step;
  }

  dispose(): void {
    tf.dispose(this.#unread.map(({ pack }) => pack));
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

  #alignTerms(arm: Arm, { views, guides }: Fed): AlignInput[] {
    const { align } = arm.spec;
    return arm.pairs.map(({ guideTap, targetTap }) => {
      const needed = this.#needed(arm, guideTap);
      const { gram, shares } = required(guides.get(align?.guide ?? '')?.grams.get(gramKey(needed)));
      return {
        members: arm.members, targetTap, guideGram: gram, shares,
        measure: align?.measure ?? this.experiment.base.measure,
        view: needed.view === null ? undefined : views.get(needed.view),
      };
    });
  }

  #distilTerms({ spec, members: own }: Arm, { labels, guides }: Fed): DistilInput[] {
    const { distil } = spec;
    if (!distil) return [];
    const logits = required(guides.get(distil.guide)?.logits);
    return [{ ...distil, members: own, logits, ...(this.task.shape.tokens && { labels }) }];
  }

  /** The views of a step's tokens that arms align in; none for images. */
  #views(inputs: tf.Tensor): Map<TokenView, BatchView> {
    const { tokens, input } = this.task.shape;
    if (!tokens) return new Map();
    const kinds = new Set(this.#arms.filter(({ spec }) => spec.align).map(({ spec }) => tokenView(this.experiment, spec)));
    return new Map([...kinds].map((kind) => [kind, new BatchView(kind, input[0], tokens.padded ? (inputs as tf.Tensor3D) : undefined)]));
  }

  #declareNeeds(): void {
    let cached = 0;
    const used = guidesInUse(this.experiment);
    for (const [id, guide] of this.#guides) {
      if (!used.includes(id)) continue;
      const taps = new Map(this.#arms.filter(({ spec }) => spec.align?.guide === id)
        .flatMap((arm) => arm.pairs.map((p) => this.#needed(arm, p.guideTap))).map((needed) => [gramKey(needed), needed]));
      const bytes = guideInstances(this.experiment, id) * guideCacheBytes(this.experiment, id);
      const fits = cached + bytes <= GUIDE_CACHE_BYTES;
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
