import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import { alignedPairs } from '@/experiment/plan/arms.ts';
import type { StepQuantity } from '@/experiment/series.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { examplesOf, validationSet } from '@/ui/words.ts';
import classes from './charts.module.css';
import { logRange, niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import { type DrawnArm, crossesOf, evaluatedWords, useGrowingRange } from './parts.ts';
import { smoothOf } from './recorded.ts';
import { RunChart, useDrawnRun, useSmoothed } from './RunChart.tsx';
import { meanOverSeeds } from './overSeeds.ts';
import { alignmentSeries, lossSeries, STREAMING_POINTS } from './series.ts';

/** The least that a logarithmic axis shows. */
const LEAST = 1e-4;

const LOSSES = [
  { value: 'task', label: 'task' },
  { value: 'alignment', label: 'alignment' },
];

const lossesOf = (data: RunData) => lossSeries(data, new Set(data.arms.keys()), STREAMING_POINTS);

/** Validation loss and training loss of every arm; or what guidance adds to the loss of those that are guided. */
export function LossChart() {
  const drawn = useDrawnRun('chart-loss', 'steps');
  const { version, data, experiment, arms, shown, points, choice, choose } = drawn;
  const { log, smoothing } = choice;
  const guided = useMemo(() => experiment.arms.some((arm) => alignedPairs(experiment, arm).length > 0), [experiment]);
  const alignment = guided && choice.alignment;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const recorded = useMemo(() => (alignment ? alignmentSeries : lossSeries)(data, shown, points), [data, version, shown, points, alignment]);
  const series = useSmoothed(recorded, drawn);
  const begun = Number.isFinite(series.max);
  // A guess costs ln(classes), which is where most runs begin; an alignment loss depends on the weight.
  const guess = alignment ? 1 : Math.log(taskShape(experiment.task).classes);
  const low = begun ? series.min : 0;
  const high = begun ? series.max : 1.2 * guess;
  const initial = log ? logRange(Math.max(begun ? low : guess / 4, LEAST), high) : niceRange(low, high);
  // Fitted anew to what is drawn when that is something else, and else growing: axes do not jump with every record.
  const key = useMemo(() => ({ data, shown, log, alignment, begun, smoothing }), [data, shown, log, alignment, begun, smoothing]);
  const range = useGrowingRange(key, initial, log ? Math.max(series.min, LEAST) : series.min, series.max, log ? logRange : niceRange);

  const validation = (evaluation: Evaluation, arm: DrawnArm) => {
    const { mean, sd } = meanOverSeeds(data.arms.get(arm.id) ?? [], (m) => evaluation.series.valLoss[m]);
    return meanAndSpread(mean, sd, plainNumber);
  };
  const columns = useMemo(() => [...data.arms.keys()], [data]);
  const smoothed = (id: StepQuantity, step: number, arm: string) => {
    const smooth = smoothOf(data, id);
    const column = columns.indexOf(arm);
    const row = smooth.rowOf(step);
    return plainNumber(row < 0 || step === 0 ? Number.NaN : smooth.at(row, column));
  };
  const seeds = experiment.seeds.length;
  const scale = log ? ', logarithmic' : '';
  const shared = {
    drawn,
    title: 'Loss',
    options: [
      {
        label: 'Value axis',
        kind: 'checkbox' as const,
        options: [{ key: 'log', name: 'Logarithmic scale', checked: log, choose: () => choose({ log: !log }) }],
      },
    ],
    controls: guided && (
      <div className={classes.controls}>
        <SegmentedControl
          aria-label="Which loss"
          size="xs"
          value={alignment ? 'alignment' : 'task'}
          onChange={(value) => choose({ alignment: value === 'alignment' })}
          data={LOSSES}
        />
      </div>
    ),
    series,
    overlay: alignment ? null : lossesOf,
    range,
    log,
  };

  // One element for both, so that the control keeps the focus.
  const drawing = alignment
    ? {
        caption: `Alignment loss on ${taskTitle(experiment.task)}`,
        lines: `Alignment loss by training step${scale}: the sum over an arm's pairs of layers of weight · (1 − similarity) on the training batch, smoothed (debiased moving average). A line ends where guidance does.`,
        promise: 'What guidance adds to the loss of each guided arm',
        note: 'Σ weight · (1 − similarity)',
        columns: ['alignment'],
        cells: (evaluation: Evaluation, { id }: DrawnArm) => [smoothed('alignmentLoss', evaluation.step, id)],
        tableCaption: 'Smoothed alignment loss of every arm, by step',
        tableColumns: ({ id, name, colour }: DrawnArm) => [{ key: id, name, colour }],
        summary: (last: Evaluation) =>
          `Alignment loss ${evaluatedWords(data)}: ${arms.map(({ id, name }) => `${name} ${smoothed('alignmentLoss', last.step, id)}`).join('; ')}.`,
        plot: { label: 'Alignment loss by training step', axis: axisNumber },
      }
    : {
        caption: `Loss on ${taskTitle(experiment.task)}`,
        lines: `Cross-entropy by training step${scale}. Bold: on ${validationSet(experiment.task)} for validation. Thin: on the training batches, smoothed (debiased moving average).`,
        promise: `What each arm still gets wrong, on the ${examplesOf(experiment.task)} it trains on and on those it has not seen`,
        note: `bold: validation${seeds > 1 ? ' · band: ± sd' : ''}`,
        columns: ['validation', 'training'],
        cells: (evaluation: Evaluation, arm: DrawnArm) => [validation(evaluation, arm), smoothed('trainLoss', evaluation.step, arm.id)],
        tableCaption: 'Validation and smoothed training loss of every arm, by step',
        tableColumns: ({ id, name, colour }: DrawnArm) => [
          { key: `v${id}`, name: `${name}, validation`, colour },
          { key: `t${id}`, name: `${name}, training`, colour },
        ],
        summary: (last: Evaluation) => `Validation loss ${evaluatedWords(data)}: ${arms.map((arm) => `${arm.name} ${validation(last, arm)}`).join('; ')}.`,
        plot: { label: 'Loss by training step', axis: axisNumber, crosses: crossesOf(data, shown, range.domain), training: true },
      };
  return <RunChart {...shared} {...drawing} />;
}
