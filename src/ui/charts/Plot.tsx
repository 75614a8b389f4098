/** The drawing of one chart with Recharts. Everything it shows is given; it decides nothing. */
import { memo, type ReactNode, useMemo } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { stepTicks } from './domain.ts';
import { Drawing, type DrawingProps } from './Drawing.tsx';
import { axisNumber } from './format.ts';
import { labelRoom } from './placing.ts';
import { textWidth } from './textWidth.ts';
import { rowsBetween } from './zoom.ts';

export interface PlotProps extends DrawingProps {
  height: number;
  /** What a screen reader calls the drawing. */
  label: string;
  /** A run has begun: room is made for its labels before the first line, which is work enough for one task. */
  begun: boolean;
  presented: boolean;
  ticks: readonly number[];
  axis: (value: number) => string;
  tooltip: (step: number) => ReactNode;
}

const TOP = 4;
/** Right of the plot where nothing is named there: half of the last step's number. */
const MARGIN = 12;
/** Of the card around the drawing: what its padding takes on both sides, how much of that names may use, and the axes' least share. */
const PADDING = 22;
const OVERHANG = 8;
const AXES_SHARE = 0.653;
/** The same before a room: no name is cut that is to be read from the last row. */
const AXES_SHARE_PRESENTED = 0.5;

const noPath = () => null;

const stepTick = (step: number): string => (step === 0 ? 'step 0' : step >= 10_000 ? `${axisNumber(step / 1000)}k` : String(step).replace('-', '−'));

interface StepTickProps {
  x: number | string;
  y: number | string;
  payload: { value: number };
}

/** The first step's number begins at the axis: centred it would stand under the lowest number of the other axis. */
const stepTickOf = (first: number, type: number) => (props: StepTickProps) => (
  <text
    x={props.x}
    y={props.y}
    dy="0.71em"
    dx={props.payload.value === first ? -2 : 0}
    textAnchor={props.payload.value === first ? 'start' : 'middle'}
    fontSize={type}
    fill="var(--mute)"
  >
    {stepTick(props.payload.value)}
  </text>
);

/** Wide enough for its numbers, and seldom another width while they change. */
const axisWidth = (ticks: readonly number[], axis: (value: number) => string, type: number): number =>
  Math.ceil(Math.max(2.6 * type, ...ticks.map((tick) => textWidth(axis(tick), type, false))) + 4);

/** Height of the numbers below the plot. */
export const axisHeight = (type: number): number => Math.ceil(type + 6);

export const Plot = memo(function Plot(props: PlotProps) {
  const { width, height, series, view, type, ticks, axis, begun, presented, label, tooltip, ...drawing } = props;
  // What a pointer or the arrow keys can reach: no step beyond the edges of what is shown.
  const reached = useMemo(() => rowsBetween(series.rows, view.steps), [series, view]);
  const left = axisWidth(ticks, axis, type);
  const most = width - left - (presented ? AXES_SHARE_PRESENTED : AXES_SHARE) * (width + PADDING);
  const right = begun && props.labels.length > 0 ? Math.max(MARGIN, Math.min(most, labelRoom(props.labels, type, textWidth) - OVERHANG)) : MARGIN;
  const tick = { fontSize: type, fill: 'var(--mute)' };
  return (
    <ComposedChart width={width} height={height} data={reached} aria-label={label} margin={{ top: TOP, left: 0, bottom: 0, right }}>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="step"
        type="number"
        domain={[...view.steps]}
        ticks={stepTicks(view.steps)}
        interval="preserveStartEnd"
        allowDataOverflow
        height={axisHeight(type)}
        tick={stepTickOf(view.steps[0], type)}
        tickLine={false}
        tickMargin={4}
        axisLine={{ stroke: 'var(--line)' }}
        tickFormatter={stepTick}
      />
      <YAxis
        type="number"
        domain={[...view.values]}
        ticks={ticks}
        interval={0}
        allowDataOverflow
        scale={view.log ? 'log' : 'linear'}
        width={left}
        tick={tick}
        tickLine={false}
        axisLine={false}
        tickFormatter={axis}
      />
      <Drawing {...drawing} width={width + OVERHANG} series={series} view={view} type={type} />
      {/* Has no values and no path (it would be measured at every redraw): Recharts' tooltip follows the steps of an item of its own. */}
      <Line dataKey="nothing" stroke="none" shape={noPath} dot={false} activeDot={false} legendType="none" isAnimationActive={false} />
      {series.rows.length > 0 && (
        <Tooltip
          filterNull={false}
          isAnimationActive={false}
          cursor={{ stroke: 'var(--mute)', strokeWidth: 1 }}
          content={({ active, label: step }) => (active && typeof step === 'number' ? tooltip(step) : null)}
          wrapperStyle={{ zIndex: 5, outline: 'none' }}
          // At the plot's upper edge; where it goes from there, its own style says.
          position={{ y: 0 }}
          allowEscapeViewBox={{ x: false, y: true }}
        />
      )}
    </ComposedChart>
  );
});
