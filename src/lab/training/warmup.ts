/**
 * Warm-ups: what some groups do before step 1, on inputs and with a loss of their own. Each is a small run whose steps are
 * taken by the run's stepper; it trains the groups themselves, so that weights and running statistics are where training
 * proper finds them. Arms of one group have one warm-up (`armGroups`), and the shorter ones begin later.
 */
import * as tf from '@tensorflow/tfjs-core';
import { learnsLabels, warmupEvaluations, warmupExperiment, warmupKey, warmupOf } from '../../experiment/plan/warmup.ts';
import type { Experiment, WarmupSpec } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Stepper } from '../backend/steps.ts';
import type { Guide } from '../guidance/guide.ts';
import { STEP_PARTS, unpackStep } from '../steps/pack.ts';
import type { Task } from '../tasks/index.ts';
import { groupedArms } from './armTerms.ts';
import { type ArmGroup, RunSteps, type StepSettings } from './runSteps.ts';
import { type OpenTasks, taskOf, WARMUP_STREAM } from './warmupTasks.ts';

/** Changes by hand are made to training proper, and no course moves a weight. */
const UNCHANGED: StepSettings = { learningRate: undefined, guidance: true, seen: () => [] };

/** The groups of arms with one warm-up. */
interface Stage {
  spec: WarmupSpec;
  groups: readonly ArmGroup[];
  steps: RunSteps;
}

export interface WarmupOptions {
  experiment: Experiment;
  task: Task;
  /** Other tasks that warm-ups read. */
  opened: OpenTasks;
  guides: ReadonlyMap<string, Guide>;
  /** All groups of the run. */
  groups: readonly ArmGroup[];
}

export class Warmups {
  /** Steps of the run below 0 at which it is evaluated. */
  readonly evaluated: ReadonlySet<number>;
  readonly #groups: readonly ArmGroup[];
  readonly #stages: readonly Stage[];

  constructor({ experiment, task, opened, guides, groups }: WarmupOptions, kernels: Kernels) {
    this.evaluated = warmupEvaluations(experiment);
    this.#groups = groups;
    const keyOf = ({ arms: [{ spec }] }: ArmGroup) => warmupKey(experiment, spec);
    const keys = [...new Set(groups.map(keyOf))];
    this.#stages = keys.flatMap((key): Stage[] => {
      const own = groups.filter((group) => keyOf(group) === key);
      const spec = warmupOf(experiment, own[0].arms[0].spec);
      if (!spec) return [];
      const asOne = (ofGroups: readonly ArmGroup[]) =>
        warmupExperiment(
          experiment,
          ofGroups.flatMap(({ arms }) => arms.map((arm) => arm.spec)),
        );
      const alone = asOne(own);
      const asked = own.map((group) => ({ group: group.group, arms: groupedArms(alone, asOne([group]).arms) }));
      // Nothing of a guide can be kept from the steps of a warm-up, nor may it forget what training proper needs of it.
      const live = new Map([...guides].map(([id, guide]) => [id, guide.live(experiment.seeds)]));
      const options = { labels: learnsLabels(spec), stream: WARMUP_STREAM };
      return [{ spec, groups: own, steps: new RunSteps(alone, taskOf(spec, task, opened), live, asked, kernels, options) }];
    });
  }

  /** Take a step of all warm-ups that have begun. @param step of the run, −1 the last one */
  async take(step: number, stepper: Stepper): Promise<void> {
    for (const { stage, at, index } of this.#at(step)) {
      const { before, own, ...call } = stage.steps.at(at, UNCHANGED);
      for (const { kind, feeds, program } of [...before, call]) await stepper.step(`warm-up ${index} ${kind}`, feeds, program);
      tf.dispose(own);
    }
  }

  /** How many results a step has. */
  resultsAt(step: number): number {
    return this.#at(step).length;
  }

  /** The results of a step of all warm-ups as one for all members of the run: what a member has not is not a number. */
  row(step: number, results: readonly Float32Array[]): Float32Array {
    const count = this.#groups.reduce((sum, { group }) => sum + group.seeds.length, 0);
    const row = new Float32Array(STEP_PARTS.length * count).fill(Number.NaN);
    const all = unpackStep(row);
    this.#at(step).forEach(({ stage }, i) => {
      const parts = unpackStep(results[i]);
      const recorded = learnsLabels(stage.spec) ? STEP_PARTS : (['active', 'alignment'] as const);
      let from = 0;
      for (const { group } of stage.groups) {
        const to = from + group.seeds.length;
        for (const part of recorded) all[part].set(parts[part].subarray(from, to), this.#firstOf(group));
        from = to;
      }
    });
    return row;
  }

  /** Whether a step of each member had an alignment loss. */
  alignedAt(step: number): boolean[] {
    const aligned = this.#groups.flatMap(({ group }) => group.seeds.map(() => false));
    for (const { stage, at } of this.#at(step)) {
      const own = stage.steps.aligned(at, UNCHANGED);
      let from = 0;
      for (const { group } of stage.groups) {
        const first = this.#firstOf(group);
        group.seeds.forEach((_, e) => {
          aligned[first + e] = own[from + e];
        });
        from += group.seeds.length;
      }
    }
    return aligned;
  }

  /** Training proper begins: with the moments of the warm-up only where it says so. Nothing may wait in a stepper. */
  end(): void {
    for (const { spec, groups } of this.#stages) if (!spec.keepOptimiser) for (const { group } of groups) group.forgetMoments();
  }

  dispose(): void {
    for (const { steps } of this.#stages) steps.dispose();
  }

  /** The warm-ups that take part in a step of the run, and which of their own it is. */
  #at(step: number): { stage: Stage; at: number; index: number }[] {
    return this.#stages.flatMap((stage, index) => {
      const at = stage.spec.steps + step;
      return at >= 0 && step < 0 ? [{ stage, at, index }] : [];
    });
  }

  /** Place of a group's first member among those of the run. */
  #firstOf(group: ArmGroup['group']): number {
    let first = 0;
    for (const own of this.#groups) {
      if (own.group === group) return first;
      first += own.group.seeds.length;
    }
    throw new Error('no group of this run');
  }
}
