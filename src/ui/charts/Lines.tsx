/**
 * The curves themselves, inside a Recharts chart. Recharts draws axes, grid and tooltip; with its own lines and areas
 * twelve arms (36 of them) took 90 ms a redraw here, as bare paths they take a few.
 */
import { memo, useId } from 'react';
import type { Area } from './labels.ts';
import { OfArm } from './OfArm.tsx';
import { bandPath, linePath, type Scales } from './paths.ts';
import type { Series } from './series.ts';

export interface PlotArm {
  id: string;
  colour: string;
}

interface LinesProps {
  series: Series;
  arms: readonly PlotArm[];
  area: Area;
  scales: Scales;
  training: boolean;
  chance: boolean;
}

/** Of the main lines: somewhat more where the type is larger. */
const lineWidth = (area: Area): number => (area.width > 700 ? 2.5 : 2);

export const Lines = memo(function Lines({ series, arms, area, scales, training, chance }: LinesProps) {
  const clip = useId();
  const { rows, ends } = series;
  return (
    <>
      <clipPath id={clip}>
        {/* Half a line's width more, so that a line along the edge keeps it. */}
        <rect x={area.x} y={area.y - 1} width={area.width + 1} height={area.height + 2} />
      </clipPath>
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round">
        {chance && <path d={bandPath(rows, 'chanceBand', scales)} fill="var(--mute)" fillOpacity={0.18} />}
        {chance && <path d={linePath(rows, 'chance', scales)} stroke="var(--mute)" strokeDasharray="1 3" />}
        {arms.map(({ id, colour }) => (
          <OfArm key={id} arm={id}>
            <path d={bandPath(rows, `b:${id}`, scales)} fill={colour} fillOpacity={0.14} />
          </OfArm>
        ))}
        {training &&
          arms.map(({ id, colour }) => (
            <OfArm key={id} arm={id}>
              <path d={linePath(rows, `t:${id}`, scales)} stroke={colour} strokeWidth={1} strokeOpacity={0.65} />
            </OfArm>
          ))}
        {arms.map(({ id, colour }) => {
          const end = ends.get(id);
          return (
            <OfArm key={id} arm={id}>
              <path d={linePath(rows, `m:${id}`, scales)} stroke={colour} strokeWidth={lineWidth(area)} data-arm={id} />
              {/* A line of one point has no length: before the second evaluation there is a dot. */}
              {end && end.step <= 0 && <circle cx={scales.x(end.step)} cy={scales.y(end.value)} r={2.5} fill={colour} />}
            </OfArm>
          );
        })}
      </g>
    </>
  );
});
