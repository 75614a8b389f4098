/** Curves as they could be, of which nothing was computed: functions of arm, member and step. */
import type { EvaluationRecord } from '../../experiment/contract/events.ts';
import { EVALUATION_QUANTITIES, gaps, pairCells, pairSeries } from '../../experiment/series.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import { alignedPairs } from '../../experiment/plan/arms.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import type { Member } from '../../experiment/plan/plan.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

/** Where an arm's curves go: validation loss and accuracy, training loss, CKA. */
const SHAPES: Record<string, { loss: number; metric: number; train: number; cka: number }> = {
  unguided: { loss: 2.75, metric: 0.332, train: 0.15, cka: 0.35 },
  guided: { loss: 1.53, metric: 0.54, train: 0.45, cka: 0.9 },
  'guided-untrained': { loss: 2.68, metric: 0.318, train: 0.3, cka: 0.45 },
  distilled: { loss: 1.85, metric: 0.409, train: 0.6, cka: 0.42 },
};

/** Noise in −1…1 that depends on its arguments only. */
export const noise = (...keys: number[]): number => {
  let hash = 2166136261;
  for (const key of keys) hash = Math.imul(hash ^ (key + 0x9e37), 16777619);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x5bd1e995);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 31 - 1;
};

const shapeOf = (arm: string) => SHAPES[arm] ?? { loss: 2.1, metric: 0.4, train: 0.4, cka: 0.5 };

export function madeUpLoss(member: Member, step: number): number {
  const { train } = shapeOf(member.arm);
  return train + (2.15 - train) * Math.exp(-step / 110);
}

/** Of a guided arm; any other has none. */
export const madeUpAlignmentLoss = (experiment: Experiment, arm: string, step: number): number =>
  experiment.arms.some((spec) => spec.id === arm && alignedPairs(experiment, spec).length > 0) ? 0.2 + 0.6 * Math.exp(-step / 80) : Number.NaN;

/** @param diverged whether the member of that index has, by now */
export function madeUpEvaluation(experiment: Experiment, all: readonly Member[], step: number, diverged: (member: number) => boolean): EvaluationRecord {
  const share = step / experiment.base.steps;
  const classes = taskShape(experiment.task).classes;
  const { valExamples } = taskShape(experiment.task);
  const targets = tapNames(experiment);
  const series = gaps(EVALUATION_QUANTITIES, experiment);
  const { valLoss, valMetric } = series;
  const predictions = new Uint16Array(all.length * valExamples);
  all.forEach((member, m) => {
    const to = shapeOf(member.arm);
    const broken = diverged(m);
    const learned = 1 - Math.exp(-3.2 * share);
    valLoss[m] = broken ? Number.NaN : 2.12 - 0.45 * learned * (1 - share) + (to.loss - 2.12) * share ** 1.3 + 0.05 * noise(m, step);
    valMetric[m] = broken ? Number.NaN : 1 / classes + (to.metric - 1 / classes) * (learned / 0.96) + 0.012 * noise(m, step, 1) + 0.012 * noise(m);
    for (let i = 0; i < valExamples; i++) {
      const truth = (i * 5) % classes;
      predictions[m * valExamples + i] = noise(i, m, 7) * 0.5 + 0.5 < valMetric[m] ? truth : Math.floor((noise(i, m) * 0.5 + 0.5) * classes) % classes;
    }
  });
  const matrices = Object.fromEntries(
    Object.keys(experiment.guides).map((guide) => {
      const taps = tapNames(experiment, guide);
      const values = new Float32Array(all.length * targets.length * taps.length * 3);
      let at = 0;
      all.forEach((member, m) => {
        const to = guide === 'untrained' ? (member.arm === 'guided-untrained' ? 0.93 : 0.5) : shapeOf(member.arm).cka;
        targets.forEach((_, t) =>
          taps.forEach((__, g) => {
            const distance = Math.abs(t / Math.max(1, targets.length - 1) - g / Math.max(1, taps.length - 1));
            const learned = 1 - Math.exp(-5 * share);
            const cka = Math.max(0.02, (0.3 + (to - 0.3) * learned) * (1 - 0.6 * distance) + 0.02 * noise(m, t, g, step));
            values[at++] = cka;
            values[at++] = cka - 0.1;
            values[at++] = 0.09 + 0.03 * (t / targets.length);
          }),
        );
      });
      return [guide, values];
    }),
  );
  return { step, series: { ...series, ...pairSeries(pairCells(experiment), all.length, matrices) }, matrices, predictions };
}
