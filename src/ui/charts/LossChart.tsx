import { useCallback, useMemo, useState } from 'react';
import { taskShape, taskTitle } from '@/experiment/describe.ts';
import { useExperiment } from '@/state/experiment.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { examplesOf, number } from '@/ui/words.ts';
import { ChartCard } from './ChartCard.tsx';
import { ChartTooltip } from './ChartTooltip.tsx';
import { logRange, niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import {
  armLabels,
  armViews,
  crossesOf,
  evaluationTable,
  momentsOf,
  nearestEvaluation,
  progressWords,
  useGrowingRange,
} from './parts.ts';
import { Plot } from './Plot.tsx';
import { useFrame, useSnapshot } from './redraw.ts';
import { lossSeries, meanOverSeeds, RESTING_POINTS, STREAMING_POINTS } from './series.ts';

export const CHART_HEIGHT = 214;

/** Validation loss and training loss of every arm. */
export function LossChart() {
  const { ref, width, visible } = useFrame<HTMLDivElement>();
  const { version, data, resting } = useSnapshot(visible, 'steps');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const [log, setLog] = useState(false);

  const arms = useMemo(() => armViews(experiment), [experiment]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => lossSeries(data, resting ? RESTING_POINTS : STREAMING_POINTS), [data, version, resting]);
  // A guess costs ln(classes): half above it leaves room for the overfitting that usually follows.
  const initial = useMemo(() => {
    const guess = Math.log(taskShape(experiment.task).classes);
    return log ? logRange(guess / 4, guess * 1.2) : niceRange(0, guess * 1.2);
  }, [experiment, log]);
  const key = useMemo(() => ({ data, log }), [data, log]);
  const range = useGrowingRange(
    key,
    initial,
    log ? Math.max(series.min, 1e-4) : Math.min(series.min, 0),
    series.max,
    log ? logRange : niceRange,
  );

  const seeds = experiment.seeds.length;
  const trainAt = useCallback(
    (step: number, column: number) => {
      const row = data.smoothLoss.rowOf(step);
      return row < 0 || step < 1 ? Number.NaN : data.smoothLoss.at(row, column);
    },
    [data],
  );
  const tooltip = useCallback(
    (step: number) => {
      const evaluation = data.evaluations[nearestEvaluation(data.evaluations, step)];
      return (
        evaluation && (
          <ChartTooltip
            head={`step ${number(evaluation.step)}`}
            columns={['validation', 'training']}
            lines={arms.map(({ id, name, colour }, i) => {
              const { mean, sd } = validation(data, evaluation, id);
              return {
                key: id,
                name,
                colour,
                values: [meanAndSpread(mean, sd, plainNumber), plainNumber(trainAt(evaluation.step, i))],
              };
            })}
          />
        )
      );
    },
    [data, arms, trainAt],
  );

  return (
    <ChartCard
      title="Loss"
      testId="chart-loss"
      frame={ref}
      empty={series.rows.length === 0}
      caption={`Loss on ${taskTitle(experiment.task)}: validation bold, training thin${spreadWords(seeds)}`}
      promise={`What each arm still gets wrong, on the ${examplesOf(experiment.task)} it trains on and on those it has not seen`}
      note={`validation bold, training thin${spreadWords(seeds)}`}
      summary={summarise(data, arms)}
      options={[{ key: 'log', name: 'Logarithmic scale', checked: log, toggle: () => setLog(!log) }]}
      table={() =>
        evaluationTable(
          data,
          'Validation and smoothed training loss of every arm, by step',
          arms.flatMap(({ id, name, colour }) => [
            { key: `v${id}`, name: `${name}, validation`, colour },
            { key: `t${id}`, name: `${name}, training`, colour },
          ]),
          (evaluation) =>
            arms.flatMap(({ id }, i) => {
              const { mean, sd } = validation(data, evaluation, id);
              return [meanAndSpread(mean, sd, plainNumber), plainNumber(trainAt(evaluation.step, i))];
            }),
        )
      }
    >
      {width > 0 && (
        <Plot
          width={width}
          height={CHART_HEIGHT}
          label="Loss by training step"
          series={series}
          arms={arms}
          steps={experiment.base.steps}
          range={range}
          log={log}
          axis={axisNumber}
          labels={armLabels(arms, series)}
          references={NONE}
          moments={momentsOf(data)}
          crosses={crossesOf(data, range.domain)}
          training
          tooltip={tooltip}
        />
      )}
    </ChartCard>
  );
}

const spreadWords = (seeds: number): string => (seeds > 1 ? ` · band: ± sd of ${seeds} seeds` : '');

const NONE: never[] = [];

const validation = (data: RunData, evaluation: Evaluation, arm: string) =>
  meanOverSeeds(data.arms.get(arm) ?? [], (m) => evaluation.valLoss[m]);

function summarise(data: RunData, arms: ReturnType<typeof armViews>): string {
  const last = data.lastEvaluation;
  if (!last) return 'Loss chart: nothing has run yet.';
  const parts = arms.map(({ id, name }) => {
    const { mean, sd } = validation(data, last, id);
    return `${name} ${meanAndSpread(mean, sd, plainNumber)}`;
  });
  return `Validation loss ${progressWords(data)}: ${parts.join('; ')}.`;
}
