/**
 * The curves themselves, inside a Recharts chart. Recharts draws axes, grid and tooltip; with its own lines and areas
 * twelve arms (36 of them) took 90 ms a redraw here, as bare paths they take a few.
 */
import { useId } from 'react';
import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import { bandPath, linePath, scalesOf } from './paths.ts';
import type { Series } from './series.ts';

export interface PlotArm {
  id: string;
  colour: string;
}

interface LinesProps {
  series: Series;
  arms: readonly PlotArm[];
  steps: number;
  domain: readonly [number, number];
  log: boolean;
  training: boolean;
  chance: boolean;
}

export function Lines({ series, arms, steps, domain, log, training, chance }: LinesProps) {
  const clip = useId();
  const area = usePlotArea();
  if (!area || series.rows.length === 0) return null;
  const scales = scalesOf(area, steps, domain, log);
  const { rows, ends } = series;
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.line}>
      <clipPath id={clip}>
        {/* Half a line's width more, so that a line along the edge keeps it. */}
        <rect x={area.x} y={area.y - 1} width={area.width + 1} height={area.height + 2} />
      </clipPath>
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round">
        {chance && <path d={bandPath(rows, 'chanceBand', scales)} fill="var(--mute)" fillOpacity={0.18} />}
        {chance && <path d={linePath(rows, 'chance', scales)} stroke="var(--mute)" strokeDasharray="1 3" />}
        {arms.map(({ id, colour }) => (
          <path key={id} d={bandPath(rows, `b:${id}`, scales)} fill={colour} fillOpacity={0.14} />
        ))}
        {training && arms.map(({ id, colour }) => <path key={id} d={linePath(rows, `t:${id}`, scales)} stroke={colour} strokeWidth={1} strokeOpacity={0.65} />)}
        {arms.map(({ id, colour }) => (
          <path key={id} d={linePath(rows, `m:${id}`, scales)} stroke={colour} strokeWidth={2} data-arm={id} />
        ))}
        {/* A line of one point has no length: before the second evaluation there is a dot. */}
        {arms.map(({ id, colour }) => {
          const end = ends.get(id);
          return end?.step === 0 && <circle key={id} cx={scales.x(0)} cy={scales.y(end.value)} r={2.5} fill={colour} />;
        })}
      </g>
    </ZIndexLayer>
  );
}
