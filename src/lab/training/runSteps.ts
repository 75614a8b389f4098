/**
 * What a step of a run computes: the guides' part, which all arms share, then a step of each group. It reads nothing but
 * what it is fed and the groups' own state, so that it can be recorded.
 */
import * as tf from '@tensorflow/tfjs-core';
import { guideInstances } from '../../experiment/plan/guides.ts';
import { type Alignment, guidesInUse } from '../../experiment/plan/arms.ts';
import { GUIDE_CACHE_BYTES, guideCacheBytes, largestGuideTable } from '../../experiment/plan/plan.ts';
import { momentsBefore } from '../../experiment/plan/warmup.ts';
import { type LearntMap, mapsOf } from '../../experiment/plan/learntMaps.ts';
import { isLearnt } from '../../experiment/schema/measures.ts';
import type { WeightedPair } from '../../experiment/plan/mapping.ts';
import type { ArmSpec, Experiment, TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { gramKey, type Guide, type GuideBatch, type NeededTap } from '../guidance/guide.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import type { Task } from '../tasks/index.ts';
import { Batches, type BatchOptions } from '../steps/batches.ts';
import {
  type Arm,
  armAt,
  type ArmTerm,
  type ArmTermOf,
  type GroupedArm,
  type Guidance,
  isTaught,
  matchesMoments,
  ofKind,
  takesPart,
  type Taught,
  usesGuide,
  weightOf,
} from './armTerms.ts';
import { type Group, OPTIMISER_ROWS } from './group.ts';
import { guideFeeds, shownGuides, tensorsOf, type UsedGuide, type Views } from './shownGuides.ts';
import { maskOrigin, StepMasks } from '../steps/inputs.ts';
import { scheduleFactor } from './schedule.ts';
import type { Fed, Feed, StepCall } from '../backend/steps.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import type { MomentsInput } from './activationTerms.ts';
import type { DistilInput } from './logitTerms.ts';
import type { AlignInput } from './terms.ts';

/** Arms that are trained as one program: arms outer, seeds inner. */
export interface ArmGroup {
  arms: readonly GroupedArm[];
  group: Group;
}

/** The terms of an arm that take part in the step at hand. */
type Acting = (arm: Arm) => readonly ArmTerm[];

/** What a person may change while a run goes on. */
export interface StepSettings extends Guidance {
  /** Of all arms, from a step on, except a fork that states its own later; undefined: their own. */
  learningRate: { value: number; since: number } | undefined;
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
  /** All that arms do over the run. */
  readonly #stages: readonly Arm[];
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
    this.#stages = groups.flatMap(({ arms }) => arms.flatMap(({ stages }) => stages));
    this.#kernels = kernels;
    this.#labels = labels;
    this.#batches = new Batches({ task, seeds: experiment.seeds, batchSize: experiment.base.batchSize, ...batches }, kernels);
    this.#declareNeeds();
  }

  /** @param step 0-based */
  at(step: number, settings: StepSettings): MemberStep {
    const { seeds } = this.#experiment;
    const acting: Acting = ({ terms, from }) => terms.filter((term) => takesPart(term, step - from, settings));
    const batch = this.#batches.at(step);
    const used = this.#used(step, acting);
    const before = used.flatMap(([, guide, use]) => guide.fill(batch, use, this.#batches));
    const guided = guideFeeds(batch, used);
    const feeds: Record<string, Feed> = { ...batch.feeds, origin: maskOrigin(seeds, step), ...guided };
    this.#groups.forEach(({ arms: grouped, group }, g) => {
      const arms = grouped.map((arm) => armAt(arm, step));
      const rates = arms.flatMap((arm) => seeds.map(() => this.rate(arm, step, settings)));
      const before = momentsBefore(this.#experiment, grouped[0].spec);
      const optimiser = arms[0].spec.optimiser ?? this.#experiment.base.optimiser;
      feeds[`scalars${g}`] = group.scalars(before + step, rates, this.#weights(arms, step, settings), optimiser);
    });
    return {
      // The terms that take part, and what forks are: nothing else of the structure changes.
      kind: this.#armsAt(step)
        .map(({ terms, from }) => `${from || ''}${terms.map((term) => (takesPart(term, step - from, settings) ? term.kind[0] : '-')).join('')}|`)
        .join(''),
      feeds,
      before,
      own: Object.values(guided).filter((feed) => feed instanceof tf.Tensor),
      program: (fed) => this.#program(fed, used, acting, step),
    };
  }

  dispose(): void {
    this.#batches.dispose();
  }

  /** Learning rate of an arm in a step. @param step 0-based */
  rate({ spec, from }: Arm, step: number, { learningRate: set }: StepSettings): number {
    const { base } = this.#experiment;
    const { learningRate: own } = spec;
    const stated = spec.fork && own !== undefined && (set === undefined || from >= set.since) ? own : (set?.value ?? own ?? base.learningRate);
    return stated * scheduleFactor(base.schedule, step, base.steps);
  }

  /** Whether a step aligns each member. @param step 0-based */
  aligned(step: number, settings: StepSettings): boolean[] {
    return this.#armsAt(step).flatMap((arm) =>
      this.#experiment.seeds.map((seed) => ofKind(arm.terms, 'align').some((term) => weightOf(term, arm, seed, step, settings) > 0)),
    );
  }

  #armsAt(step: number): Arm[] {
    return this.#groups.flatMap(({ arms }) => arms.map((arm) => armAt(arm, step)));
  }

  /** Rows of weights, as the terms of arms have their places in them; 0 for a member without a term there. */
  #weights(arms: readonly Arm[], step: number, settings: StepSettings): number[][] {
    const rows = Math.max(0, ...arms.flatMap(({ terms }) => terms.map(({ row }) => row + 1)));
    return Array.from({ length: rows }, (_, row) =>
      arms.flatMap((arm) => {
        const term = arm.terms.find((own) => own.row === row);
        return this.#experiment.seeds.map((seed) => (term ? weightOf(term, arm, seed, step, settings) : 0));
      }),
    );
  }

  /** A guide's layer as an arm looks at it. @param map where the arm trains one to it */
  #needed({ tokens, measure }: Alignment, tap: string, map?: LearntMap): NeededTap {
    const view = this.#task.shape.tokens ? tokens : null;
    return isLearnt(measure) ? { tap, view, rows: { pooling: map?.pooling?.guide } } : { tap, view, form: MEASURES[measure.name].form };
  }

  /** The guide's layers that a term of an arm looks at, and the maps that it trains to them. */
  #looks(term: ArmTermOf<'align'>, spec: ArmSpec): { pair: WeightedPair; map?: LearntMap; needed: NeededTap }[] {
    const maps = isLearnt(term.measure) ? mapsOf(this.#experiment, spec, term) : [];
    return term.pairs.map((pair, i) => ({ pair, map: maps[i], needed: this.#needed(term, pair.guideTap, maps[i]) }));
  }

  /** The guides of which the arms use something in a step, and what. */
  #used(step: number, acting: Acting): UsedGuide[] {
    const terms = this.#armsAt(step).flatMap(acting);
    return [...this.#guides].flatMap(([id, guide]) => {
      const own = terms.filter((term) => usesGuide(term, id));
      const use = { grams: own.some(({ kind }) => kind === 'align'), logits: own.some(isTaught), moments: own.some(matchesMoments) };
      return own.length > 0 ? [[id, guide, use]] : [];
    });
  }

  /** A step of all groups: `[parts, members]`, see `unpackStep`. */
  #program(fed: Fed, used: readonly UsedGuide[], acting: Acting, step: number): tf.Tensor {
    const { base, seeds } = this.#experiment;
    let own: tf.Tensor | undefined;
    const inputs = () => {
      // Asked for in a scope that ends before the step does.
      own ??= tf.keep(tf.clone(this.#batches.inputs(fed)));
      return own;
    };
    const views = this.#views(inputs);
    const shown = shownGuides(fed, used, inputs, views);
    const packs = this.#groups.map(({ arms: grouped, group }, g) => {
      const arms = grouped.map((arm) => armAt(arm, step));
      const members = group.seeds.length;
      const masks = new StepMasks(seeds, step, base.batchSize, { kernels: this.#kernels, origin: fed.origin, members });
      const pack = group.step({
        inputs: this.#batches.inputs(fed, members),
        labels: this.#labels ? this.#batches.labels(fed, members) : null,
        masks: masks.source,
        scalars: fed[`scalars${g}`] as tf.Tensor2D,
        align: arms.flatMap((arm) => ofKind(acting(arm), 'align').flatMap((term) => this.#alignInputs(term, arm, shown, views))),
        distil: arms.flatMap((arm) =>
          acting(arm)
            .filter(isTaught)
            .map((term) => this.#distilInput(term, arm, shown, fed)),
        ),
        moments: arms.flatMap((arm) =>
          acting(arm)
            .filter(matchesMoments)
            .flatMap((term) => this.#momentsInputs(term, arm, shown, views)),
        ),
        regularise: arms.flatMap((arm) =>
          ofKind(acting(arm), 'regularise').map(({ row, taps, what, dimension }) => {
            return { members: arm.members, weightRow: OPTIMISER_ROWS + row, taps, what, dimension };
          }),
        ),
        optimiser: arms[0].spec.optimiser ?? base.optimiser,
        ceWeights: crossEntropyWeights(arms),
        smoothed: arms.flatMap(({ spec: { labelSmoothing = 0 }, members: own }) => (labelSmoothing > 0 ? [{ members: own, smoothing: labelSmoothing }] : [])),
      });
      masks.dispose();
      return pack;
    });
    own?.dispose();
    for (const view of views.values()) view.dispose();
    for (const batch of shown.values()) tf.dispose(tensorsOf(batch));
    return packs.length === 1 ? packs[0] : tf.concat2d(packs, 1);
  }

  #alignInputs(term: ArmTermOf<'align'>, { spec, members }: Arm, shown: ReadonlyMap<string, GuideBatch>, views: Views): AlignInput[] {
    const guide = shown.get(term.guide);
    return this.#looks(term, spec).map(({ pair: { targetTap, weight }, map, needed }) => {
      const view = needed.view === null ? undefined : views.get(needed.view);
      const pair = { members, weightRow: OPTIMISER_ROWS + term.row, pairWeight: weight, targetTap, view };
      if (isLearnt(term.measure)) {
        const { rows, shares } = required(guide?.rows.get(gramKey(needed)));
        return { ...pair, guideRows: rows, shares, map: required(map).key, pooling: map?.pooling?.target };
      }
      const { gram, shares } = required(guide?.grams.get(gramKey(needed)));
      return { ...pair, guideGram: gram, shares, measure: term.measure };
    });
  }

  /** Matching outputs is being distilled by the squared difference of logits, beside the whole cross-entropy. */
  #distilInput(term: Taught, { members }: Arm, shown: ReadonlyMap<string, GuideBatch>, fed: Fed): DistilInput {
    const shareRow = OPTIMISER_ROWS + term.row;
    const logits = required(shown.get(term.guide)?.logits);
    const own = { members, logits, ...(this.#task.shape.tokens && { labels: this.#batches.labels(fed) }) };
    if (term.kind === 'match') return { ...own, weight: 1, shareRow, temperature: 1, direction: 'logits' };
    const { temperature, kdWeight, direction, course } = term;
    return { ...own, weight: kdWeight, ...(course.kind !== 'whole' && { shareRow }), temperature, direction };
  }

  #momentsInputs({ guide, pairs, row }: ArmTermOf<'match'>, { members }: Arm, shown: ReadonlyMap<string, GuideBatch>, views: Views): MomentsInput[] {
    return pairs.map(({ guideTap, targetTap, weight }) => ({
      members,
      weightRow: OPTIMISER_ROWS + row,
      pairWeight: weight,
      targetTap,
      guide: required(shown.get(guide)?.moments.get(guideTap)),
      view: views.get('all-tokens'),
    }));
  }

  /** The views of a step's tokens that arms look at guides in; none for images. */
  #views(inputs: () => tf.Tensor): Views {
    const { tokens, input } = this.#task.shape;
    if (!tokens) return new Map();
    const kinds = new Set(
      this.#stages.flatMap(({ terms }) =>
        terms.flatMap((term): TokenView[] => (term.kind === 'align' ? [term.tokens] : matchesMoments(term) ? ['all-tokens'] : [])),
      ),
    );
    return new Map([...kinds].map((kind) => [kind, new BatchView(kind, input[0], tokens.padded ? (inputs() as tf.Tensor3D) : undefined)]));
  }

  #declareNeeds(): void {
    let cached = 0;
    const used = guidesInUse(this.#experiment);
    for (const [id, guide] of this.#guides) {
      if (!used.includes(id)) continue;
      const terms = this.#stages.flatMap((arm) => arm.terms.filter((term) => usesGuide(term, id)));
      const aligned = this.#stages.flatMap(({ spec, terms: own }) =>
        ofKind(own, 'align').flatMap((term) => (term.guide === id ? this.#looks(term, spec).map(({ needed }) => needed) : [])),
      );
      const taps = new Map(aligned.map((needed) => [gramKey(needed), needed]));
      const moments = new Set(terms.filter(matchesMoments).flatMap(({ pairs }) => pairs.map(({ guideTap }) => guideTap)));
      const bytes = guideInstances(this.#experiment, id) * guideCacheBytes(this.#experiment, id);
      const table = guideInstances(this.#experiment, id) * largestGuideTable(this.#experiment, id);
      const fits = cached + bytes <= GUIDE_CACHE_BYTES && table <= (this.#kernels.largestTable ?? Number.POSITIVE_INFINITY);
      if (fits) cached += bytes;
      guide.require([...taps.values()], terms.some(isTaught), fits, [...moments]);
    }
  }
}

/** Of each member, on its cross-entropy: what its distillation terms say together. Undefined where no arm has any. */
function crossEntropyWeights(arms: readonly Arm[]): number[] | undefined {
  if (arms.every(({ terms }) => ofKind(terms, 'distil').length === 0)) return undefined;
  return arms.flatMap(({ terms, members }) => {
    const distil = ofKind(terms, 'distil');
    return new Array<number>(members.count).fill(distil.length === 0 ? 1 : distil.reduce((sum, { ceWeight }) => sum + ceWeight, 0));
  });
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a guide was not prepared for this step');
  return value;
}
