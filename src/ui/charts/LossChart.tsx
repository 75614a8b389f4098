import { useMemo, useState } from 'react';
import { taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import type { Evaluation } from '@/state/runData.ts';
import { examplesOf, validationSet } from '@/ui/words.ts';
import { logRange, niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import { type DrawnArm, crossesOf, evaluatedWords, useGrowingRange } from './parts.ts';
import { RunChart, useDrawnRun } from './RunChart.tsx';
import { lossSeries, meanOverSeeds } from './series.ts';

/** Validation loss and training loss of every arm. */
export function LossChart() {
  const drawn = useDrawnRun('steps');
  const { version, data, experiment, arms, points } = drawn;
  const [log, setLog] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => lossSeries(data, points), [data, version, points]);
  // A guess costs ln(classes): half above it leaves room for the overfitting that usually follows.
  const initial = useMemo(() => {
    const guess = Math.log(taskShape(experiment.task).classes);
    return log ? logRange(guess / 4, guess * 1.2) : niceRange(0, guess * 1.2);
  }, [experiment, log]);
  const key = useMemo(() => ({ data, log }), [data, log]);
  const range = useGrowingRange(key, initial, log ? Math.max(series.min, 1e-4) : Math.min(series.min, 0), series.max, log ? logRange : niceRange);

  const validation = (evaluation: Evaluation, arm: DrawnArm) => {
    const { mean, sd } = meanOverSeeds(data.arms.get(arm.id) ?? [], (m) => evaluation.valLoss[m]);
    return meanAndSpread(mean, sd, plainNumber);
  };
  const trainAt = (step: number, column: number) => {
    const row = data.smoothLoss.rowOf(step);
    return row < 0 || step < 1 ? Number.NaN : data.smoothLoss.at(row, column);
  };
  const seeds = experiment.seeds.length;
  const note = `validation bold, training thin${seeds > 1 ? ` · band: ± sd of ${seeds} seeds` : ''}`;

  return (
    <RunChart
      drawn={drawn}
      title="Loss"
      testId="chart-loss"
      caption={`Loss on ${taskTitle(experiment.task)}`}
      lines={`Cross-entropy by training step${log ? ', logarithmic' : ''}. Bold: on ${validationSet(experiment.task)} for validation. Thin: on the training batches, smoothed (debiased moving average).`}
      promise={`What each arm still gets wrong, on the ${examplesOf(experiment.task)} it trains on and on those it has not seen`}
      note={note}
      options={[{ key: 'log', name: 'Logarithmic scale', checked: log, toggle: () => setLog(!log) }]}
      series={series}
      range={range}
      columns={['validation', 'training']}
      cells={(evaluation, arm, i) => [validation(evaluation, arm), plainNumber(trainAt(evaluation.step, i))]}
      tableCaption="Validation and smoothed training loss of every arm, by step"
      tableColumns={({ id, name, colour }) => [
        { key: `v${id}`, name: `${name}, validation`, colour },
        { key: `t${id}`, name: `${name}, training`, colour },
      ]}
      summary={(last) => `Validation loss ${evaluatedWords(data)}: ${arms.map((arm) => `${arm.name} ${validation(last, arm)}`).join('; ')}.`}
      plot={{ label: 'Loss by training step', axis: axisNumber, log, crosses: crossesOf(data, range.domain), training: true }}
    />
  );
}
