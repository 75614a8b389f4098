import type { RunResult } from '../experiment/contract/result.ts';
import { verdictInput } from './ofExperiment.ts';
import type { Verdict } from './types.ts';
import { verdict } from './verdict.ts';

/** The verdict on a run out of its result. */
export function verdictOfResult({ experiment, members, labels, stoppedAt }: RunResult): Verdict {
  const ofArm = (arm: string) => {
    const own = experiment.seeds.map((seed) => members.find((member) => member.arm === arm && member.seed === seed));
    return {
      scores: own.map((member) => member?.final.valMetric ?? null),
      curves: own.map((member) => (member ? { steps: member.history.valStep, values: member.history.valMetric } : null)),
    };
  };
  const step = stoppedAt ?? experiment.base.steps;
  return verdict(verdictInput(experiment, ofArm, { step, finished: stoppedAt === undefined, interventions: experiment.interventions, labels }));
}
