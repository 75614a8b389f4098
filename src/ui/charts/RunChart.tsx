/** The frame that the charts of a run share: one line an arm over the steps, with tooltip, table and export. */
import { type ReactNode, useMemo } from 'react';
import { startStep, stepsBefore } from '@/experiment/plan/warmup.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useArmsShown } from '@/state/armsShown.ts';
import { type ChartChoice, chooseForChart, SMOOTHINGS, useChartChoice, type Zoom } from '@/state/chartChoices.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useStage } from '@/state/presenting.ts';
import { useRun } from '@/state/run.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { number } from '@/ui/words.ts';
import { captionOf } from './caption.ts';
import { ChartCard } from './ChartCard.tsx';
import type { ChartOptions } from './ChartMenu.tsx';
import { ChartTooltip, tooltipSide } from './ChartTooltip.tsx';
import { useChartType, useRoomy } from './chartType.ts';
import type { AxisRange } from './domain.ts';
import { OverlaidRuns, overlaidWords, useOverlaid } from './Overlaid.tsx';
import { armLabels, courseMarksOf, drawnArms, type DrawnArm, evaluationTable, momentsOf, nearestEvaluation } from './parts.ts';
import type { EndLabel } from './placing.ts';
import { axisHeight, Plot, type PlotProps } from './Plot.tsx';
import { type Frame, useFrame, useSnapshot } from '../redraw.ts';
import { evaluationsOf, hasBegun } from './recorded.ts';
import { overTotalSteps } from './totalSteps.ts';
import { endsAt, RESTING_POINTS, type Series, STREAMING_POINTS } from './series.ts';
import { memoryOf, smoothed, smoothingWords } from './smoothing.ts';
import { lastQuarter, rowsBetween, zoomedRange } from './zoom.ts';

const NONE: never[] = [];

/** What a chart of the run on screen draws from. */
export interface DrawnRun {
  /** The chart's test id: what its choices are kept by. */
  chart: string;
  choice: ChartChoice;
  choose: (choice: Partial<ChartChoice>) => void;
  frame: Frame<HTMLDivElement>;
  /** It is the large one, in a dialog. */
  large: boolean;
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
export function useDrawnRun(chart: string, pace: 'steps' | 'evaluations'): DrawnRun {
  const frame = useFrame<HTMLDivElement>();
  const large = frame.element?.closest('[role="dialog"]') != null;
  const { version, data, resting } = useSnapshot(frame.visible, pace, large);
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const hidden = useArmsShown((state) => state.hidden);
  const arms = useMemo(() => drawnArms(experiment).filter(({ id }) => !hidden.has(id)), [experiment, hidden]);
  const shown = useMemo(() => new Set(arms.map(({ id }) => id)), [arms]);
  const choice = useChartChoice(chart);
  const choose = (part: Partial<ChartChoice>) => chooseForChart(chart, part);
  return { chart, choice, choose, frame, large, version, data, experiment, arms, shown, points: resting ? RESTING_POINTS : STREAMING_POINTS };
}

/** The curves as they are drawn: smoothed, and over all steps, where that was chosen. */
export function useSmoothed(series: Series, { choice, experiment }: DrawnRun): Series {
  const memory = memoryOf(choice.smoothing, experiment.base.steps);
  return useMemo(() => {
    const lines = smoothed(series, memory);
    return choice.total ? overTotalSteps(lines, stepsBefore(experiment)) : lines;
  }, [series, memory, choice.total, experiment]);
}

/** Where warm-ups are on the step axis. */
const stepAxisOptions = (total: boolean, choose: (total: boolean) => void): ChartOptions => ({
  label: 'Step axis',
  kind: 'radio',
  options: [
    { key: 'task', name: 'Steps of training, warm-ups before 0', checked: !total, choose: () => choose(false) },
    { key: 'total', name: 'All steps that an arm has taken', checked: total, choose: () => choose(true) },
  ],
});

interface RunChartProps {
  drawn: DrawnRun;
  title: string;
  note: string;
  /** Title of an exported picture. */
  caption: string;
  /** What its lines are, in sentences below it. */
  lines: string;
  promise: string;
  /** What can be chosen of this chart besides smoothing and zoom. */
  options: readonly ChartOptions[];
  controls?: ReactNode;
  /** It names its lines in windows of any width. */
  named?: boolean;
  series: Series;
  range: AxisRange;
  /** The same lines of another run, where they can be drawn on these axes (`useOverlaid`). */
  overlay?: ((data: RunData) => Series) | null;
  log: boolean;
  /** What the values of an arm at an evaluation are called in the tooltip; the first is the line's. */
  columns: readonly string[];
  /** Those values as text. */
  cells: (evaluation: Evaluation, arm: DrawnArm) => string[];
  /** The same as a table: what it shows, and the columns of an arm. */
  tableCaption: string;
  tableColumns: (arm: DrawnArm) => { key: string; name: string; colour?: string }[];
  /** One or more sentences for people who cannot see it, once there is something to tell. */
  summary: (last: Evaluation) => string;
  /** Labels besides those of the arms. */
  labels?: readonly EndLabel[];
  plot: Pick<PlotProps, 'label' | 'axis'> & Partial<Pick<PlotProps, 'references' | 'crosses' | 'training' | 'chance'>>;
}

/** A card with a curve for every arm. */
export function RunChart({ drawn, series, overlay = null, range, log, columns, cells, labels = NONE, named = false, plot, ...props }: RunChartProps) {
  const { chart, choice, choose, frame, large, data, experiment, arms } = drawn;
  const { smoothing } = choice;
  const { steps } = experiment.base;
  const start = startStep(experiment);
  const total = choice.total && start < 0;
  const before = useMemo(() => stepsBefore(experiment), [experiment]);
  /** Of an arm's step: where it is on the axis. */
  const shift = (arm: string): number => (total ? (before.get(arm) ?? 0) : 0);
  const [begin, end] = total ? [0, steps - start] : [start, steps];
  const type = useChartType();
  const presented = useStage((state) => state.presenting);
  const labelled = useRoomy() || named || large;

  // In another experiment or another scale the same numbers mean another place.
  const of = [experiment.preset, begin, end, props.title, log].join();
  const zoom = choice.zoom?.of === of ? choice.zoom : null;
  const setZoom = (part: Pick<Zoom, 'steps' | 'values'> | null) => choose({ zoom: part && { of, ...part } });
  const { domain, ticks } = (zoom && zoomedRange(zoom, series, log)) ?? range;
  const [first, last] = zoom?.steps ?? [begin, end];
  const [low, high] = domain;
  const view = useMemo(() => ({ steps: [first, last] as const, values: [low, high] as const, log }), [first, last, low, high, log]);

  const tooltip = (step: number) => {
    const recorded = evaluationsOf(data);
    const within = total ? recorded : rowsBetween(recorded, view.steps);
    const evaluation = within[nearestEvaluation(within, step)];
    return (
      evaluation && (
        <ChartTooltip
          head={total ? `${number(step)} steps in all` : `step ${number(evaluation.step)}`}
          columns={columns}
          lines={arms.flatMap((arm) => {
            const own = total ? within[nearestEvaluation(within, step - shift(arm.id))] : evaluation;
            return hasBegun(data, arm.id, own.step) ? [{ key: arm.id, name: arm.name, colour: arm.colour, values: cells(own, arm) }] : [];
          })}
          shift={tooltipSide(frame, arms.length, type, axisHeight(type))}
        />
      )
    );
  };
  const overlaid = useOverlaid(experiment, total ? null : overlay);
  const evaluation = data.lastEvaluation;
  const note = [smoothingWords(smoothing), props.note].filter(Boolean).join(' · ');
  const options: ChartOptions[] = [
    ...props.options,
    ...(start < 0 ? [stepAxisOptions(total, (chosen) => choose({ total: chosen, zoom: null }))] : []),
    {
      label: 'Smoothing',
      kind: 'radio',
      options: SMOOTHINGS.map((key) => ({
        key,
        name: key[0].toUpperCase() + key.slice(1),
        checked: key === smoothing,
        choose: () => choose({ smoothing: key }),
      })),
    },
  ];
  const memory = Math.round(memoryOf(smoothing, steps));
  return (
    <ChartCard
      title={props.title}
      note={note}
      caption={props.caption}
      words={() => {
        const lines = props.lines + overlaidWords(overlaid);
        return captionOf(memory > 0 ? `${lines} All lines smoothed over about ${number(memory)} steps.` : lines, useRun.getState());
      }}
      legend={labelled ? NONE : arms}
      promise={props.promise}
      testId={chart}
      options={options}
      controls={
        <>
          {overlay && <OverlaidRuns overlaid={overlaid} />}
          {props.controls}
        </>
      }
      zoom={{ zoomed: zoom !== null, toLastQuarter: () => setZoom({ steps: lastQuarter(end), values: null }), toWholeRun: () => setZoom(null) }}
      frame={frame}
      empty={series.rows.length === 0}
      summary={evaluation ? props.summary(evaluation) : `${props.title} chart: nothing has run yet.`}
      table={() =>
        evaluationTable(data, props.tableCaption, arms.flatMap(props.tableColumns), (each) =>
          arms.flatMap((arm) => cells(each, arm).map((cell) => (hasBegun(data, arm.id, each.step) ? cell : ''))),
        )
      }
    >
      {frame.width > 0 && frame.height > 0 && (
        <Plot
          references={NONE}
          training={false}
          chance={false}
          {...plot}
          crosses={(plot.crosses ?? NONE).map((cross) => ({ ...cross, step: cross.step + shift(cross.arm) }))}
          chart={chart}
          width={frame.width}
          height={frame.height}
          series={series}
          overlaid={overlaid}
          arms={arms}
          view={view}
          ticks={ticks}
          type={type}
          begun={data.experiment !== null}
          presented={presented}
          labels={labelled ? [...armLabels(arms, endsAt(series, last)), ...labels] : NONE}
          // What was changed for all arms at a step is no one place among all steps.
          moments={total ? NONE : momentsOf(data)}
          marks={courseMarksOf(data, arms).map((mark) => ({ ...mark, step: mark.step + shift(mark.arm) }))}
          tooltip={tooltip}
          onZoom={setZoom}
        />
      )}
    </ChartCard>
  );
}
