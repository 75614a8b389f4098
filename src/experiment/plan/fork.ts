/**
 * Forks: arms that are another arm until some step. Everything random is a function of (seed, step), so an arm that runs
 * with another one's settings until a step *is* that one until then, bit for bit, with its moments and running statistics.
 */
import type { Problem } from '../schema/problem.ts';
import type { ArmSpec, BaseSettings, Experiment } from '../schema/schema.ts';

/** Settings that an arm has from some step on. */
export interface Stage {
  arm: ArmSpec;
  /** The first step (0-based) with these settings; steps of courses count from here. */
  from: number;
}

type Arms = Pick<Experiment, 'arms'>;

const parentOf = ({ arms }: Arms, { fork }: ArmSpec): ArmSpec | undefined => fork && arms.find(({ id }) => id === fork.of);

/**
 * What an arm does over a run, in order: the settings of the arm that it forks from (and of the one that this forks from),
 * then its own. One stage for an arm that is no fork.
 */
export function stagesOf(experiment: Arms, arm: ArmSpec): Stage[] {
  const parent = parentOf(experiment, arm);
  const from = arm.fork?.step ?? 0;
  const before = parent ? stagesOf(experiment, parent).filter((stage) => stage.from < from) : [];
  return [...before, { arm, from }];
}

/**
 * The settings of an arm at a step: its own, or those of the arm that it still is.
 * @param step 0-based number of the step about to be made
 * @returns `courseFrom`: the step from which the courses of these settings count
 */
export function settingsAt(experiment: Arms, arm: ArmSpec, step: number): { arm: ArmSpec; courseFrom: number } {
  const stages = stagesOf(experiment, arm);
  const stage = stages.findLast(({ from }) => from <= step) ?? stages[0];
  return { arm: stage.arm, courseFrom: stage.from };
}

/** Every setting that an arm has in a run, each with its share of the steps. */
export function sharesOf(experiment: Pick<Experiment, 'arms' | 'base'>, arm: ArmSpec): { arm: ArmSpec; share: number }[] {
  const { steps } = experiment.base;
  return stagesOf(experiment, arm).map((stage, i, all) => ({ arm: stage.arm, share: ((all[i + 1]?.from ?? steps) - stage.from) / steps }));
}

/** The arm whose initial weights an arm starts with: itself, or what it forks from in the end. */
export function rootOf(experiment: Arms, arm: ArmSpec): ArmSpec {
  const parent = parentOf(experiment, arm);
  return parent ? rootOf(experiment, parent) : arm;
}

/** What is settled before the first step, so that a fork cannot have another. */
const SETTLED = ['init', 'start', 'unusedBias', 'target', 'warmup'] as const satisfies readonly (keyof ArmSpec)[];

const optimiserKind = (base: BaseSettings, { optimiser }: ArmSpec): string => (optimiser ?? base.optimiser).kind;

/** What is wrong with the forks of an experiment. */
export function forkProblems({ arms, base }: Pick<Experiment, 'arms' | 'base'>): Problem[] {
  return arms.flatMap((arm, i): Problem[] => {
    if (!arm.fork) return [];
    const path = `arms.${i}`;
    const { of, step } = arm.fork;
    const parent = arms.find(({ id }) => id === of);
    if (!parent) return [{ path: `${path}.fork.of`, message: `names the arm "${of}", which does not exist` }];
    if (parent === arm) return [{ path: `${path}.fork.of`, message: 'must be another arm than the fork itself' }];
    const problems: Problem[] = [];
    if (step >= base.steps) {
      problems.push({ path: `${path}.fork.step`, message: `must be less than the ${base.steps} steps of the run, not ${step}` });
    }
    // Steps that grow along a chain leave no circle, either.
    if (parent.fork && parent.fork.step >= step) {
      problems.push({
        path: `${path}.fork.step`,
        message: `must be greater than ${parent.fork.step}, where "${of}" forks itself, not ${step}: fork from "${parent.fork.of}" instead`,
      });
    }
    for (const field of SETTLED) {
      if (arm[field] !== undefined) problems.push({ path: `${path}.${field}`, message: `is that of "${of}", from which the arm forks: leave it out` });
    }
    const [own, kind] = [arm, parent].map((of) => optimiserKind(base, of));
    if (own !== kind) problems.push({ path: `${path}.optimiser`, message: `must be of the kind ${kind} as that of "${of}", whose moments go on, not ${own}` });
    return problems;
  });
}
