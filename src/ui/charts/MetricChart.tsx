import { useMemo, useState } from 'react';
import { classNames, taskMetric, taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { majority } from '@/stats/confusion.ts';
import { examplesOf, validationSet } from '@/ui/words.ts';
import { meanAndSpread, metricWords } from './format.ts';
import { useMetricRange } from './metricRange.ts';
import { evaluatedWords } from './parts.ts';
import type { Reference } from './References.tsx';
import { RunChart, useDrawnRun } from './RunChart.tsx';
import { meanOverSeeds, metricSeries } from './series.ts';

/** An untrained guide's own score is chance; a line for it would say nothing. */
const WORTH_A_LINE = 0.05;

/** A class that is more frequent than the others by this much is what an arm has to beat, not chance. */
const UNEQUAL = 0.02;

/** The score that takes no learning. */
function lineToBeat({ labels }: RunData, { task }: Experiment): Reference {
  const metric = taskMetric(task);
  const { value } = metricWords(metric);
  const most = labels && majority(labels, taskShape(task).classes);
  if (most && most.share > metric.chance + UNEQUAL)
    return { value: most.share, text: `always “${classNames(task)[most.label]}” ${value(most.share)}`, side: 'below' };
  return { value: metric.chance, text: `chance ${value(metric.chance)}`, side: 'below' };
}

function referencesOf(data: RunData, experiment: Experiment): Reference[] {
  const metric = taskMetric(experiment.task);
  const { chance } = metric;
  const { value } = metricWords(metric);
  const references = [lineToBeat(data, experiment)];
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

/** The task's metric on the validation set, with the guides' own scores and what takes no learning. */
export function MetricChart() {
  const drawn = useDrawnRun('evaluations');
  const { version, data, experiment, arms, points } = drawn;
  const metric = taskMetric(experiment.task);
  const words = metricWords(metric);
  const examples = validationSet(experiment.task);
  // A metric that falls starts so high that nobody would see what the arms differ in.
  const [chosenZoom, setZoom] = useState<boolean | null>(null);
  const zoom = chosenZoom ?? !metric.higherIsBetter;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => metricSeries(data, points), [data, version, points]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const references = useMemo(() => referencesOf(data, experiment), [data, version, experiment]);
  const { range, log } = useMetricRange(metric, series, experiment.base.steps, zoom, data);

  const value = (evaluation: Evaluation, arm: string) => {
    const { mean, sd } = meanOverSeeds(data.arms.get(arm) ?? [], (m) => evaluation.series.valMetric[m]);
    return meanAndSpread(mean, sd, words.bare) + (words.unit && Number.isFinite(mean) ? ` ${words.unit}` : '');
  };

  return (
    <RunChart
      drawn={drawn}
      title={`Validation ${metric.name}`}
      testId="chart-metric"
      caption={`Validation ${metric.name} on ${taskTitle(experiment.task)}`}
      lines={`Validation ${metric.name} by training step on ${examples}${log ? ', logarithmic' : ''}. Dotted: levels to compare with.`}
      promise={
        metric.name === 'perplexity'
          ? 'Among how many words each arm wavers on an unseen text'
          : `How many unseen ${examplesOf(experiment.task)} each arm gets right`
      }
      note={`on ${examples}`}
      options={[{ key: 'zoom', name: 'Zoom in on the arms', checked: zoom, toggle: () => setZoom(!zoom) }]}
      series={series}
      range={range}
      columns={[`validation ${metric.name}`]}
      cells={(evaluation, { id }) => [value(evaluation, id)]}
      tableCaption={`Validation ${metric.name} of every arm, by step`}
      tableColumns={({ id, name, colour }) => [{ key: id, name, colour }]}
      summary={(last) =>
        `Validation ${metric.name} ${evaluatedWords(data)}: ${arms.map(({ id, name }) => `${name} ${value(last, id)}`).join('; ')}. ` +
        `For comparison: ${references.map((r) => r.text).join('; ')}.`
      }
      plot={{ label: `Validation ${metric.name} by training step`, axis: words.axis, log, references }}
    />
  );
}
