/** Levels to compare with (chance, a guide's own score): dotted lines, each with a word where no curve passes. */
import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import type { PlotArm } from './Lines.tsx';
import { type Box, placeTexts } from './labels.ts';
import { HALO, LABEL_FONT } from './Overlays.tsx';
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
  steps: number;
  domain: readonly [number, number];
  log: boolean;
}

const FONT = LABEL_FONT - 0.5;
/** Rough width of a character: texts are placed without measuring them. */
const CHARACTER = 5.6;
const INDENT = 5;
/** From the line to the nearer edge of the text. */
const LIFT = 3;

export function References({ references, series, arms, steps, domain, log }: ReferencesProps) {
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
    shown.map(({ value, text, side }) => {
      const y = scales.y(value);
      const width = text.length * CHARACTER;
      const left = { left: area.x + INDENT, right: area.x + INDENT + width };
      const right = { left: area.x + area.width - INDENT - width, right: area.x + area.width - INDENT };
      const above = { top: y - LIFT - FONT, bottom: y - LIFT };
      const below = { top: y + LIFT, bottom: y + LIFT + FONT };
      const boxes: Box[] =
        side === 'above'
          ? [{ ...left, ...above }, { ...left, ...below }, { ...right, ...above }, { ...right, ...below }]
          : [{ ...right, ...below }, { ...left, ...below }, { ...right, ...above }, { ...left, ...above }];
      const inside = boxes.filter(({ top, bottom }) => top >= area.y && bottom <= area.y + area.height);
      return inside.length > 0 ? inside : boxes;
    }),
    lines,
  );
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.line}>
      <g>
        {shown.map(({ value, text }, i) => {
          const atRight = places[i].left > area.x + INDENT;
          return (
            <g key={text}>
              <line x1={area.x} x2={area.x + area.width} y1={scales.y(value)} y2={scales.y(value)} stroke="var(--mute)" strokeDasharray="1 3" />
              <text
                {...HALO}
                x={atRight ? places[i].right : places[i].left}
                y={places[i].bottom - 2}
                textAnchor={atRight ? 'end' : 'start'}
                fill="var(--mute)"
                fontSize={FONT}
              >
                {text}
              </text>
            </g>
          );
        })}
      </g>
    </ZIndexLayer>
  );
}
