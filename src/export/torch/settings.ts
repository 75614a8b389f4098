/** The part of the script that is the experiment's own: what is trained, by what, on what. */
import { startOf, weightsShownBy } from '../../experiment/contract/startingPoint.ts';
import { type TaskShape, taskShape } from '../../experiment/networks/describe.ts';
import { type Alignment, alignmentOf, alignmentsOf, type DistilSettings, distilSettings, sharedTokens, termsOf } from '../../experiment/plan/arms.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { guideNetwork, sharedBySeeds, standsAlone } from '../../experiment/plan/guides.ts';
import { mappedTaps } from '../../experiment/plan/pairs.ts';
import { measuresInUse } from '../../experiment/plan/plan.ts';
import type { ArmSpec, Course, Experiment, NetworkSpec, OptimiserSpec, ScheduleSpec, Term, TokenView } from '../../experiment/schema/schema.ts';
import { isDrawn } from '../../experiment/schema/schema.ts';
import { isLearnt } from '../../experiment/schema/measures.ts';
import { CustomClasses } from './custom.ts';
import { alignByMap, trainsMaps } from './maps.ts';
import { networkCall } from './networks.ts';
import { DRY_RUN, initialised, madeDefinitions, madeNetwork, ofDryRun } from './made.ts';
import { assign, call, code, define, type Python, python, tuple } from './python.ts';
import { setDefinitions } from './sets.ts';

export const VIEWS: Record<TokenView, { view: string; sets: string }> = {
  position: { view: 'by_position', sets: 'examples_by_position' },
  flattened: { view: 'whole', sets: 'whole_examples' },
  'all-tokens': { view: 'every_token', sets: 'every_token_an_example' },
  'last-token': { view: 'only_last_token', sets: 'last_tokens' },
};

/** Of every measure that the script knows its function. */
export const MEASURE_FUNCTIONS: Partial<Record<string, string>> = {
  cka: 'cka',
  'cka-debiased': 'cka_debiased',
  'rbf-cka': 'rbf_cka',
  rsa: 'rsa',
  'rsa-correlation': 'rsa_correlation',
  'rsa-euclidean': 'rsa_euclidean',
  ridge: 'ridge_regression',
  procrustes: 'procrustes',
  cca: 'cca',
  sp: 'sp',
  rkd: 'rkd',
  'soft-knn': 'soft_knn',
};

/** A measure as a function, with its option where one is stated. */
function measureFunction({ name, ...options }: { name: string }): Python {
  const known = MEASURE_FUNCTIONS[name];
  if (!known) throw new Error(`the measure ${name} is refused`);
  const stated = Object.entries(options).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return stated.length > 0 ? call('partial', Object.fromEntries(stated), code(known)) : code(known);
}

export function course(of: Course): Python | undefined {
  switch (of.kind) {
    case 'whole':
      return undefined;
    case 'until':
      return call('until', {}, of.step);
    case 'between':
      return call('between', {}, of.from, of.to);
    case 'every':
      return call('every', {}, of.steps);
    case 'decay':
      return call(`${of.shape}_decay`, {}, of.steps);
    case 'stall':
      throw new Error('a course that ends when a number stalls is refused');
  }
}

const layersOf = (name: string): string => `LAYERS[${JSON.stringify(name)}]`;

/** The pairs of a mapping: by its rule where there is one. */
function pairs(experiment: Experiment, alignment: Alignment): Python {
  const { guide, mapping } = alignment;
  if (isDrawn(mapping) || standsAlone(experiment, guide)) return alignment.pairs.map(({ guideTap, targetTap }) => tuple(guideTap, targetTap));
  const layers = `${layersOf(guide)}, ${layersOf('target')}`;
  const all = `even(${layers})`;
  switch (mapping.rule) {
    case 'even':
      return code((mapping.perTarget ?? 1) > 1 ? `even(${layers}, per_target=${mapping.perTarget})` : all);
    case 'first':
      return code(`${all}[:${mapping.count}]`);
    case 'last':
      return code(`${all}[-${mapping.count}:]`);
    case 'reversed':
      return code(`backwards(${all})`);
    case 'random':
      return code(`drawn(${all}, ${layersOf(guide)}, seed=${mapping.seed})`);
    case 'none':
      return [];
  }
}

function align(experiment: Experiment, arm: ArmSpec, alignment: Alignment, task: TaskShape): Python {
  const { weight, reduction, measure } = alignment;
  const shares = alignment.pairs.map((pair) => pair.weight);
  const options = {
    pairs: pairs(experiment, alignment),
    weight: reduction === 'mean' ? code(`${weight} / ${Math.max(1, alignment.pairs.length)}`) : weight,
    measure: isLearnt(measure) ? undefined : measureFunction(measure),
    view: code(task.tokens ? VIEWS[alignment.tokens].view : 'whole'),
    course: course(alignment.course),
    shares: shares.some((share) => share !== 1) ? shares : undefined,
  };
  return isLearnt(measure) ? alignByMap(experiment, arm, alignment, options) : call('Align', options, alignment.guide);
}

function distil({ guide: teacher, direction, temperature, kdWeight, course: of }: DistilSettings): Python {
  if (direction === 'logits') return call('DistilLogits', { weight: kdWeight, course: course(of) }, teacher);
  return call('Distil', { temperature, weight: kdWeight, reverse: direction === 'reverse' ? true : undefined, course: course(of) }, teacher);
}

function term(experiment: Experiment, arm: ArmSpec, spec: Term, task: TaskShape): Python[] {
  switch (spec.kind) {
    case 'align':
      return spec.weight > 0 ? [align(experiment, arm, alignmentOf(experiment, spec), task)] : [];
    case 'distil':
      return [distil(distilSettings(spec))];
    default:
      throw new Error(`a term of ${spec.kind} is refused`);
  }
}

function arm(experiment: Experiment, spec: ArmSpec, task: TaskShape): Python {
  const terms = spec.terms.flatMap((own) => term(experiment, spec, own, task));
  const teachers = termsOf(spec, 'distil');
  const ceWeight = teachers.length > 0 ? teachers.reduce((sum, own) => sum + own.ceWeight, 0) : 1;
  const start = startOf(rootOf(experiment, spec));
  return call(
    'Arm',
    {
      terms: terms.length > 0 ? terms : undefined,
      task_weight: ceWeight === 1 ? undefined : ceWeight,
      label_smoothing: spec.labelSmoothing || undefined,
      learning_rate: spec.learningRate,
      start: start === 'target' ? undefined : start,
      fork: spec.fork && tuple(spec.fork.of, spec.fork.step),
    },
    spec.name,
  );
}

/** Name of the file with the weights of a guide, as an expression where seeds have weights of their own. */
const weightsName = (experiment: Experiment, id: string): Python => {
  const own = weightsShownBy(experiment, id);
  return sharedBySeeds(experiment.guides[own]) ? `guide-${own}` : code(`f"guide-${own}-{seed}"`);
};

/** A control that has no network. */
function controlGuide(kind: string, task: TaskShape, view: TokenView): Python {
  if (kind === 'running-mean') return task.tokens ? call('RunningMean', {}, task.tokens.vocabulary) : call('Pixels');
  if (!task.tokens) return call('Identity');
  return call(view === 'all-tokens' ? 'IdentityOfTokens' : 'IdentityOfSequences');
}

function guide(experiment: Experiment, id: string, task: TaskShape, classes: CustomClasses, made: boolean): Python {
  const spec = experiment.guides[id];
  const network = guideNetwork(experiment, id);
  const view = sharedTokens(experiment.base);
  if (spec.state === 'imported') throw new Error('guides out of files are refused');
  if (!network) return controlGuide((spec as { kind: string }).kind, task, view);
  const control = spec.state === 'control' ? undefined : spec.control;
  const own = spec.state === 'trained' && spec.training.task ? taskShape(spec.training.task) : task;
  const shown = [made ? madeNetwork(weightsShownBy(experiment, id)) : networkCall(network, own, classes), weightsName(experiment, id)];
  const probe = { probe_seed: spec.state === 'trained' ? spec.training.seed : undefined };
  switch (control) {
    case 'shuffled':
      return call(task.tokens && view === 'all-tokens' ? 'ShuffledTokens' : 'Shuffled', probe, id, ...shown);
    case 'noise':
    case 'white-noise': {
      const noise = task.tokens ? call('random_tokens', {}, task.tokens.vocabulary) : code(control === 'noise' ? 'smooth_noise' : 'white_noise');
      return call('Noise', { noise, ...probe }, id, ...shown);
    }
    default:
      return call('Guide', {}, ...shown);
  }
}

function optimiser(spec: OptimiserSpec): Python {
  const parameters = code('parameters');
  const decay = spec.weightDecay === 0 ? undefined : spec.weightDecay;
  if (spec.kind === 'sgd') return call('torch.optim.SGD', { lr: code('LEARNING_RATE'), momentum: spec.momentum, weight_decay: decay }, parameters);
  const kind = spec.kind === 'adam' ? 'torch.optim.Adam' : 'torch.optim.AdamW';
  // torch's AdamW decays by 0.01 unless it is told otherwise.
  const own = spec.kind === 'adamw' ? spec.weightDecay : decay;
  return call(kind, { lr: code('LEARNING_RATE'), betas: tuple(spec.beta1, spec.beta2), eps: spec.epsilon, weight_decay: own }, parameters);
}

function schedule(spec: Exclude<ScheduleSpec, { kind: 'constant' }>): Python {
  const given = [code('step'), code('STEPS')];
  switch (spec.kind) {
    case 'tail':
      return call('tail', { warmup: spec.warmup, decay: spec.decay }, ...given);
    case 'cosine':
      return call('cosine_to_zero', { warmup: spec.warmup }, ...given);
  }
}

/** What a person changed while it ran, in words of the script. */
const changes = ({ interventions }: Experiment): Python =>
  interventions.map(({ step, set: { learningRate, guidance } }) =>
    tuple(step, { ...(learningRate !== undefined && { learning_rate: learningRate }), ...(guidance !== undefined && { guidance }) }),
  );

/** The learning rate of an arm in a step, by the schedule. */
function rate({ base, interventions, arms }: Experiment): Python {
  const own = 'arm.learning_rate or LEARNING_RATE';
  // A fork that states its own rate later than it was set by hand has that.
  const forks = arms.some(({ fork, learningRate }) => fork && learningRate !== undefined);
  const after = forks ? ', after=arm.since if arm.fork and arm.learning_rate else -1' : '';
  const changed = interventions.some(({ set }) => set.learningRate !== undefined) ? `changed("learning_rate", step, ${own}${after})` : null;
  if (base.schedule.kind === 'constant') return code(changed ?? own);
  return code(`${changed ?? `(${own})`} * ${python(schedule(base.schedule))}`);
}

/** What a term of an arm is multiplied by in a step. */
function termWeight({ interventions }: Experiment): Python {
  const own = 'term.weight_at(step - arm.since)';
  const switched = interventions.some(({ set }) => set.guidance !== undefined);
  return code(switched ? `${own} if guidance_on(step) or not isinstance(term, Align) else 0.0` : own);
}

/**
 * @param made whether the script makes weights and data itself
 * @throws {Error} for what `refused.ts` refuses
 */
export function settings(experiment: Experiment, made = false): string {
  const { base, arms, guides, seeds } = experiment;
  const task = taskShape(experiment.task);
  const aligned = arms
    .flatMap((spec) => alignmentsOf(experiment, spec))
    .filter(({ guide: id, mapping, weight }) => weight > 0 && !isDrawn(mapping) && mapping.rule !== 'none' && !standsAlone(experiment, id))
    .map(({ guide: id }) => id);
  const layers = Object.fromEntries([...new Set(aligned)].map((id) => [id, mappedTaps(experiment, id)]));
  const epoch = Number.isFinite(task.trainExamples) ? Math.max(1, Math.floor(task.trainExamples / base.batchSize)) : base.evaluateEvery;
  const sets = task.tokens ? VIEWS[sharedTokens(base)].sets : 'whole_examples';
  const sized = (full: Python, dry: Python): Python => (made ? ofDryRun(dry, full) : full);
  const constants = [
    ...(made ? [DRY_RUN] : []),
    assign('SEEDS', sized(seeds, seeds.slice(0, 1))),
    assign('STEPS', sized(base.steps, 2)),
    assign('BATCH', sized(base.batchSize, 8)),
    assign('EVALUATE_EVERY', base.evaluateEvery, 'steps between two evaluations on the validation set'),
    assign('RECENT', epoch, 'the last steps, whose mean is the score in training'),
    assign('LEARNING_RATE', base.learningRate),
    assign('CLIP_NORM', base.clipNorm ?? code('float("inf")'), base.clipNorm === null ? 'no clipping' : 'largest norm of the gradient'),
    ...(experiment.interventions.length > 0 ? [assign('CHANGES', changes(experiment), 'made by hand, before the step of that number')] : []),
    ...(aligned.length > 0
      ? ['# Layers that the mapping spreads over each other, in the order of the networks.', assign('LAYERS', { target: mappedTaps(experiment), ...layers })]
      : []),
  ];
  const classes = new CustomClasses();
  const maps = trainsMaps(experiment);
  const build = (network: NetworkSpec): Python => (made ? initialised(network, networkCall(network, task, classes)) : networkCall(network, task, classes));
  const target = build(experiment.target);
  const guideEntries = Object.fromEntries(Object.keys(guides).map((id) => [id, guide(experiment, id, task, classes, made)]));
  const armEntries = Object.fromEntries(arms.map((spec) => [spec.id, arm(experiment, spec, task)]));
  return [
    constants.join('\n'),
    ...classes.texts,
    define('make_target', '', 'The network that learns.', target),
    ...(made ? madeDefinitions(experiment, build) : []),
    define('make_guides', 'seed', 'The guides of a seed, frozen. A trained one is the same for all seeds.', guideEntries),
    define(
      'make_arms',
      '',
      'The training conditions. All start from the same weights and see the same batches.',
      maps ? call('with_maps', {}, armEntries) : armEntries,
    ),
    define('rate_at', 'arm, step', 'Learning rate of an arm in a step, counted from 0.', rate(experiment)),
    define('weight_at', 'arm, term, step', 'Weight of a term of an arm in a step.', termWeight(experiment)),
    define('arm_at', 'arms, name, step', 'What an arm does in a step.', code(arms.some(({ fork }) => fork) ? 'through_forks(arms, name, step)' : 'arms[name]')),
    define('make_optimiser', 'parameters', 'Of every arm.', maps ? call('BesideMaps', {}, optimiser(base.optimiser)) : optimiser(base.optimiser)),
    ...setDefinitions(experiment.task, made),
    define('probe_sets', 'inputs', 'The sets of examples in which layers are compared on the probe.', call(sets, {}, code('inputs'))),
    define(
      'followed_measures',
      '',
      'Measures by which pairs of layers are followed besides CKA.',
      measuresInUse(experiment).map((measure) => measureFunction(measure)),
    ),
  ].join('\n\n\n');
}
