/** All that is ours inside a Recharts chart: what stands where is worked out once for each redraw. */
import { useMemo } from 'react';
import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import type { Area, Line } from './labels.ts';
import { Lines, type PlotArm } from './Lines.tsx';
import { OverlaidLines, type OverlaidSeries } from './Overlaid.tsx';
import { CourseMarks, type Cross, Crosses, EndLabels, Levels, LevelWords, MomentLines, MomentWords } from './Overlays.tsx';
import { type Scales, scalesOf, type View } from './paths.ts';
import { type CourseMark, type EndLabel, type Moment, place, type Reference } from './placing.ts';
import { Crosshair, Pointing, TellStep } from './Pointing.tsx';
import type { Series } from './series.ts';
import { textWidth } from './textWidth.ts';
import type { Zoom } from '@/state/chartChoices.ts';

export interface DrawingProps {
  /** Its test id: what the crosshair knows it by. */
  chart: string;
  /** As far as texts may reach. */
  width: number;
  series: Series;
  arms: readonly PlotArm[];
  /** Lines of other runs. */
  overlaid: readonly OverlaidSeries[];
  view: View;
  /** Of the type, in pixels. */
  type: number;
  labels: readonly EndLabel[];
  references: readonly Reference[];
  moments: readonly Moment[];
  marks: readonly CourseMark[];
  crosses: readonly Cross[];
  /** Draw the thin training lines, the chance level. */
  training: boolean;
  chance: boolean;
  onZoom: (zoom: Pick<Zoom, 'steps' | 'values'> | null) => void;
}

/** Pixels: a narrower plot shows nothing. */
const LEAST_WIDTH = 20;

const NONE: readonly Reference[] = [];

/** The main line of an arm in pixels. */
const pointsOf = (series: Series, arm: string, scales: Scales): Line =>
  series.rows.flatMap((row) => {
    const value = row[`m:${arm}`];
    return typeof value === 'number' ? [{ x: scales.x(row.step), y: scales.y(value) }] : [];
  });

export function Drawing(props: DrawingProps) {
  const area = usePlotArea();
  // Recharts knows its own size only after its first drawing.
  return area && area.width > LEAST_WIDTH && <Drawn {...props} area={area} />;
}

function Drawn({ area: { x, y, width: plotWidth, height }, ...props }: DrawingProps & { area: Area }) {
  const { chart, width, series, arms, view, type, labels, moments, marks } = props;
  const empty = series.rows.length === 0;
  // Before a run the chart's hint stands where a level may be, and would cut it and its word in half.
  const references = empty ? NONE : props.references;
  const area = useMemo(() => ({ x, y, width: plotWidth, height }), [x, y, plotWidth, height]);
  const scales = useMemo(() => scalesOf(area, view), [area, view]);
  const lines = useMemo(() => arms.map(({ id }) => pointsOf(series, id, scales)), [arms, series, scales]);
  const placed = useMemo(() => {
    const end = Math.min(scales.x(series.lastStep), area.x + area.width);
    return place({ labels, references, moments, marks }, { area, width, scales, end, lines, type, widthOf: textWidth });
  }, [labels, references, moments, marks, area, width, scales, lines, type, series]);
  const ids = useMemo(() => arms.map(({ id }) => id), [arms]);
  return (
    <>
      <ZIndexLayer zIndex={DefaultZIndexes.line}>
        <Levels references={references} placed={placed.references} scales={scales} area={area} />
        <OverlaidLines overlaid={props.overlaid} area={area} scales={scales} />
        {!empty && <Lines series={series} arms={arms} area={area} scales={scales} training={props.training} chance={props.chance} />}
        <MomentLines moments={moments} placed={placed.moments} scales={scales} area={area} />
        <CourseMarks marks={placed.marks} />
        <Crosses crosses={props.crosses} scales={scales} area={area} />
        <Crosshair chart={chart} area={area} scales={scales} />
        {!empty && <Pointing area={area} view={view} arms={ids} lines={lines} onZoom={props.onZoom} />}
      </ZIndexLayer>
      {/* Over the curves: where one has to pass, a text's halo keeps it readable. */}
      <ZIndexLayer zIndex={DefaultZIndexes.label}>
        <LevelWords references={placed.references} type={type} />
        <MomentWords moments={placed.moments} type={type} />
        <EndLabels ends={placed.ends} type={type} />
      </ZIndexLayer>
      {!empty && <TellStep chart={chart} />}
    </>
  );
}
