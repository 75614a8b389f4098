import { useMemo, useState } from 'react';
import { taskMetric, taskTitle } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { metricToBeat } from '@/stats/ofExperiment.ts';
import type { Verdict } from '@/stats/types.ts';
import { verdictOf } from '@/state/verdictOf.ts';
import { examplesOf, validationSet } from '@/ui/words.ts';
import { meanAndSpread, metricWords } from './format.ts';
import { useMetricRange } from './metricRange.ts';
import { evaluatedWords } from './parts.ts';
import type { Reference } from './References.tsx';
import { RunChart, useDrawnRun } from './RunChart.tsx';
import { meanOverSeeds, metricSeries } from './series.ts';

/** An untrained guide's own score is chance; a line for it would say nothing. */
const WORTH_A_LINE = 0.05;

/** The score that the verdict counts seeds or steps by, where it does, and what it is called. */
function lineDrawn({ sooner, shares, threshold }: Verdict): { at: number; name: string } | null {
  if (sooner) return { at: sooner.threshold, name: 'to cross:' };
  return threshold && shares.some(({ split }) => split) ? { at: threshold.value, name: 'learnt: past' } : null;
}

function referencesOf(data: RunData, experiment: Experiment): Reference[] {
  const metric = taskMetric(experiment.task);
  const toBeat = metricToBeat(experiment.task, data.labels);
  const { value } = metricWords(metric);
  const level = toBeat.metric.chance;
  const name = toBeat.prevailing === undefined ? 'chance' : `always “${toBeat.prevailing}”`;
  const references: Reference[] = [{ value: level, text: `${name} ${value(level)}`, side: 'below' }];
  const worth = WORTH_A_LINE * (metric.name === 'accuracy' ? 1 : metric.chance);
  const verdict = verdictOf(data, data.lastEvaluation?.step === experiment.base.steps);
  const line = verdict && lineDrawn(verdict);
  if (line) references.push({ value: line.at, text: `${line.name} ${value(line.at)}`, side: 'above' });
  for (const guide of Object.keys(experiment.guides)) {
    const score = data.guideScore(guide);
    if (score !== null && Math.abs(score - metric.chance) > worth) {
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
  const { version, data, experiment, arms, shown, points } = drawn;
  const metric = taskMetric(experiment.task);
  const words = metricWords(metric);
  const examples = validationSet(experiment.task);
  // A metric that falls starts so high that nobody would see what the arms differ in.
  const [chosenZoom, setZoom] = useState<boolean | null>(null);
  const zoom = chosenZoom ?? !metric.higherIsBetter;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => metricSeries(data, shown, points), [data, version, shown, points]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const references = useMemo(() => referencesOf(data, experiment), [data, version, experiment]);
  const run = useMemo(() => ({ data, shown }), [data, shown]);
  const { range, log } = useMetricRange(metric, series, experiment.base.steps, zoom, run);

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
