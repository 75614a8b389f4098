/** The frame that the charts of a run share: one line an arm over the steps, with tooltip, table and export. */
import { type ReactNode, useMemo } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useArmsShown } from '@/state/armsShown.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { number } from '@/ui/words.ts';
import { captionOf } from './caption.ts';
import { ChartCard, type ChartOption } from './ChartCard.tsx';
import { ChartTooltip } from './ChartTooltip.tsx';
import type { AxisRange } from './domain.ts';
import type { EndLabel } from './Overlays.tsx';
import { armLabels, drawnArms, type DrawnArm, evaluationTable, momentsOf, nearestEvaluation } from './parts.ts';
import { Plot, type PlotProps } from './Plot.tsx';
import { type Frame, useFrame, useSnapshot } from '../redraw.ts';
import { RESTING_POINTS, type Series, STREAMING_POINTS } from './series.ts';

const NONE: never[] = [];

/** What a chart of the run on screen draws from. */
export interface DrawnRun {
  frame: Frame<HTMLDivElement>;
  /** `data` is filled in place; this tells when. */
  version: number;
  data: RunData;
  /** Of the run; before there is one, the experiment being edited. */
  experiment: Experiment;
  /** Those that are not hidden. */
  arms: readonly DrawnArm[];
  shown: ReadonlySet<string>;
  /** Most points of a line. */
  points: number;
}

/** @param pace what is worth a redraw */
export function useDrawnRun(pace: 'steps' | 'evaluations'): DrawnRun {
  const frame = useFrame<HTMLDivElement>();
  const { version, data, resting } = useSnapshot(frame.visible, pace, frame.element?.closest('[role="dialog"]') != null);
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const hidden = useArmsShown((state) => state.hidden);
  const arms = useMemo(() => drawnArms(experiment).filter(({ id }) => !hidden.has(id)), [experiment, hidden]);
  const shown = useMemo(() => new Set(arms.map(({ id }) => id)), [arms]);
  return { frame, version, data, experiment, arms, shown, points: resting ? RESTING_POINTS : STREAMING_POINTS };
}

interface RunChartProps {
  drawn: DrawnRun;
  title: string;
  note: string;
  /** Title of an exported picture. */
  caption: string;
  /** What its lines are, in sentences below it. */
  lines: string;
  promise: string;
  testId: string;
  options: readonly ChartOption[];
  controls?: ReactNode;
  series: Series;
  range: AxisRange;
  /** What the values of an arm at an evaluation are called in the tooltip; the first is the line's. */
  columns: readonly string[];
  /** Those values as text. */
  cells: (evaluation: Evaluation, arm: DrawnArm, index: number) => string[];
  /** The same as a table: what it shows, and the columns of an arm. */
  tableCaption: string;
  tableColumns: (arm: DrawnArm) => { key: string; name: string; colour?: string }[];
  /** One or more sentences for people who cannot see it, once there is something to tell. */
  summary: (last: Evaluation) => string;
  /** Labels besides those of the arms. */
  labels?: readonly EndLabel[];
  plot: Pick<PlotProps, 'label' | 'axis'> & Partial<Pick<PlotProps, 'log' | 'references' | 'crosses' | 'training' | 'chance'>>;
}

/** A card with a curve for every arm. */
export function RunChart({ drawn, series, range, columns, cells, labels = NONE, plot, ...props }: RunChartProps) {
  const { frame, data, experiment, arms } = drawn;
  const tooltip = (step: number) => {
    const evaluation = data.evaluations[nearestEvaluation(data.evaluations, step)];
    return (
      evaluation && (
        <ChartTooltip
          head={`step ${number(evaluation.step)}`}
          columns={columns}
          lines={arms.map((arm, i) => ({ key: arm.id, name: arm.name, colour: arm.colour, values: cells(evaluation, arm, i) }))}
        />
      )
    );
  };
  const last = data.lastEvaluation;
  return (
    <ChartCard
      title={props.title}
      note={props.note}
      caption={props.caption}
      words={() => captionOf(props.lines, useRun.getState())}
      promise={props.promise}
      testId={props.testId}
      options={props.options}
      controls={props.controls}
      frame={frame}
      empty={series.rows.length === 0}
      summary={last ? props.summary(last) : `${props.title} chart: nothing has run yet.`}
      table={() =>
        evaluationTable(data, props.tableCaption, arms.flatMap(props.tableColumns), (evaluation) => arms.flatMap((arm, i) => cells(evaluation, arm, i)))
      }
    >
      {frame.width > 0 && frame.height > 0 && (
        <Plot
          log={false}
          references={NONE}
          crosses={NONE}
          {...plot}
          width={frame.width}
          height={frame.height}
          series={series}
          arms={arms}
          steps={experiment.base.steps}
          begun={data.experiment !== null}
          range={range}
          labels={[...armLabels(arms, series), ...labels]}
          moments={momentsOf(data)}
          tooltip={tooltip}
        />
      )}
    </ChartCard>
  );
}
