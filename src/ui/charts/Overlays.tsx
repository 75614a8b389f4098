/** What is drawn over a chart's lines: names at their ends, moments that changed something, members that diverged. */
import { DefaultZIndexes, usePlotArea, useXAxisScale, useYAxisScale, ZIndexLayer } from 'recharts';
import { type Area, type Box, spreadLabels } from './labels.ts';

export interface EndLabel {
  key: string;
  text: string;
  colour: string;
  step: number;
  value: number;
  /** Names of arms are bold, reference levels are not. */
  strong: boolean;
}

/** Pixels between the baselines of two labels. */
const LABEL_GAP = 13;
const LABEL_OFFSET = 7;
/** A label moved further than this gets a line that leads to where it belongs. */
const LEADER_FROM = 5;
/** Room for those lines. */
const MOVED_INDENT = 5;

export const LABEL_FONT = 11.5;

/** Keeps text readable where a line passes behind it. */
export const HALO = { stroke: 'var(--panel)', strokeWidth: 3, paintOrder: 'stroke', strokeLinejoin: 'round' } as const;

/** Rough widths of a character of names and of moments: labels are placed without measuring the text. */
const NAME_CHARACTER = 6.2;
const MOMENT_CHARACTER = 5.8;

/** Where the labels go: each beside its line's end, moved up or down where they would overlap. */
function placeEnds(labels: readonly EndLabel[], y: (value: number) => number | undefined, area: Area) {
  const shown = labels.flatMap((label) => {
    const at = y(label.value);
    return at === undefined || !Number.isFinite(at) ? [] : [{ label, at: Math.min(Math.max(at, area.y), area.y + area.height) }];
  });
  const placed = spreadLabels(
    shown.map((s) => s.at),
    LABEL_GAP,
    area.y + 4,
    area.y + area.height - 2,
  );
  return shown.map(({ label }, i) => ({ label, from: placed[i].y, at: placed[i].at, moved: Math.abs(placed[i].at - placed[i].y) > LEADER_FROM }));
}

/** What the labels cover, for texts that must not lie on them. @param end where the lines end */
export const endBoxes = (labels: readonly EndLabel[], end: number, y: (value: number) => number, area: Area): Box[] =>
  placeEnds(labels, y, area).map(({ label, at }) => ({
    left: end,
    right: end + LABEL_OFFSET + MOVED_INDENT + label.text.length * NAME_CHARACTER,
    top: at - LABEL_GAP / 2,
    bottom: at + LABEL_GAP / 2,
  }));

/** The name of every line, at its end, moved apart where they would overlap. */
export function EndLabels({ labels, step }: { labels: readonly EndLabel[]; step: number }) {
  const x = useXAxisScale();
  const y = useYAxisScale();
  const area = usePlotArea();
  if (!x || !y || !area) return null;
  const placed = placeEnds(labels, y, area);
  const left = (x(step) ?? area.x) + LABEL_OFFSET;
  // All stand in one column.
  const indent = placed.some(({ moved }) => moved) ? MOVED_INDENT : 0;
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.label}>
      <g>
        {placed.map(({ label, from, at, moved }) => (
          <g key={label.key}>
            {moved && <path d={`M${left - 5} ${from}L${left + 3} ${at}`} stroke={label.colour} strokeWidth={1} opacity={0.6} fill="none" />}
            <text x={left + indent} y={at} dy="0.35em" fill={label.colour} fontSize={LABEL_FONT} fontWeight={label.strong ? 600 : 400} {...HALO}>
              {label.text}
            </text>
          </g>
        ))}
      </g>
    </ZIndexLayer>
  );
}

export interface Moment {
  step: number;
  text: string;
}

/** What the lines of moments cover. */
export const momentBoxes = (moments: readonly Moment[], x: (step: number) => number, area: Area): Box[] =>
  moments.map(({ step }) => ({ left: x(step) - 2, right: x(step) + 2, top: area.y, bottom: area.y + area.height }));

/** Pixels between two rows of labels, and how many are tried. */
const ROW = 12;
const MOMENT_ROWS = 12;

/** Vertical lines where something was changed, each with a word on what; labels take the first row that is free. */
export function Moments({ moments, avoid }: { moments: readonly Moment[]; avoid: readonly number[] }) {
  const x = useXAxisScale();
  const y = useYAxisScale();
  const area = usePlotArea();
  if (!x || !y || !area || moments.length === 0) return null;
  // Texts of levels stand just above or below their lines.
  const taken = avoid.map((value) => y(value) ?? Number.NaN);
  const rows = Array.from({ length: MOMENT_ROWS }, (_, i) => area.y + 8 + i * ROW)
    .filter((at) => taken.every((line) => !(Math.abs(at - line) <= 2 * ROW)))
    .map((at) => ({ at, end: Number.NEGATIVE_INFINITY }));
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.axis}>
      <g>
        {[...moments]
          .sort((a, b) => a.step - b.step)
          .map(({ step, text }) => {
            const at = x(step) ?? area.x;
            const width = text.length * MOMENT_CHARACTER;
            const flip = at + width > area.x + area.width;
            const start = flip ? at - width - 4 : at + 4;
            const row = rows.find(({ end }) => end < start);
            if (row) row.end = start + width + 6;
            return (
              <g key={`${step} ${text}`}>
                <line x1={at} x2={at} y1={area.y} y2={area.y + area.height} stroke="var(--mute)" strokeDasharray="2 3" />
                {row && (
                  <text {...HALO} x={start} y={row.at} fill="var(--mute)" fontSize={10.5}>
                    {text}
                  </text>
                )}
              </g>
            );
          })}
      </g>
    </ZIndexLayer>
  );
}

export interface Cross {
  key: string;
  step: number;
  value: number;
  colour: string;
}

/** A cross where a member's loss stopped being a number. */
export function Crosses({ crosses }: { crosses: readonly Cross[] }) {
  const x = useXAxisScale();
  const y = useYAxisScale();
  if (!x || !y || crosses.length === 0) return null;
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.scatter}>
      <g>
        {crosses.map(({ key, step, value, colour }) => (
          <path key={key} transform={`translate(${x(step)} ${y(value)})`} d="M-4 -4L4 4M-4 4L4 -4" stroke={colour} strokeWidth={2} fill="none" />
        ))}
      </g>
    </ZIndexLayer>
  );
}
