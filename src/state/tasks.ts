/** Changing what is learnt. Images and sequences are read by different networks: between them these change too. */
import type { z } from 'zod';
import { termOf, withoutUnusedBiases } from '../experiment/plan/arms.ts';
import { withoutControl } from '../experiment/plan/guides.ts';
import { familyFits, taskShape } from '../experiment/networks/describe.ts';
import { defaultTask, modelFor, type TaskKind } from '../experiment/presets/models.ts';
import {
  type AlignTerm,
  type ArmSpec,
  type DistilTerm,
  type Experiment,
  type GuideSpec,
  INITS,
  isImageTask,
  isLanguageTask,
  type NetworkSpec,
  type TaskSpec,
  taskSchema,
  type Term,
} from '../experiment/schema/schema.ts';

export { defaultTask, modelFor, type TaskKind } from '../experiment/presets/models.ts';

/** Families that can read a task. */
export const familiesFor = (task: TaskSpec): NetworkSpec['family'][] =>
  (Object.keys(INITS) as NetworkSpec['family'][]).filter((family) => familyFits(family, taskShape(task)));

/** Whether a change of task takes other networks with it. */
export const changesInputs = (from: TaskSpec, to: TaskKind): boolean => isImageTask(from) !== isImageTask(defaultTask(to));

/** What an image task has that another kind knows, too, and allows: not the tenth class, no clutter without figures. */
function sharedFields(before: TaskSpec, kind: TaskKind): Partial<TaskSpec> {
  const shape: Record<string, z.ZodType> = taskSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {};
  return Object.fromEntries(Object.entries(before).filter(([field, value]) => field !== 'kind' && shape[field]?.safeParse(value).success));
}

/** How much data a task has. An amount that a person chose was chosen for its task, as 167 examples of one are for it. */
const AMOUNTS = ['train', 'val'];

/** The task of another kind, with as much of the one before as both have, and its own amount of data. */
function taskOf(before: TaskSpec, kind: TaskKind): TaskSpec {
  const fresh = defaultTask(kind);
  if (isImageTask(before) && isImageTask(fresh)) {
    const shared = Object.entries(sharedFields(before, kind)).filter(([field]) => !AMOUNTS.includes(field));
    return { ...fresh, ...Object.fromEntries(shared) } as TaskSpec;
  }
  if (isImageTask(before) || isImageTask(fresh) || isLanguageTask(before) || isLanguageTask(fresh)) return fresh;
  return { ...fresh, seed: before.seed };
}

/** A guide in the same state, as the preset has it. A teacher needs the labels of the experiment: no task of its own. */
function guideLike(model: Experiment, guide: GuideSpec, teaches: boolean): GuideSpec {
  // A control without a network is there on every task; what it is of the target follows the target.
  if (guide.state === 'control') return guide;
  const guides = Object.values(model.guides).filter((other) => 'network' in other);
  const like = withoutControl(guides.find((other) => other.state === guide.state) ?? guides[0] ?? guide);
  const control = guide.control === 'white-noise' && !isImageTask(model.task) ? 'noise' : guide.control;
  if (like.state === 'untrained') return { ...like, ...(control && { control }) };
  const shown = control && control !== 'orthogonal' && { control };
  if (like.state === 'loaded') return { ...like, ...shown };
  const { task: _, ...training } = like.training;
  return { ...like, training: teaches ? training : like.training, ...shown };
}

/** The term of a preset that is like this one: with a guide in the same state, else any. */
function termLike<T extends AlignTerm | DistilTerm>({ kind, guide }: T, before: Experiment, model: Experiment): T | undefined {
  const terms = model.arms.flatMap(({ terms }) => terms).filter((term): term is T => term.kind === kind);
  return terms.find((term) => model.guides[term.guide]?.state === before.guides[guide]?.state) ?? terms[0];
}

/**
 * An arm as it would be in the preset: its weights were found for other networks, and what it says of layers, tokens
 * and initialisations was said of them.
 */
function forOtherNetworks(arm: ArmSpec, before: Experiment, model: Experiment): ArmSpec {
  const { init, terms, learningRate: _, fork, ...rest } = arm;
  const inits: readonly string[] = INITS[model.target.family];
  const asInPreset = (term: Term): Term => {
    if (term.kind === 'distil') return { ...term, ...termLike(term, before, model), guide: term.guide };
    if (term.kind !== 'align') return term;
    const { mapping: _m, tokens: _t, ...settings } = term;
    return { ...settings, weight: termLike(term, before, model)?.weight ?? term.weight };
  };
  return {
    ...rest,
    terms: terms.map(asInPreset),
    ...(init && inits.includes(init) && { init }),
    ...(fork && { fork: { ...fork, step: Math.floor((fork.step * model.base.steps) / before.base.steps) } }),
  };
}

/** What the question compares, by the score at the end: a level to be crossed was one of another task. */
const byFinal = ({ asks }: Experiment): Pick<Experiment, 'asks'> => (asks ? { asks: { ...asks, by: 'final' } } : {});

/** In language modelling no network may read the words that it is to guess. */
function causalNetworks({ target, guides }: Experiment): Pick<Experiment, 'target' | 'guides'> {
  const causal = (network: NetworkSpec): NetworkSpec => {
    if (network.family === 'transformer') return { ...network, causal: true };
    return network.family === 'rnn' ? { ...network, chained: false } : network;
  };
  return {
    target: causal(target),
    guides: Object.fromEntries(Object.entries(guides).map(([id, guide]) => [id, 'network' in guide ? { ...guide, network: causal(guide.network) } : guide])),
  };
}

/**
 * Another kind of task; where its inputs are of another kind, with the networks and the training of a preset for it. The
 * preset's question stays in the experiment and is not shown on another task (`experiment/question.ts`).
 */
export function withTaskKind(experiment: Experiment, kind: TaskKind): Experiment {
  if (experiment.task.kind === kind) return experiment;
  const task = taskOf(experiment.task, kind);
  if (!changesInputs(experiment.task, kind)) {
    return { ...withoutUnusedBiases({ ...experiment, task }), ...byFinal(experiment), ...(isLanguageTask(task) && causalNetworks(experiment)) };
  }
  const model = modelFor(task).experiment;
  const guides = Object.fromEntries(
    Object.entries(experiment.guides).map(([id, guide]) => [
      id,
      guideLike(
        model,
        guide,
        experiment.arms.some((arm) => termOf(arm, 'distil')?.guide === id),
      ),
    ]),
  );
  return {
    ...experiment,
    ...byFinal(experiment),
    task,
    target: model.target,
    guides,
    base: model.base,
    arms: withoutUnusedBiases({ ...experiment, task }).arms.map((arm) => forOtherNetworks(arm, experiment, model)),
    // Learning rates set by hand, at steps of a run that was another.
    interventions: [],
  };
}
