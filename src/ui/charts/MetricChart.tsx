import { useCallback, useMemo, useState } from 'react';
import { taskMetric, taskTitle } from '@/experiment/describe.ts';
import type { Experiment } from '@/experiment/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { examplesOf, number, validationSet } from '@/ui/words.ts';
import { ChartCard } from './ChartCard.tsx';
import { ChartTooltip } from './ChartTooltip.tsx';
import { meanAndSpread, metricWords } from './format.ts';
import { CHART_HEIGHT } from './LossChart.tsx';
import { useMetricRange } from './metricRange.ts';
import {
  armLabels,
  armViews,
  evaluationTable,
  momentsOf,
  nearestEvaluation,
  progressWords,
} from './parts.ts';
import { Plot, type Reference } from './Plot.tsx';
import { useFrame, useSnapshot } from './redraw.ts';
import { meanOverSeeds, metricSeries, RESTING_POINTS, STREAMING_POINTS } from './series.ts';

/** An untrained guide's own score is chance; a line for it would say nothing. */
const WORTH_A_LINE = 0.05;

function referencesOf(data: RunData, experiment: Experiment): Reference[] {
  const metric = taskMetric(experiment.task);
  const { chance } = metric;
  const { value } = metricWords(metric);
  const references: Reference[] = [{ value: chance, text: `chance ${value(chance)}`, side: 'below' }];
  const worth = WORTH_A_LINE * (metric.name === 'accuracy' ? 1 : chance);
  for (const guide of Object.keys(experiment.guides)) {
    const score = data.guideScore(guide);
    if (score !== null && Math.abs(score - chance) > worth) {
      references.push({
        value: score,
        text: `${guide} guide itself ${value(score)}`,
        side: metric.name === 'accuracy' && score > 0.93 ? 'below' : 'above',
      });
    }
  }
  return references;
}

/** The task's metric on the validation set, with the guides' own scores and chance. */
export function MetricChart() {
  const { ref, width, visible } = useFrame<HTMLDivElement>();
  const { version, data, resting } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const metric = taskMetric(experiment.task);
  const words = useMemo(() => metricWords(taskMetric(experiment.task)), [experiment]);
  const examples = validationSet(experiment.task);
  // A metric that falls starts so high that nobody would see what the arms differ in.
  const [chosenZoom, setZoom] = useState<boolean | null>(null);
  const zoom = chosenZoom ?? !metric.higherIsBetter;

  const arms = useMemo(() => armViews(experiment), [experiment]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(
    () => metricSeries(data, resting ? RESTING_POINTS : STREAMING_POINTS),
    [data, version, resting],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const references = useMemo(() => referencesOf(data, experiment), [data, version, experiment]);
  const { range, log } = useMetricRange(metric, series, experiment.base.steps, zoom, data);

  const value = useCallback(
    (evaluation: Evaluation, arm: string) => {
      const { mean, sd } = meanOverSeeds(data.arms.get(arm) ?? [], (m) => evaluation.valMetric[m]);
      return meanAndSpread(mean, sd, words.bare) + (words.unit && Number.isFinite(mean) ? ` ${words.unit}` : '');
    },
    [data, words],
  );
  const tooltip = useCallback(
    (step: number) => {
      const evaluation = data.evaluations[nearestEvaluation(data.evaluations, step)];
      return (
        evaluation && (
          <ChartTooltip
            head={`step ${number(evaluation.step)}`}
            columns={[`validation ${metric.name}`]}
            lines={arms.map(({ id, name, colour }) => ({ key: id, name, colour, values: [value(evaluation, id)] }))}
          />
        )
      );
    },
    [data, arms, value, metric.name],
  );

  const last = data.lastEvaluation;
  return (
    <ChartCard
      title={`Validation ${metric.name}`}
      testId="chart-metric"
      frame={ref}
      empty={series.rows.length === 0}
      caption={`Validation ${metric.name} on ${taskTitle(experiment.task)}, ${examples}`}
      promise={metric.name === 'perplexity' ? 'Among how many words each arm wavers on an unseen text' : `How many unseen ${examplesOf(experiment.task)} each arm gets right`}
      note={`on ${examples}`}
      summary={
        last
          ? `Validation ${metric.name} ${progressWords(data)}: ${arms.map(({ id, name }) => `${name} ${value(last, id)}`).join('; ')}. ` +
            `For comparison: ${references.map((r) => r.text).join('; ')}.`
          : `Validation ${metric.name} chart: nothing has run yet.`
      }
      options={[{ key: 'zoom', name: 'Zoom in on the arms', checked: zoom, toggle: () => setZoom(!zoom) }]}
      table={() =>
        evaluationTable(
          data,
          `Validation ${metric.name} of every arm, by step`,
          arms.map(({ id, name, colour }) => ({ key: id, name, colour })),
          (evaluation) => arms.map(({ id }) => value(evaluation, id)),
        )
      }
    >
      {width > 0 && (
        <Plot
          width={width}
          height={CHART_HEIGHT}
          label={`Validation ${metric.name} by training step`}
          series={series}
          arms={arms}
          steps={experiment.base.steps}
          range={range}
          log={log}
          axis={words.axis}
          labels={armLabels(arms, series)}
          references={references}
          moments={momentsOf(data)}
          crosses={NONE}
          tooltip={tooltip}
        />
      )}
    </ChartCard>
  );
}

const NONE: never[] = [];
