/** What a pointer in a plot does: it finds the nearest line, marks its step in all charts, and drags a part to see closer. */
import { type PointerEvent, useEffect, useState } from 'react';
import { useActiveTooltipLabel, useIsTooltipActive } from 'recharts';
import { highlight } from '@/state/armsShown.ts';
import type { Zoom } from '@/state/chartChoices.ts';
import { pointAt, pointAway, useCrosshair } from '@/state/crosshair.ts';
import type { Area, Line } from './labels.ts';
import { nearestLine } from './nearest.ts';
import type { Scales, View } from './paths.ts';
import { type Corner, dragged } from './zoom.ts';
import classes from './charts.module.css';

interface PointingProps {
  area: Area;
  view: View;
  arms: readonly string[];
  /** Of each arm. */
  lines: readonly Line[];
  onZoom: (zoom: Pick<Zoom, 'steps' | 'values'> | null) => void;
}

/** In the drawing's own pixels, whatever the browser's zoom. */
function cornerOf({ currentTarget, clientX, clientY }: PointerEvent<SVGElement>, area: Area): Corner {
  const box = currentTarget.getBoundingClientRect();
  return { x: area.x + ((clientX - box.left) / box.width) * area.width, y: area.y + ((clientY - box.top) / box.height) * area.height };
}

export function Pointing({ area, view, arms, lines, onZoom }: PointingProps) {
  const [from, setFrom] = useState<Corner | null>(null);
  const [to, setTo] = useState<Corner | null>(null);
  const drop = () => {
    setFrom(null);
    setTo(null);
  };
  const selected = from && to && dragged(from, to, area, view);
  const wide = from &&
    to &&
    selected && { left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what a pointer does here, the chart's menu and the arrow keys do, too */}
      <rect
        className={classes.ground}
        data-testid="plot-ground"
        x={area.x}
        y={area.y}
        width={area.width}
        height={area.height}
        fill="transparent"
        // A finger scrolls the page.
        onPointerDown={(event) => {
          if (event.pointerType === 'touch' || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(cornerOf(event, area));
        }}
        onPointerMove={(event) => {
          const corner = cornerOf(event, area);
          if (from) setTo(corner);
          else highlight(arms[nearestLine(lines, corner)] ?? null);
        }}
        onPointerUp={() => {
          if (selected) onZoom(selected);
          drop();
        }}
        onPointerCancel={drop}
        onPointerLeave={() => highlight(null)}
        onDoubleClick={() => onZoom(null)}
      />
      {wide && (
        <rect
          className={classes.selection}
          x={Math.max(area.x, wide.left)}
          y={Math.max(area.y, wide.top)}
          width={Math.min(wide.width, area.x + area.width - Math.max(area.x, wide.left))}
          height={Math.min(wide.height, area.y + area.height - Math.max(area.y, wide.top))}
        />
      )}
    </>
  );
}

/** Tells the other charts which step is under the pointer, or was reached by the arrow keys. */
export function TellStep({ chart }: { chart: string }) {
  const label = useActiveTooltipLabel();
  const active = useIsTooltipActive();
  const step = active && label !== undefined && Number.isFinite(Number(label)) ? Number(label) : null;
  useEffect(() => {
    if (step === null) pointAway(chart);
    else pointAt(chart, step);
  }, [chart, step]);
  useEffect(() => () => pointAway(chart), [chart]);
  return null;
}

/** A line at the step under the pointer in another chart. */
export function Crosshair({ chart, area, scales }: { chart: string; area: Area; scales: Scales }) {
  const step = useCrosshair((state) => (state.chart === chart ? null : state.step));
  if (step === null) return null;
  const x = scales.x(step);
  if (x < area.x || x > area.x + area.width) return null;
  return <line data-testid="crosshair" x1={x} x2={x} y1={area.y} y2={area.y + area.height} stroke="var(--mute)" strokeWidth={1} pointerEvents="none" />;
}
