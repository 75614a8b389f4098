/** What an experiment comes to: its members, the pairs that are measured, and what it costs. */
import { describeNetwork, type NetworkDescription, type TaskShape, taskShape } from '../networks/describe.ts';
import type { ArmSpec, Experiment, MeasureSpec, TokenView } from '../schema/schema.ts';
import { alignmentsOf, alignSettings, guidesInUse, matchedPairs, observedPairs, regulariseSettings, sharedTokens, targetOf, termsOf } from './arms.ts';
import { rootOf, sharesOf, stagesOf } from './fork.ts';
import { describeGuide, guideInstances, readsNoise, standsAlone, withoutControl } from './guides.ts';
import {
  factsOf,
  isLearnt,
  isObservedOnly,
  isRecorded,
  type MatrixMeasure,
  MEASURE_NAMES,
  measureKey,
  OBSERVED_NAMES,
  observedFlops,
  type RecordedMeasure,
  saidOf,
} from '../schema/measures.ts';
import { mapParameters, mapsOf } from './learntMaps.ts';
import { learnsLabels, warmupEvaluations, warmupExperiment, warmupKey, warmupOf, warmupTasks } from './warmup.ts';

/** One arm with one seed. */
export interface Member {
  arm: string;
  seed: number;
}

/** Members in the fixed order of all records: arms outer, seeds inner. */
export function members(experiment: Experiment): Member[] {
  return experiment.arms.flatMap((arm) => experiment.seeds.map((seed) => ({ arm: arm.id, seed })));
}

/**
 * The measures that arms learn by and those that are only asked for, besides CKA, which is observed of all layers; in the order
 * of the table, then as they are stated.
 */
export function measuresInUse({ arms, base, observe = [] }: Experiment): RecordedMeasure[] {
  const learnt = arms.flatMap((arm) => termsOf(arm, 'align').map((term) => alignSettings(base, term).measure));
  const asked = observe.flatMap((observation) => (observation.what === 'similarity' ? observation.measure : []));
  const used = [...learnt, ...asked].filter(isRecorded);
  const each = [...new Map(used.map((measure) => [measureKey(measure), measure])).values()];
  return [...MEASURE_NAMES, ...OBSERVED_NAMES].flatMap((name) => each.filter((measure) => measure.name === name && name !== 'cka' && name !== 'cka-debiased'));
}

/** Activations and their gradients of arms that are trained together, at most. */
export const GROUP_BYTES = 512 * 2 ** 20;

/** Bytes of the activations of all seeds of one arm: in one step, with their gradients, or in a chunk of an evaluation, which has none. */
function armActivationBytes(experiment: Experiment, arm: ArmSpec): number {
  const { activations } = describeNetwork(targetOf(experiment, arm), taskShape(experiment.task));
  return BYTES * experiment.seeds.length * Math.max(2 * experiment.base.batchSize, EVALUATION_CHUNK) * activations;
}

/**
 * The layers that an arm is aligned at while a warm-up without labels decays its weights. What lies above them has no gradient, so
 * nothing decays it; beside an arm that is aligned higher up it would have one, of zeros.
 */
function decayedLayers(experiment: Experiment, arm: ArmSpec): string[] {
  const [root, warmup] = [rootOf(experiment, arm), warmupOf(experiment, arm)];
  const { weightDecay } = root.optimiser ?? experiment.base.optimiser;
  if (!warmup || learnsLabels(warmup) || weightDecay === 0) return [];
  return [...new Set(alignmentsOf(experiment, root).flatMap(({ pairs }) => pairs.map(({ targetTap }) => targetTap)))].sort();
}

/** Arms that follow each other and have the same network and warm-up, and at every step the same optimiser: only these can be one program. */
function alikeInARow(experiment: Experiment): ArmSpec[][] {
  const optimisers = (arm: ArmSpec) =>
    stagesOf(experiment, arm)
      .map(({ arm: { optimiser = experiment.base.optimiser }, from }) => ({ optimiser: JSON.stringify(optimiser), from }))
      .filter(({ optimiser }, i, all) => optimiser !== all[i - 1]?.optimiser);
  const program = (arm: ArmSpec) => JSON.stringify([targetOf(experiment, arm), optimisers(arm), warmupKey(experiment, arm), decayedLayers(experiment, arm)]);
  const rows: ArmSpec[][] = [];
  for (const arm of experiment.arms) {
    const last = rows.at(-1);
    if (last && program(last[0]) === program(arm)) last.push(arm);
    else rows.push([arm]);
  }
  return rows;
}

/**
 * Arms that are trained together, as one program: in order, those that are alike, as many as memory allows, evenly. Which
 * they are has no influence on what any of them learns.
 */
export const armGroups = (experiment: Experiment): ArmSpec[][] =>
  alikeInARow(experiment).flatMap((arms) => {
    const most = Math.max(1, Math.floor(GROUP_BYTES / armActivationBytes(experiment, arms[0])));
    const groups = Math.ceil(arms.length / most);
    return Array.from({ length: groups }, (_, i) => arms.slice(Math.floor((i * arms.length) / groups), Math.floor(((i + 1) * arms.length) / groups)));
  });

export interface Cost {
  /** Trainable parameters of one member. */
  parameters: number;
  members: number;
  /** Floating-point operations of one step of all members, guides included; a mean over the run, in which forks change. */
  flopsPerStep: number;
  /** Of the whole run: steps, evaluations and guide activations (training a guide not included). */
  flops: number;
  /** Floating-point operations of training the guides that are not at hand. */
  guideTrainingFlops: Record<string, number>;
  /** Estimated peak memory in bytes. */
  bytes: number;
}

const BYTES = 4;
/** Weights, two moments, gradient. */
const COPIES_PER_PARAMETER = 4;
/** Validation and probe batches go through in chunks of this many examples. */
export const EVALUATION_CHUNK = 256;

/** Largest share of memory that cached guide activations may take; beyond it the guide runs live every step. */
export const GUIDE_CACHE_BYTES = 768 * 2 ** 20;

/** Layers of a guide that arms align to. @param by what they may learn by; absent: anything */
const alignedTaps = (experiment: Experiment, guide: string, by: (measure: MeasureSpec) => boolean = () => true): Set<string> => {
  const alignments = experiment.arms.flatMap((arm) => alignmentsOf(experiment, arm));
  return new Set(alignments.filter((own) => own.guide === guide && by(own.measure)).flatMap(({ pairs }) => pairs.map(({ guideTap }) => guideTap)));
};

/** Layers of a guide whose moments arms match. */
const matchedTaps = (experiment: Experiment, guide: string): string[] =>
  experiment.arms
    .flatMap((arm) => termsOf(arm, 'match'))
    .filter((term) => term.guide === guide)
    .flatMap((term) => matchedPairs(experiment, term).map(({ guideTap }) => guideTap));

/** Values that are kept of a guide for each training example: of its aligned taps one by one, and its logits. */
function cachedFeatures(experiment: Experiment, guide: string): number[] {
  const shape = taskShape(experiment.task);
  const needed = new Set([...alignedTaps(experiment, guide), ...matchedTaps(experiment, guide)]);
  const taps = describeGuide(experiment, guide).taps.filter((tap) => needed.has(tap.name));
  return [...taps.map((tap) => tap.features), (shape.tokens?.outputs ?? 1) * shape.classes];
}

/**
 * Bytes of the cached activations of one guide instance: its aligned taps (and logits) for every training image.
 * Infinite where nothing can be kept: new examples, or noise, at every step, or no network that would be worth it.
 */
export function guideCacheBytes(experiment: Experiment, guide: string): number {
  if (standsAlone(experiment, guide) || readsNoise(experiment.guides[guide])) return Number.POSITIVE_INFINITY;
  // An image with random changes is never seen twice.
  if ('augment' in experiment.task && experiment.task.augment) return Number.POSITIVE_INFINITY;
  return BYTES * taskShape(experiment.task).trainExamples * cachedFeatures(experiment, guide).reduce((sum, features) => sum + features, 0);
}

/** Bytes of the largest of them: a layer of one guide instance for every training image. */
export const largestGuideTable = (experiment: Experiment, guide: string): number =>
  BYTES * taskShape(experiment.task).trainExamples * Math.max(...cachedFeatures(experiment, guide));

/** Tokens that count as examples of their own on the probe at most ('all-tokens'), to bound the Gram matrices. */
export const PROBE_TOKENS = 1024;

/** Multiply-adds ×2 of a tap's Gram matrices over a batch of n examples: the view of a sequence changes who is an example. */
function gramFlops(features: number, n: number, shape: TaskShape, view: TokenView): number {
  const length = shape.tokens ? shape.input[0] : 1;
  const once = 2 * n * n * features;
  if (!shape.tokens || view === 'position' || view === 'flattened') return once;
  return view === 'last-token' ? once / length : once * length;
}

/** What a measure makes of a tap's Gram matrices over a batch of n examples, value and gradient. */
function measureFlops(measure: MatrixMeasure, n: number, shape: TaskShape, view: TokenView): number {
  const { flops } = factsOf(measure);
  const length = shape.tokens ? shape.input[0] : 1;
  if (view === 'all-tokens') return flops(n * length);
  return view === 'position' ? length * flops(n) : flops(n);
}

/** Products with the Gram matrix that find its largest eigenvalues (`lab/similarity/spectrum.ts`), and what makes their vectors orthonormal. */
const spectrumFlops = (n: number, components: number): number => 17 * 2 * n * n * components + 8 * 4 * n * components * components;

/** What an evaluation of one arm and seed takes for the measures that are only looked at. */
function lookedAtFlops(experiment: Experiment, shape: TaskShape): number {
  const asked = measuresInUse(experiment).filter(isObservedOnly);
  if (asked.length === 0) return 0;
  const view = sharedTokens(experiment.base);
  const positions = shape.tokens && view === 'position' ? shape.input[0] : 1;
  const examples = shape.tokens && view === 'all-tokens' ? PROBE_TOKENS : Math.min(EVALUATION_CHUNK, shape.valExamples);
  const each = asked.reduce((sum, measure) => sum + observedFlops(measure, Math.min(examples, saidOf(measure).most ?? examples)), 0);
  return each * positions * observedPairs(experiment).length;
}

/** Bytes of the Gram matrices that are kept of one guide instance's taps on the probe. Images: small beside the rest. */
function probeBytes(taps: number, shape: TaskShape, view: TokenView): number {
  if (!shape.tokens) return 0;
  const n = Math.min(EVALUATION_CHUNK, shape.valExamples);
  const each = view === 'all-tokens' ? PROBE_TOKENS ** 2 : n * n * (view === 'position' ? shape.input[0] : 1);
  return BYTES * taps * each;
}

/** Operations of all warm-ups. */
function warmupFlops(experiment: Experiment): number {
  return experiment.arms.reduce((sum, arm) => {
    const warmup = warmupOf(experiment, arm);
    return warmup ? sum + warmup.steps * cost(warmupExperiment(experiment, [arm]), false).flopsPerStep : sum;
  }, 0);
}

/** Values of the examples that are kept of tasks: the experiment's, and others that warm-ups read. */
function storedValues(experiment: Experiment): number {
  return [experiment.task, ...warmupTasks(experiment)].reduce((sum, own) => {
    const { trainExamples, valExamples, input } = taskShape(own);
    return sum + ((Number.isFinite(trainExamples) ? trainExamples : 0) + valExamples) * input.reduce((a, b) => a * b, 1);
  }, 0);
}

/**
 * Estimate what an experiment takes, from its shapes alone.
 * @param cached false: nothing of a guide is kept from step to step
 */
export function cost(experiment: Experiment, cached = true): Cost {
  const { base, arms, seeds, task } = experiment;
  const shape = taskShape(task);
  const target = describeNetwork(experiment.target, shape);
  const memberCount = arms.length * seeds.length;
  const targets = arms.map((arm) => describeNetwork(targetOf(experiment, arm), shape));
  const gram = (features: number, n: number, tokens = sharedTokens(base)) => gramFlops(features, n, shape, tokens);

  // Forward, gradient for inputs, gradient for weights: three times the forward pass.
  let flopsPerStep = targets.reduce((sum, own) => sum + seeds.length * 3 * own.flops * base.batchSize, 0);
  for (const { arm, share, taps } of arms.flatMap((own, a) => sharesOf(experiment, own).map((stage) => ({ ...stage, taps: targets[a].taps })))) {
    const tapsByName = new Map(taps.map((tap) => [tap.name, tap]));
    for (const { measure, ...alignment } of alignmentsOf(experiment, arm)) {
      if (isLearnt(measure)) {
        // Forward, gradient for the layer, gradient for the map.
        for (const { inputs, outputs, rows } of mapsOf(experiment, arm, alignment))
          flopsPerStep += share * seeds.length * 3 * 2 * inputs * outputs * rows * base.batchSize;
        continue;
      }
      for (const { targetTap } of alignment.pairs) {
        flopsPerStep += share * seeds.length * 2 * gram(tapsByName.get(targetTap)?.features ?? 0, base.batchSize, alignment.tokens);
        flopsPerStep += share * seeds.length * measureFlops(measure, base.batchSize, shape, alignment.tokens);
      }
    }
    for (const term of termsOf(arm, 'regularise')) {
      const { taps, what, dimension } = regulariseSettings(experiment, term);
      const ofGram = what === 'intrinsic-dimension' ? spectrumFlops(base.batchSize, dimension) : 0;
      for (const tap of taps) flopsPerStep += share * seeds.length * (2 * gram(tapsByName.get(tap)?.features ?? 0, base.batchSize, 'flattened') + ofGram);
    }
  }
  let cacheBytes = 0;
  let probes = 0;
  let guideFlops = 0;
  const guideTrainingFlops: Record<string, number> = {};
  const recipes = new Set<string>();
  for (const [name, guide] of Object.entries(experiment.guides)) {
    const description = describeGuide(experiment, name);
    const instances = guideInstances(experiment, name);
    // Two guides of one recipe are trained once: a control shows the other one's network.
    const recipe = JSON.stringify(withoutControl(guide));
    if (guide.state === 'trained' && !recipes.has(recipe)) {
      recipes.add(recipe);
      guideTrainingFlops[name] = 3 * description.flops * guide.training.batchSize * guide.training.steps;
    }
    probes += instances * probeBytes(description.taps.length, shape, sharedTokens(base));
    guideFlops += instances * description.flops * Math.min(EVALUATION_CHUNK, shape.valExamples);
    if (!guidesInUse(experiment).includes(name)) continue;
    const bytes = instances * guideCacheBytes(experiment, name);
    const images = Math.min(shape.trainExamples, base.steps * base.batchSize);
    if (cached && cacheBytes + bytes <= GUIDE_CACHE_BYTES) {
      cacheBytes += bytes;
      guideFlops += instances * description.flops * images;
    } else {
      flopsPerStep += seeds.length * description.flops * base.batchSize;
    }
    const featuresByTap = new Map(description.taps.map((tap) => [tap.name, tap.features]));
    for (const tap of alignedTaps(experiment, name, (measure) => !isLearnt(measure)))
      flopsPerStep += seeds.length * gram(featuresByTap.get(tap) ?? 0, base.batchSize);
  }
  const evaluations = 1 + Math.ceil(base.steps / base.evaluateEvery) + warmupEvaluations(experiment).size;
  const compared = (own: NetworkDescription) => own.taps.reduce((sum, tap) => sum + gram(tap.features, Math.min(EVALUATION_CHUNK, shape.valExamples)), 0);
  const lookedAt = lookedAtFlops(experiment, shape);
  const evaluation = targets.reduce((sum, own) => sum + seeds.length * (shape.valExamples * own.flops + compared(own) + lookedAt), 0);
  // One group's forward and backward pass at a time; a guide runs one network at a time, forward only.
  const groupActivations = Math.max(...armGroups(experiment).map((group) => group.length * armActivationBytes(experiment, group[0])));
  const guideActivations = Math.max(
    0,
    ...Object.entries(experiment.guides).map(
      ([name, guide]) => describeGuide(experiment, name).activations * Math.max(EVALUATION_CHUNK, guide.state === 'trained' ? 2 * guide.training.batchSize : 0),
    ),
  );
  const trained = targets.reduce((sum, own, a) => sum + own.parameters + mapParameters(experiment, arms[a]), 0);
  return {
    parameters: target.parameters,
    members: memberCount,
    flopsPerStep,
    flops: flopsPerStep * base.steps + evaluation * evaluations + guideFlops + warmupFlops(experiment),
    guideTrainingFlops,
    bytes: BYTES * (COPIES_PER_PARAMETER * seeds.length * trained + guideActivations + storedValues(experiment)) + groupActivations + cacheBytes + probes,
  };
}

/** The experiment with another number of steps, and its forks, warm-ups and trained guides with theirs by the same factor. */
export function withSteps(experiment: Experiment, steps: number): Experiment {
  const scaled = structuredClone(experiment);
  const factor = steps / scaled.base.steps;
  scaled.base.steps = steps;
  for (const guide of Object.values(scaled.guides)) {
    if (guide.state === 'trained') guide.training.steps = Math.max(1, Math.round(guide.training.steps * factor));
  }
  for (const { warmup } of scaled.arms) if (warmup && warmup.steps > 0) warmup.steps = Math.max(1, Math.round(warmup.steps * factor));
  for (const { fork } of scaled.arms) if (fork) fork.step = Math.floor(fork.step * factor);
  return scaled;
}
