/**
 * What a step of a run computes: the guides' part, which all arms share, then a step of each group. It reads nothing but
 * what it is fed and the groups' own state, so that it can be recorded.
 */
import * as tf from '@tensorflow/tfjs-core';
import { span, weightAt } from '../../experiment/course/course.ts';
import { guideInstances } from '../../experiment/plan/guides.ts';
import { type Alignment, type DistilSettings, guidesInUse } from '../../experiment/plan/arms.ts';
import { GUIDE_CACHE_BYTES, guideCacheBytes, largestGuideTable } from '../../experiment/plan/plan.ts';
import { warmupOf } from '../../experiment/plan/warmup.ts';
import { builtMeasure } from '../../experiment/schema/measures.ts';
import type { ArmSpec, Experiment, TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import { gramKey, type Guide, type GuideBatch, type GuideUse, type NeededTap } from '../guidance/guide.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import type { Task } from '../tasks/index.ts';
import { type BatchOptions, Batches, type StepBatch } from '../steps/batches.ts';
import { type Group, SCALAR_ROWS } from './group.ts';
import { maskOrigin, StepMasks } from '../steps/inputs.ts';
import { scheduleFactor } from './schedule.ts';
import type { Fed, Feed, StepCall } from '../backend/steps.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import type { MemberRange } from '../steps/members.ts';
import type { AlignInput, DistilInput } from './terms.ts';

/** An arm with the members that it has in its group. */
export interface Arm {
  spec: ArmSpec;
  alignment: Alignment | undefined;
  distillation: DistilSettings | undefined;
  members: MemberRange;
}

/** Arms that are trained as one program: arms outer, seeds inner. */
export interface ArmGroup {
  arms: readonly Arm[];
  group: Group;
}

type Views = ReadonlyMap<TokenView, BatchView>;
/** The alignment term of an arm at the step at hand, if it is in effect. */
type Aligned = (arm: Arm) => Alignment | undefined;

/** What a person may change while a run goes on. */
export interface StepSettings {
  /** Of all arms; undefined: their own. */
  learningRate: number | undefined;
  guidance: boolean;
}

/** One step of all members; its program returns `[parts, members]`, see `unpackStep`. */
export interface MemberStep extends StepCall {
  /** Steps without results that are to be taken first. */
  before: StepCall[];
  /** Of the feeds those that were made for this step: to be disposed once it has been asked for. */
  own: tf.Tensor[];
}

/** What steps may do otherwise. */
export interface StepOptions extends Pick<BatchOptions, 'resident' | 'stream'> {
  /** False: without task loss. */
  labels?: boolean;
}

/** The steps of a run, one after the other. */
export class RunSteps {
  readonly #experiment: Experiment;
  readonly #task: Task;
  readonly #guides: ReadonlyMap<string, Guide>;
  readonly #groups: readonly ArmGroup[];
  readonly #arms: readonly Arm[];
  readonly #kernels: Kernels;
  readonly #batches: Batches;
  readonly #labels: boolean;

  constructor(
    experiment: Experiment,
    task: Task,
    guides: ReadonlyMap<string, Guide>,
    groups: readonly ArmGroup[],
    kernels: Kernels,
    { labels = true, ...batches }: StepOptions = {},
  ) {
    this.#experiment = experiment;
    this.#task = task;
    this.#guides = guides;
    this.#groups = groups;
    this.#arms = groups.flatMap(({ arms }) => arms);
    this.#kernels = kernels;
    this.#labels = labels;
    this.#batches = new Batches({ task, seeds: experiment.seeds, batchSize: experiment.base.batchSize, ...batches }, kernels);
    this.#declareNeeds();
  }

  /** @param step 0-based */
  at(step: number, settings: StepSettings): MemberStep {
    const { seeds } = this.#experiment;
    const aligned = alignedAt(step, settings.guidance);
    const batch = this.#batches.at(step);
    const before = this.#used(aligned).flatMap(([, guide, use]) => guide.fill(batch, use, this.#batches));
    const guided = this.#guideFeeds(batch, aligned);
    const feeds: Record<string, Feed> = { ...batch.feeds, origin: maskOrigin(seeds, step), ...guided };
    this.#groups.forEach(({ arms, group }, g) => {
      const rates = arms.flatMap((arm) => seeds.map(() => this.rate(arm, step, settings)));
      const weights = arms.flatMap((arm) => seeds.map(() => weightPerPair(aligned(arm), step)));
      feeds[`scalars${g}`] = { values: group.scalars(step + momentsOf(arms), rates, weights), shape: [SCALAR_ROWS, rates.length] };
    });
    return {
      // The arms that are aligned: nothing else of the structure changes.
      kind: this.#arms.map((arm) => (aligned(arm) ? 'a' : '-')).join(''),
      feeds,
      before,
      own: Object.values(guided).filter((feed) => feed instanceof tf.Tensor),
      program: (fed) => this.#program(fed, aligned, step),
    };
  }

  dispose(): void {
    this.#batches.dispose();
  }

  /** Learning rate of an arm in a step. @param step 0-based */
  rate({ spec }: Arm, step: number, { learningRate }: StepSettings): number {
    const { base } = this.#experiment;
    return (learningRate ?? spec.learningRate ?? base.learningRate) * scheduleFactor(base.schedule, step, base.steps);
  }

  /** Factor on each 1 − similarity in a step, by member; 0 without guidance. @param step 0-based */
  alignWeights(step: number, { guidance }: StepSettings): number[] {
    const aligned = alignedAt(step, guidance);
    return this.#arms.flatMap((arm) => this.#experiment.seeds.map(() => weightPerPair(aligned(arm), step)));
  }

  /** A guide's layer as an arm looks at it. */
  #needed({ tokens, measure }: Alignment, tap: string): NeededTap {
    return { tap, view: this.#task.shape.tokens ? tokens : null, form: MEASURES[builtMeasure(measure)].form };
  }

  /** The guides of which the steps of arms use something, and what. */
  #used(aligned: Aligned): [string, Guide, GuideUse][] {
    return [...this.#guides].flatMap(([id, guide]) => {
      const grams = this.#arms.some((arm) => aligned(arm)?.guide === id);
      const logits = this.#arms.some(({ distillation }) => distillation?.guide === id);
      return grams || logits ? [[id, guide, { grams, logits }]] : [];
    });
  }

  /** What is fed for the guides' part of a step; tensors are the caller's. */
  #guideFeeds(batch: StepBatch, aligned: Aligned): Record<string, Feed> {
    return Object.fromEntries(
      this.#used(aligned).flatMap(([id, guide, use]) => Object.entries(guide.feeds(batch, use)).map(([name, feed]) => [`${id}: ${name}`, feed])),
    );
  }

  /** The guides' part of a step. */
  #shown(fed: Fed, aligned: Aligned, inputs: () => tf.Tensor, views: Views): ReadonlyMap<string, GuideBatch> {
    return new Map(
      this.#used(aligned).map(([id, guide, use]) => {
        const own = Object.entries(fed).flatMap(([name, tensor]) => (name.startsWith(`${id}: `) ? [[name.slice(id.length + 2), tensor]] : []));
        return [id, scoped(() => kept(guide.show(Object.fromEntries(own), { rows: fed.rows, inputs }, views, use)))];
      }),
    );
  }

  /** A step of all groups: `[parts, members]`, see `unpackStep`. */
  #program(fed: Fed, aligned: Aligned, step: number): tf.Tensor {
    const { base, seeds } = this.#experiment;
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
        inputs: this.#batches.inputs(fed, members),
        labels: this.#labels ? this.#batches.labels(fed, members) : null,
        masks: masks.source,
        scalars: fed[`scalars${g}`] as tf.Tensor2D,
        align: arms.flatMap((arm) => this.#alignTerms(aligned(arm), arm.members, shown, views)),
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

  #alignTerms(alignment: Alignment | undefined, members: MemberRange, shown: ReadonlyMap<string, GuideBatch>, views: Views): AlignInput[] {
    if (!alignment) return [];
    return alignment.pairs.map(({ guideTap, targetTap }) => {
      const needed = this.#needed(alignment, guideTap);
      const { gram, shares } = required(shown.get(alignment.guide)?.grams.get(gramKey(needed)));
      return {
        members,
        targetTap,
        guideGram: gram,
        shares,
        // Experiments with others are refused (`plan/notBuilt.ts`).
        measure: builtMeasure(alignment.measure),
        view: needed.view === null ? undefined : views.get(needed.view),
      };
    });
  }

  #distilTerms({ distillation, members: own }: Arm, shown: ReadonlyMap<string, GuideBatch>, fed: Fed): DistilInput[] {
    if (!distillation) return [];
    const { guide, temperature, ceWeight, kdWeight, direction } = distillation;
    const logits = required(shown.get(guide)?.logits);
    // Experiments with another direction are refused (`plan/notBuilt.ts`).
    const terms = { temperature, ceWeight, kdWeight, direction: direction as DistilInput['direction'] };
    return [{ ...terms, members: own, logits, ...(this.#task.shape.tokens && { labels: this.#batches.labels(fed) }) }];
  }

  /** The views of a step's tokens that arms align in; none for images. */
  #views(inputs: () => tf.Tensor): Views {
    const { tokens, input } = this.#task.shape;
    if (!tokens) return new Map();
    const kinds = new Set(this.#arms.flatMap(({ alignment }) => alignment?.tokens ?? []));
    return new Map([...kinds].map((kind) => [kind, new BatchView(kind, input[0], tokens.padded ? (inputs() as tf.Tensor3D) : undefined)]));
  }

  #declareNeeds(): void {
    let cached = 0;
    const used = guidesInUse(this.#experiment);
    for (const [id, guide] of this.#guides) {
      if (!used.includes(id)) continue;
      const taps = new Map(
        this.#arms
          .flatMap(({ alignment }) => (alignment?.guide === id ? alignment.pairs.map((pair) => this.#needed(alignment, pair.guideTap)) : []))
          .map((needed) => [gramKey(needed), needed]),
      );
      const bytes = guideInstances(this.#experiment, id) * guideCacheBytes(this.#experiment, id);
      const table = guideInstances(this.#experiment, id) * largestGuideTable(this.#experiment, id);
      const fits = cached + bytes <= GUIDE_CACHE_BYTES && table <= (this.#kernels.largestTable ?? Number.POSITIVE_INFINITY);
      if (fits) cached += bytes;
      guide.require(
        [...taps.values()],
        this.#arms.some(({ distillation }) => distillation?.guide === id),
        fits,
      );
    }
  }
}

/** The arms whose alignment is in effect at a step. */
const alignedAt =
  (step: number, guidance: boolean): Aligned =>
  ({ alignment }) =>
    alignment && alignment.weight > 0 && guidance && takesPart(alignment, step) ? alignment : undefined;

/** Whether the course of a term has begun and has not ended: a program of another kind would be needed without it. */
function takesPart({ course }: Alignment, step: number): boolean {
  const { from, to } = span(course);
  return from <= step && step < to;
}

/** Factor on each 1 − similarity of an arm at a step; 0 without a term. */
const weightPerPair = (alignment: Alignment | undefined, step: number): number => (alignment ? alignment.weightPerPair * weightAt(alignment.course, step) : 0);

/** Steps that the moments of a group's optimiser have behind them when its training proper begins. */
function momentsOf([{ spec }]: readonly Arm[]): number {
  const warmup = warmupOf(spec);
  return warmup?.keepOptimiser ? warmup.steps : 0;
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

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a guide was not prepared for this step');
  return value;
}
