/**
 * Warm-ups: steps of an arm before training proper, with inputs and a loss of their own. An arm's last one ends where step 1
 * begins, so they are counted backwards from step 0, and steps of training stay aligned between arms.
 */
import type { ArmSpec, Experiment, TaskSpec, WarmupSpec } from '../schema/schema.ts';
import { rootOf } from './fork.ts';

type Arms = Pick<Experiment, 'arms'>;

/** The warm-up of an arm, or of what it forks from; undefined without one, or where it has no steps. */
export function warmupOf(experiment: Arms, arm: ArmSpec): WarmupSpec | undefined {
  const { warmup } = rootOf(experiment, arm);
  return warmup && warmup.steps > 0 ? warmup : undefined;
}

/** The task whose examples a warm-up reads, where it is another one than the experiment's. */
export const warmupTask = (warmup: WarmupSpec | undefined): TaskSpec | undefined => (typeof warmup?.inputs === 'object' ? warmup.inputs : undefined);

/** The other tasks that warm-ups read, each once. */
export function warmupTasks(experiment: Arms): TaskSpec[] {
  const tasks = experiment.arms.flatMap((arm) => warmupTask(warmupOf(experiment, arm)) ?? []);
  return [...new Map(tasks.map((task) => [JSON.stringify(task), task])).values()];
}

/** Whether a warm-up learns the labels of its inputs. */
export const learnsLabels = ({ loss }: WarmupSpec): boolean => loss !== 'align';

/** Steps of each arm before step 0, by id. */
export const stepsBefore = (experiment: Arms): ReadonlyMap<string, number> =>
  new Map(experiment.arms.map((arm) => [arm.id, warmupOf(experiment, arm)?.steps ?? 0]));

/** Steps before step 0: those of the longest warm-up. */
export const warmupSteps = (experiment: Arms): number => Math.max(0, ...stepsBefore(experiment).values());

/** The step at which a run begins: 0, or as far below as its longest warm-up takes. */
export const startStep = (experiment: Arms): number => 0 - warmupSteps(experiment);

/**
 * The steps below 0 after which all members are evaluated: where a warm-up begins, and as often as in training. One at 0,
 * where they end, is training's.
 */
export function warmupEvaluations(experiment: Pick<Experiment, 'arms' | 'base'>): Set<number> {
  const { evaluateEvery } = experiment.base;
  const begins = [...stepsBefore(experiment).values()].filter((steps) => steps > 0);
  const between = Array.from({ length: Math.ceil(Math.max(0, ...begins) / evaluateEvery) }, (_, i) => -i * evaluateEvery);
  return new Set([...begins.map((steps) => -steps), ...between.slice(1)]);
}

/** Equal for arms whose warm-ups are one program on the same inputs. */
export function warmupKey(experiment: Arms, arm: ArmSpec): string {
  const own = warmupOf(experiment, arm);
  return own ? JSON.stringify([own.steps, own.inputs, learnsLabels(own), own.keepOptimiser]) : '';
}

/** Steps that the moments of an arm's optimiser have behind them when its training proper begins. */
export function momentsBefore(experiment: Arms, arm: ArmSpec): number {
  const own = warmupOf(experiment, arm);
  return own?.keepOptimiser ? own.steps : 0;
}

/**
 * Arms with one warm-up as an experiment of its own, in which they do from the first step to the last what they do in it:
 * their alignment terms at full weight, or none, at a constant rate. Its task stays the experiment's.
 */
export function warmupExperiment(experiment: Experiment, arms: readonly ArmSpec[]): Experiment {
  const { base } = experiment;
  const steps = Math.max(1, ...arms.map((arm) => warmupOf(experiment, arm)?.steps ?? 0));
  return {
    ...experiment,
    arms: arms.map((spec) => {
      const { warmup, learningRate, ...arm } = rootOf(experiment, spec);
      return {
        ...arm,
        id: spec.id,
        terms: arm.terms.flatMap((term) => {
          if (term.kind !== 'align' || warmup?.loss === 'task') return [];
          const { course: _, ...always } = term;
          return [always];
        }),
        learningRate: warmup?.learningRate ?? learningRate ?? base.learningRate,
      };
    }),
    base: { ...base, steps, evaluateEvery: steps, schedule: { kind: 'constant' } },
    interventions: [],
  };
}
