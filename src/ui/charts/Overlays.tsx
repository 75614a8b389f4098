/** What is drawn over and under a chart's lines: names at their ends, moments that changed something, levels, crosses. */
import { highlight } from '@/state/armsShown.ts';
import type { Area, Box } from './labels.ts';
import { OfArm } from './OfArm.tsx';
import type { Scales } from './paths.ts';
import type { CourseMark, Moment, PlacedEnd, PlacedMark, PlacedMoment, PlacedReference, Reference } from './placing.ts';

/** Keeps text readable where a line passes behind it. */
const HALO = { stroke: 'var(--panel)', strokeWidth: 3, paintOrder: 'stroke', strokeLinejoin: 'round' } as const;

/** The baseline of a text in its box, from the box's bottom, by the size of the type. */
const DESCENT = 0.33;

/** The name of every line, at its end. */
export function EndLabels({ ends, type }: { ends: readonly PlacedEnd[]; type: number }) {
  return (
    <g>
      {ends.map(({ label, text, from, at, moved, box }) => (
        <OfArm key={label.key} arm={label.key}>
          <g onPointerEnter={() => highlight(label.strong ? label.key : null)} onPointerLeave={() => highlight(null)}>
            {text !== label.name && <title>{label.name}</title>}
            {moved && <path d={`M${box.left - 9} ${from}L${box.left - 2} ${at}`} stroke={label.colour} strokeWidth={1} opacity={0.6} fill="none" />}
            <text x={box.left} y={at} dy="0.35em" fill={label.colour} fontSize={type} fontWeight={label.strong ? 600 : 400} {...HALO}>
              {text}
            </text>
          </g>
        </OfArm>
      ))}
    </g>
  );
}

interface MomentLinesProps {
  moments: readonly Moment[];
  /** Those whose word has a place. */
  placed: readonly PlacedMoment[];
  scales: Scales;
  area: Area;
}

/** Vertical lines where something was changed. */
export function MomentLines({ moments, placed, scales, area }: MomentLinesProps) {
  const told = new Set(placed.map(({ moment }) => moment));
  return (
    <g stroke="var(--mute)" strokeDasharray="2 3">
      {moments.map((moment) => {
        const { step, text } = moment;
        const x = scales.x(step);
        return (
          x >= area.x &&
          x <= area.x + area.width && (
            <line key={`${step} ${text}`} x1={x} x2={x} y1={area.y} y2={area.y + area.height}>
              {!told.has(moment) && <title>{text}</title>}
            </line>
          )
        );
      })}
    </g>
  );
}

/** On what was changed. */
export function MomentWords({ moments, type }: { moments: readonly PlacedMoment[]; type: number }) {
  return (
    <g>
      {moments.map(({ moment, text, box }) => (
        <text key={`${moment.step} ${moment.text}`} x={box.left} y={box.bottom - DESCENT * type} fill="var(--mute)" fontSize={type} {...HALO}>
          {text}
        </text>
      ))}
    </g>
  );
}

interface LevelsProps {
  references: readonly Reference[];
  /** Those whose word has a place. */
  placed: readonly PlacedReference[];
  scales: Scales;
  area: Area;
}

/** Dotted lines at levels to compare with: chance, a guide's own score. */
export function Levels({ references, placed, scales, area }: LevelsProps) {
  const told = new Set(placed.map(({ reference }) => reference));
  return (
    <g stroke="var(--mute)" strokeDasharray="1 3">
      {references.map((reference) => {
        const { value, text } = reference;
        const y = scales.y(value);
        return (
          y >= area.y - 1 &&
          y <= area.y + area.height + 1 && (
            <line key={text} x1={area.x} x2={area.x + area.width} y1={y} y2={y}>
              {!told.has(reference) && <title>{text}</title>}
            </line>
          )
        );
      })}
    </g>
  );
}

const ANCHORS: Record<number, 'start' | 'end'> = { 0: 'start', 1: 'end' };

/** What the levels are, where no curve passes. */
export function LevelWords({ references, type }: { references: readonly PlacedReference[]; type: number }) {
  return (
    <g>
      {references.map(({ reference, text, box, share }) => (
        <text
          key={reference.text}
          {...HALO}
          x={box.left + share * (box.right - box.left)}
          y={box.bottom - DESCENT * type}
          textAnchor={ANCHORS[share] ?? 'middle'}
          fill="var(--mute)"
          fontSize={type}
        >
          {text}
        </text>
      ))}
    </g>
  );
}

/** A triangle that points onwards, one that points back, and a lozenge. */
const MARKS: Record<CourseMark['what'], (box: Box) => string> = {
  begins: ({ left, right, top, bottom }) => `M${left} ${top}L${right} ${(top + bottom) / 2}L${left} ${bottom}Z`,
  ends: ({ left, right, top, bottom }) => `M${right} ${top}L${left} ${(top + bottom) / 2}L${right} ${bottom}Z`,
  forks: ({ left, right, top, bottom }) =>
    `M${left} ${(top + bottom) / 2}L${(left + right) / 2} ${top}L${right} ${(top + bottom) / 2}L${(left + right) / 2} ${bottom}Z`,
};

/** Small marks on the axis where something that an arm learns from begins or ends, and where a fork begins. */
export function CourseMarks({ marks }: { marks: readonly PlacedMark[] }) {
  return (
    <g>
      {marks.map(({ mark: { arm, colour, step, what, text }, box }) => (
        <OfArm key={`${arm} ${step} ${text}`} arm={arm}>
          <path d={MARKS[what](box)} fill={colour} stroke="var(--panel)" strokeWidth={1} paintOrder="stroke" data-course={`${arm} ${what}`}>
            <title>{text}</title>
          </path>
        </OfArm>
      ))}
    </g>
  );
}

export interface Cross {
  key: string;
  arm: string;
  step: number;
  value: number;
  colour: string;
}

/** A cross where a member's loss stopped being a number. */
export function Crosses({ crosses, scales, area }: { crosses: readonly Cross[]; scales: Scales; area: Area }) {
  return (
    <g>
      {crosses.map(({ key, arm, step, value, colour }) => {
        const x = scales.x(step);
        return (
          x >= area.x &&
          x <= area.x + area.width && (
            <OfArm key={key} arm={arm}>
              <path transform={`translate(${x} ${scales.y(value)})`} d="M-4 -4L4 4M-4 4L4 -4" stroke={colour} strokeWidth={2} fill="none" />
            </OfArm>
          )
        );
      })}
    </g>
  );
}
