import { useMemo } from 'react';
import { taskMetric, taskTitle } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { AxisChoice } from '@/state/chartChoices.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { metricToBeat } from '@/stats/ofExperiment.ts';
import type { Verdict } from '@/stats/types.ts';
import { verdictOf } from '@/state/verdictOf.ts';
import { examplesOf, validationSet } from '@/ui/words.ts';
import { meanAndSpread, metricWords } from './format.ts';
import { useMetricRange, usualAxis } from './metricRange.ts';
import { evaluatedWords } from './parts.ts';
import type { Reference } from './placing.ts';
import { RunChart, useDrawnRun, useSmoothed } from './RunChart.tsx';
import { meanOverSeeds } from './overSeeds.ts';
import { metricSeries, STREAMING_POINTS } from './series.ts';

/** An untrained guide's own score is chance; a line for it would say nothing. */
const WORTH_A_LINE = 0.05;

const ACCURACY_AXES: { key: AxisChoice; name: string }[] = [
  { key: 'whole', name: '0 to 100 %' },
  { key: 'chance', name: 'Chance to 100 %' },
  { key: 'fit', name: 'What the arms need' },
];
const PERPLEXITY_AXES: { key: AxisChoice; name: string }[] = [
  { key: 'whole', name: 'From the start, logarithmic' },
  { key: 'fit', name: 'What the arms need' },
];

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

const scoresOf = (data: RunData) => metricSeries(data, new Set(data.arms.keys()), STREAMING_POINTS);

/** The task's metric on the validation set, with the guides' own scores and what takes no learning. */
export function MetricChart() {
  const drawn = useDrawnRun('chart-metric', 'evaluations');
  const { version, data, experiment, arms, shown, points, choice, choose } = drawn;
  const metric = taskMetric(experiment.task);
  const words = metricWords(metric);
  const examples = validationSet(experiment.task);
  const offered = metric.name === 'accuracy' ? ACCURACY_AXES : PERPLEXITY_AXES;
  const axis = offered.find(({ key }) => key === choice.axis)?.key ?? usualAxis(metric);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const recorded = useMemo(() => metricSeries(data, shown, points), [data, version, shown, points]);
  const series = useSmoothed(recorded, drawn);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const references = useMemo(() => referencesOf(data, experiment), [data, version, experiment]);
  const run = useMemo(() => ({ data, shown, smoothing: choice.smoothing }), [data, shown, choice.smoothing]);
  const { range, log } = useMetricRange(metric, series, experiment.base.steps, axis, run);

  const value = (evaluation: Evaluation, arm: string) => {
    const { mean, sd } = meanOverSeeds(data.arms.get(arm) ?? [], (m) => evaluation.series.valMetric[m]);
    return meanAndSpread(mean, sd, words.bare) + (words.unit && Number.isFinite(mean) ? ` ${words.unit}` : '');
  };

  return (
    <RunChart
      drawn={drawn}
      title={`Validation ${metric.name}`}
      named
      caption={`Validation ${metric.name} on ${taskTitle(experiment.task)}`}
      lines={`Validation ${metric.name} by training step on ${examples}${log ? ', logarithmic' : ''}. Dotted: levels to compare with.`}
      promise={
        metric.name === 'perplexity'
          ? 'Among how many words each arm wavers on an unseen text'
          : `How many unseen ${examplesOf(experiment.task)} each arm gets right`
      }
      note={`on ${examples}`}
      options={[
        {
          label: 'Value axis',
          kind: 'radio',
          options: offered.map(({ key, name }) => ({ key, name, checked: key === axis, choose: () => choose({ axis: key }) })),
        },
      ]}
      series={series}
      overlay={scoresOf}
      range={range}
      log={log}
      columns={[`validation ${metric.name}`]}
      cells={(evaluation, { id }) => [value(evaluation, id)]}
      tableCaption={`Validation ${metric.name} of every arm, by step`}
      tableColumns={({ id, name, colour }) => [{ key: id, name, colour }]}
      summary={(last) =>
        `Validation ${metric.name} ${evaluatedWords(data)}: ${arms.map(({ id, name }) => `${name} ${value(last, id)}`).join('; ')}. ` +
        `For comparison: ${references.map((r) => r.text).join('; ')}.`
      }
      plot={{ label: `Validation ${metric.name} by training step`, axis: words.axis, references }}
    />
  );
}
