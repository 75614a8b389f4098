/** The drawing of one chart with Recharts. Everything it shows is given; it decides nothing. */
import { memo, type ReactNode } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { type AxisRange, stepTicks } from './domain.ts';
import { axisNumber } from './format.ts';
import { Crosses, type Cross, EndLabels, type EndLabel, type Moment, Moments } from './Overlays.tsx';
import { Lines, type PlotArm } from './Lines.tsx';
import { OverlaidLines, type OverlaidSeries } from './Overlaid.tsx';
import { type Reference, References } from './References.tsx';
import type { Series } from './series.ts';

export interface PlotProps {
  width: number;
  height: number;
  /** What a screen reader calls the drawing. */
  label: string;
  series: Series;
  arms: readonly PlotArm[];
  steps: number;
  /** A run has begun: room is made for its labels before the first line, which is work enough for one task. */
  begun: boolean;
  range: AxisRange;
  log: boolean;
  axis: (value: number) => string;
  labels: readonly EndLabel[];
  references: readonly Reference[];
  moments: readonly Moment[];
  crosses: readonly Cross[];
  /** Lines of other runs. */
  overlaid: readonly OverlaidSeries[];
  /** Draw the thin training lines, the chance level. */
  training?: boolean;
  chance?: boolean;
  tooltip: (step: number) => ReactNode;
}

const AXIS_WIDTH = 36;
const AXIS_HEIGHT = 20;
const TICK = { fontSize: 11, fill: 'var(--mute)' };
const CHARACTER = 6.6;
const MAX_LABEL_SHARE = 0.36;
const MARGIN = 14;

/** Room for the labels: as much as the longest needs, the same for the whole run; hardly any before there is one. */
const labelRoom = (texts: readonly string[], width: number, idle: boolean): number =>
  idle ? MARGIN : Math.min(width * MAX_LABEL_SHARE, MARGIN + CHARACTER * Math.max(6, ...texts.map((t) => t.length)));

const noPath = () => null;

const stepTick = (step: number): string => (step === 0 ? 'step 0' : step >= 10_000 ? `${axisNumber(step / 1000)}k` : String(step));

export const Plot = memo(function Plot(props: PlotProps) {
  const { width, height, series, arms, steps, range, log, references } = props;
  return (
    <ComposedChart
      width={width}
      height={height}
      data={series.rows}
      aria-label={props.label}
      margin={{
        top: 6,
        left: 0,
        bottom: 0,
        right: labelRoom(
          props.labels.map((l) => l.text),
          width,
          !props.begun,
        ),
      }}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="step"
        type="number"
        domain={[0, steps]}
        ticks={stepTicks(steps)}
        interval="preserveStartEnd"
        allowDataOverflow
        height={AXIS_HEIGHT}
        tick={TICK}
        tickLine={false}
        tickMargin={4}
        axisLine={{ stroke: 'var(--line)' }}
        tickFormatter={stepTick}
      />
      <YAxis
        type="number"
        domain={range.domain}
        ticks={range.ticks}
        interval={0}
        allowDataOverflow
        scale={log ? 'log' : 'linear'}
        width={AXIS_WIDTH}
        tick={TICK}
        tickLine={false}
        axisLine={false}
        tickFormatter={props.axis}
      />
      <References
        references={references}
        series={series}
        arms={arms}
        labels={props.labels}
        moments={props.moments}
        steps={steps}
        domain={range.domain}
        log={log}
      />
      <OverlaidLines overlaid={props.overlaid} steps={steps} domain={range.domain} log={log} />
      <Lines series={series} arms={arms} steps={steps} domain={range.domain} log={log} training={props.training ?? false} chance={props.chance ?? false} />
      {/* Has no values and no path (it would be measured at every redraw): Recharts' tooltip follows the steps of an item of its own. */}
      <Line dataKey="nothing" stroke="none" shape={noPath} dot={false} activeDot={false} legendType="none" isAnimationActive={false} />
      <Moments moments={props.moments} avoid={references.map((r) => r.value)} />
      <Crosses crosses={props.crosses} />
      <EndLabels labels={props.labels} step={series.lastStep} />
      {series.rows.length > 0 && (
        <Tooltip
          filterNull={false}
          isAnimationActive={false}
          cursor={{ stroke: 'var(--mute)', strokeWidth: 1 }}
          content={({ active, label }) => (active && typeof label === 'number' ? props.tooltip(label) : null)}
          wrapperStyle={{ zIndex: 5, outline: 'none' }}
          // Below the plot, over whatever is there: it never covers the lines it tells about.
          position={{ y: height - AXIS_HEIGHT + 2 }}
          allowEscapeViewBox={{ x: false, y: true }}
        />
      )}
    </ComposedChart>
  );
});
