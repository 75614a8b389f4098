/** Levels to compare with (chance, a guide's own score): dotted lines, each with a word where no curve passes. */
import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import type { PlotArm } from './Lines.tsx';
import { placesAlong, placeTexts } from './labels.ts';
import { endBoxes, type EndLabel, HALO, LABEL_FONT, type Moment, momentBoxes } from './Overlays.tsx';
import { scalesOf } from './paths.ts';
import type { Series } from './series.ts';

export interface Reference {
  value: number;
  text: string;
  /** On which side of its line the text stands where both are free. */
  side: 'above' | 'below';
}

interface ReferencesProps {
  references: readonly Reference[];
  series: Series;
  arms: readonly PlotArm[];
  /** At the ends of the lines. No text of a level may lie on them, or on the line of a moment. */
  labels: readonly EndLabel[];
  moments: readonly Moment[];
  steps: number;
  domain: readonly [number, number];
  log: boolean;
}

const FONT = LABEL_FONT - 0.5;
/** Rough width of a character: texts are placed without measuring them. */
const CHARACTER = 5.2;
const ANCHORS: Record<number, 'start' | 'end'> = { 0: 'start', 1: 'end' };

export function References({ references, series, arms, labels, moments, steps, domain, log }: ReferencesProps) {
  const area = usePlotArea();
  if (!area) return null;
  const scales = scalesOf(area, steps, domain, log);
  const shown = references.filter(({ value }) => value >= domain[0] && value <= domain[1]);
  const lines = arms.map(({ id }) =>
    series.rows.flatMap((row) => {
      const value = row[`m:${id}`];
      return typeof value === 'number' ? [{ x: scales.x(row.step), y: scales.y(value) }] : [];
    }),
  );
  const places = placeTexts(
    shown.map(({ value, text, side }) => placesAlong(scales.y(value), { width: text.length * CHARACTER, height: FONT }, area, side)),
    lines,
    [...endBoxes(labels, scales.x(series.lastStep), scales.y, area), ...momentBoxes(moments, scales.x, area)],
  );
  return (
    <>
      <ZIndexLayer zIndex={DefaultZIndexes.line}>
        <g stroke="var(--mute)" strokeDasharray="1 3">
          {shown.map(({ value, text }) => (
            <line key={text} x1={area.x} x2={area.x + area.width} y1={scales.y(value)} y2={scales.y(value)} />
          ))}
        </g>
      </ZIndexLayer>
      {/* Over the curves: where one has to pass, the text's halo keeps it readable. */}
      <ZIndexLayer zIndex={DefaultZIndexes.label}>
        <g>
          {shown.map(({ text }, i) => {
            const { share, left, right, bottom } = places[i];
            return (
              <text
                key={text}
                {...HALO}
                x={left + share * (right - left)}
                y={bottom - 2}
                textAnchor={ANCHORS[share] ?? 'middle'}
                fill="var(--mute)"
                fontSize={FONT}
              >
                {text}
              </text>
            );
          })}
        </g>
      </ZIndexLayer>
    </>
  );
}
