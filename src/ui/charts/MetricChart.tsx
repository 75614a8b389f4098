import { useMemo, useState } from 'react';
import { taskMetric, taskTitle } from '@/experiment/describe.ts';
import type { Experiment } from '@/experiment/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { examplesOf, number } from '@/ui/words.ts';
import { niceRange } from './domain.ts';
import { meanAndSpread, metricWords } from './format.ts';
import { progressWords, useGrowingRange } from './parts.ts';
import type { Reference } from './Plot.tsx';
import { RunChart, useRunView } from './RunChart.tsx';
import { meanOverSeeds, metricSeries } from './series.ts';

/** An untrained guide's own score is chance; a line for it would say nothing. */
const WORTH_A_LINE = 0.05;

function referencesOf(data: RunData, experiment: Experiment): Reference[] {
  const { chance } = taskMetric(experiment.task);
  const { value } = metricWords(taskMetric(experiment.task));
  const references: Reference[] = [{ value: chance, text: `chance ${value(chance)}`, side: 'below' }];
  for (const guide of Object.keys(experiment.guides)) {
    const score = data.guideScore(guide);
    if (score !== null && Math.abs(score - chance) > WORTH_A_LINE) {
      references.push({
        value: score,
        text: `${guide} guide itself ${value(score)}`,
        side: score > 0.93 ? 'below' : 'above',
      });
    }
  }
  return references;
}

/** The task's metric on the validation set, with the guides' own scores and chance. */
export function MetricChart() {
  const view = useRunView('evaluations');
  const { version, data, experiment, arms, points } = view;
  const metric = taskMetric(experiment.task);
  const words = metricWords(metric);
  const examples = `${number(experiment.task.val)} ${examplesOf(experiment.task)}`;
  const [zoom, setZoom] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => metricSeries(data, points), [data, version, points]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const references = useMemo(() => referencesOf(data, experiment), [data, version, experiment]);
  const key = useMemo(() => ({ data, zoom }), [data, zoom]);
  const initial = useMemo(() => niceRange(0, zoom ? 0.2 : 1), [zoom]);
  const range = useGrowingRange(key, initial, Math.min(series.min, 0), series.max);

  const value = (evaluation: Evaluation, arm: string) => {
    const { mean, sd } = meanOverSeeds(data.arms.get(arm) ?? [], (m) => evaluation.valMetric[m]);
    return meanAndSpread(mean, sd, words.bare) + (words.unit && Number.isFinite(mean) ? ` ${words.unit}` : '');
  };

  return (
    <RunChart
      view={view}
      title={`Validation ${metric.name}`}
      testId="chart-metric"
      caption={`Validation ${metric.name} on ${taskTitle(experiment.task)}, ${examples}`}
      promise={`How many unseen ${examplesOf(experiment.task)} each arm gets right`}
      note={`on ${examples}`}
      options={[{ key: 'zoom', name: 'Zoom in on the arms', checked: zoom, toggle: () => setZoom(!zoom) }]}
      series={series}
      range={range}
      columns={[`validation ${metric.name}`]}
      cells={(evaluation, { id }) => [value(evaluation, id)]}
      tableCaption={`Validation ${metric.name} of every arm, by step`}
      tableColumns={({ id, name, colour }) => [{ key: id, name, colour }]}
      summary={(last) =>
        `Validation ${metric.name} ${progressWords(data)}: ${arms.map(({ id, name }) => `${name} ${value(last, id)}`).join('; ')}. ` +
        `For comparison: ${references.map((r) => r.text).join('; ')}.`
      }
      plot={{ label: `Validation ${metric.name} by training step`, axis: words.axis, references }}
    />
  );
}
