/**
 * Warm-ups: steps of an arm before training proper, with inputs and a loss of their own. An arm's last one ends where step 1
 * begins, so they are counted backwards from step 0, and steps of training stay aligned between arms.
 */
import type { ArmSpec, Experiment, TaskSpec, WarmupSpec } from '../schema/schema.ts';

/** The warm-up of an arm; undefined without one, or where it has no steps. */
export const warmupOf = ({ warmup }: ArmSpec): WarmupSpec | undefined => (warmup && warmup.steps > 0 ? warmup : undefined);

/** The task whose examples a warm-up reads, where it is another one than the experiment's. */
export const warmupTask = (warmup: WarmupSpec | undefined): TaskSpec | undefined => (typeof warmup?.inputs === 'object' ? warmup.inputs : undefined);

/** Whether a warm-up learns the labels of its inputs. */
export const learnsLabels = ({ loss }: WarmupSpec): boolean => loss !== 'align';

/** Steps before step 0: those of the longest warm-up. */
export const warmupSteps = ({ arms }: Pick<Experiment, 'arms'>): number => Math.max(0, ...arms.map((arm) => warmupOf(arm)?.steps ?? 0));

/** The step at which a run begins: 0, or as far below as its longest warm-up takes. */
export const startStep = (experiment: Pick<Experiment, 'arms'>): number => 0 - warmupSteps(experiment);

/**
 * The steps below 0 after which all members are evaluated: where a warm-up begins, and as often as in training. One at 0,
 * where they end, is training's.
 */
export function warmupEvaluations({ arms, base }: Pick<Experiment, 'arms' | 'base'>): Set<number> {
  const begins = arms.flatMap((arm) => warmupOf(arm)?.steps ?? []);
  const between = Array.from({ length: Math.ceil(warmupSteps({ arms }) / base.evaluateEvery) }, (_, i) => -i * base.evaluateEvery);
  return new Set([...begins.map((steps) => -steps), ...between.slice(1)]);
}

/** Steps of one arm before step 0. */
export const stepsBefore = ({ arms }: Pick<Experiment, 'arms'>, id: string): number => warmupSteps({ arms: arms.filter((arm) => arm.id === id) });

/** Equal for arms whose warm-ups are one program on the same inputs. */
export const warmupKey = (arm: ArmSpec): string => {
  const own = warmupOf(arm);
  return own ? JSON.stringify([own.steps, own.inputs, learnsLabels(own), own.keepOptimiser]) : '';
};

/**
 * Arms with one warm-up as an experiment of its own, in which they do from the first step to the last what they do in it:
 * their alignment terms at full weight, or none, at a constant rate. Its task stays the experiment's.
 */
export function warmupExperiment(experiment: Experiment, arms: readonly ArmSpec[]): Experiment {
  const { base } = experiment;
  const steps = Math.max(1, ...arms.map((arm) => warmupOf(arm)?.steps ?? 0));
  return {
    ...experiment,
    arms: arms.map(({ warmup, learningRate, ...arm }) => ({
      ...arm,
      terms: arm.terms.flatMap((term) => {
        if (term.kind !== 'align' || warmup?.loss === 'task') return [];
        const { course: _, ...always } = term;
        return [always];
      }),
      learningRate: warmup?.learningRate ?? learningRate ?? base.learningRate,
    })),
    base: { ...base, steps, evaluateEvery: steps, schedule: { kind: 'constant' } },
    interventions: [],
  };
}
