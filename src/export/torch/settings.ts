/** The part of the script that is the experiment's own: what is trained, by what, on what. */
import { startOf, weightsShownBy } from '../../experiment/contract/startingPoint.ts';
import { type TaskShape, taskShape } from '../../experiment/networks/describe.ts';
import { sharedTokens, termsOf } from '../../experiment/plan/arms.ts';
import { guideNetwork, sharedBySeeds } from '../../experiment/plan/guides.ts';
import { mappedTaps } from '../../experiment/plan/pairs.ts';
import type { ArmSpec, Experiment, NetworkSpec, OptimiserSpec, ScheduleSpec, TokenView } from '../../experiment/schema/schema.ts';
import { CustomClasses } from './custom.ts';
import { trainsMaps } from './maps.ts';
import { networkCall } from './networks.ts';
import { DRY_RUN, initialised, madeDefinitions, madeNetwork, ofDryRun } from './made.ts';
import { assign, call, code, define, later, type Python, python, tuple } from './python.ts';
import { setDefinitions } from './sets.ts';
import { armTerms, followedMeasures, mappedNetworks, VIEWS } from './terms.ts';
import { warmupCall, warmupConstants, warmupDefinitions } from './warmups.ts';

function arm(experiment: Experiment, spec: ArmSpec, task: TaskShape, classes: CustomClasses): Python {
  const terms = armTerms(experiment, spec);
  const teachers = termsOf(spec, 'distil');
  const ceWeight = teachers.length > 0 ? teachers.reduce((sum, own) => sum + own.ceWeight, 0) : 1;
  // A fork begins as what it forks from.
  const start = startOf(spec);
  return call(
    'Arm',
    {
      terms: terms.length > 0 ? terms : undefined,
      task_weight: ceWeight === 1 ? undefined : ceWeight,
      label_smoothing: spec.labelSmoothing || undefined,
      learning_rate: spec.learningRate,
      start: start === 'target' ? undefined : start,
      target: spec.target && later(networkCall(spec.target, task, classes)),
      optimiser: spec.optimiser && ownOptimiser(experiment, spec.optimiser),
      warmup: spec.fork ? undefined : warmupCall(experiment, spec),
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
      return call('Shuffled', probe, id, ...shown);
    case 'noise':
    case 'white-noise': {
      const noise = task.tokens ? call('random_tokens', {}, task.tokens.vocabulary) : code(control === 'noise' ? 'smooth_noise' : 'white_noise');
      return call('Noise', { noise, ...probe }, id, ...shown);
    }
    default:
      return call('Guide', {}, ...shown);
  }
}

/** What makes an optimiser, and what it is told besides the parameters. */
function optimiser(spec: OptimiserSpec): { made: string; options: Record<string, Python | undefined> } {
  const rate = code('LEARNING_RATE');
  const decay = spec.weightDecay === 0 ? undefined : spec.weightDecay;
  if (spec.kind === 'sgd') return { made: 'torch.optim.SGD', options: { lr: rate, momentum: spec.momentum, weight_decay: decay } };
  const betas = { lr: rate, betas: tuple(spec.beta1, spec.beta2), eps: spec.epsilon };
  if (spec.kind === 'adam') return { made: 'torch.optim.Adam', options: { ...betas, weight_decay: decay } };
  // torch's AdamW decays by 0.01 unless it is told otherwise.
  return { made: 'torch.optim.AdamW', options: { ...betas, weight_decay: spec.weightDecay } };
}

/** The same as a function of the parameters. */
function ownOptimiser(experiment: Experiment, spec: OptimiserSpec): Python {
  const { made, options } = optimiser(spec);
  const make = call('partial', options, code(made));
  return trainsMaps(experiment) ? call('beside_maps', {}, make) : make;
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

/** Classes of terms that guidance is made of, as far as arms have them. */
const guidanceTerms = ({ arms }: Experiment): string[] =>
  Object.entries({ Align: 'align', MatchOutputs: 'outputs', MatchMoments: 'moments' }).flatMap(([name, wanted]) =>
    arms.some(({ terms }) => terms.some((term) => (term.kind === 'match' ? term.what : term.kind) === wanted)) ? [name] : [],
  );

/** Whether all arms begin with the weights of the target. */
export const startAlike = ({ arms }: Experiment): boolean => arms.every((spec) => spec.fork !== undefined || startOf(spec) === 'target');

/** Whether the weights of terms depend on more than their own course. */
export const movesWeights = ({ arms, interventions }: Experiment): boolean =>
  arms.some(({ fork }) => fork) || interventions.some(({ set }) => set.guidance !== undefined);

/** What a term of an arm is multiplied by in a step, where that is more than its course says. */
function termWeight(experiment: Experiment): Python {
  const own = `term.weight_at(${experiment.arms.some(({ fork }) => fork) ? 'step - arm.since' : 'step'})`;
  const switched = experiment.interventions.some(({ set }) => set.guidance !== undefined);
  const names = guidanceTerms(experiment);
  const guided = names.length === 1 ? names[0] : `(${names.join(', ')})`;
  return code(switched && names.length > 0 ? `${own} if guidance_on(step) or not isinstance(term, ${guided}) else 0.0` : own);
}

/**
 * @param made whether the script makes weights and data itself
 * @throws {Error} for what `refused.ts` refuses
 */
export function settings(experiment: Experiment, made = false): string {
  const { base, arms, guides, seeds } = experiment;
  const task = taskShape(experiment.task);
  const layers = Object.fromEntries(mappedNetworks(experiment).map((id) => [id, mappedTaps(experiment, id)]));
  const epoch = Number.isFinite(task.trainExamples) ? Math.max(1, Math.floor(task.trainExamples / base.batchSize)) : base.evaluateEvery;
  const sets = task.tokens ? VIEWS[sharedTokens(base)].sets : 'whole_examples';
  const sized = (full: Python, dry: Python): Python => (made ? ofDryRun(dry, full) : full);
  const constants = [
    ...(made ? [DRY_RUN] : []),
    assign('SEEDS', sized(seeds, seeds.slice(0, 1))),
    assign('STEPS', sized(base.steps, 2)),
    assign('BATCH', sized(base.batchSize, 8)),
    assign('EVALUATE_EVERY', base.evaluateEvery, 'steps between two evaluations on the validation set'),
    ...warmupConstants(experiment),
    assign('RECENT', epoch, 'the last steps, whose mean is the score in training'),
    assign('LEARNING_RATE', base.learningRate),
    assign('CLIP_NORM', base.clipNorm ?? code('float("inf")'), base.clipNorm === null ? 'no clipping' : 'largest norm of the gradient'),
    ...(experiment.interventions.length > 0 ? [assign('CHANGES', changes(experiment), 'made by hand, before the step of that number')] : []),
    ...(Object.keys(layers).length > 0
      ? ['# Layers that the mapping spreads over each other, in the order of the networks.', assign('LAYERS', { target: mappedTaps(experiment), ...layers })]
      : []),
  ];
  const classes = new CustomClasses();
  const shared = optimiser(base.optimiser);
  const everyones = call(shared.made, shared.options, code('parameters'));
  const maps = trainsMaps(experiment);
  const build = (network: NetworkSpec): Python => (made ? initialised(network, networkCall(network, task, classes)) : networkCall(network, task, classes));
  const target = build(experiment.target);
  const guideEntries = Object.fromEntries(Object.keys(guides).map((id) => [id, guide(experiment, id, task, classes, made)]));
  const armEntries = Object.fromEntries(arms.map((spec) => [spec.id, arm(experiment, spec, task, classes)]));
  return [
    constants.join('\n'),
    ...classes.texts,
    define('make_target', '', arms.some((spec) => spec.target) ? 'The network that learns, where an arm has no other.' : 'The network that learns.', target),
    define(
      'make_optimiser',
      'parameters',
      arms.some((spec) => spec.optimiser) ? 'The optimiser of arms that have no other.' : 'The optimiser of every arm.',
      maps ? call('BesideMaps', {}, everyones) : everyones,
    ),
    ...(made ? madeDefinitions(experiment, build) : []),
    define('make_guides', 'seed', 'The guides of a seed, frozen. A trained one is the same for all seeds.', guideEntries),
    define(
      'make_arms',
      '',
      `The training conditions. All ${startAlike(experiment) ? 'start from the same weights and ' : ''}see the same batches.`,
      maps ? call('with_maps', {}, armEntries) : armEntries,
    ),
    define('rate_at', 'arm, step', 'Learning rate of an arm in a step, counted from 0.', rate(experiment)),
    ...(movesWeights(experiment) ? [define('weight_at', 'arm, term, step', 'Weight of a term of an arm in a step.', termWeight(experiment))] : []),
    ...setDefinitions(experiment.task, made),
    define('probe_sets', 'inputs', 'The sets of examples in which layers are compared on the probe.', call(sets, {}, code('inputs'))),
    define('followed_measures', '', 'Measures by which pairs of layers are followed besides CKA, by name.', followedMeasures(experiment)),
    ...warmupDefinitions(experiment),
  ].join('\n\n\n');
}
