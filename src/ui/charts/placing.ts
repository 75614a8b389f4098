/**
 * Where every text of a chart stands: names at the ends of the lines first, then words at the moments that changed
 * something, then the levels to compare with; and where the marks of arms stand. No two of them overlap and none leaves the drawing; one that finds no place
 * is left out (its line says what it is to a pointer that rests on it).
 */
import { type Area, type Box, fitText, fitTexts, type Line, overlap, type Place, placesAlong, placeTexts, spreadLabels } from './labels.ts';
import type { Scales } from './paths.ts';
import type { TextWidth } from './textWidth.ts';

export interface EndLabel {
  key: string;
  /** The whole name, and what may stand for it where there is little room. */
  name: string;
  text: string;
  colour: string;
  value: number;
  /** Names of arms are bold, reference levels are not. */
  strong: boolean;
}

export interface Moment {
  step: number;
  text: string;
}

/** Where the weight of something that an arm learns from begins or ends to be more than 0, or where a fork leaves its parent. */
export interface CourseMark {
  arm: string;
  colour: string;
  step: number;
  what: 'begins' | 'ends' | 'forks';
  /** In words. */
  text: string;
}

export interface Reference {
  value: number;
  text: string;
  /** On which side of its line the text stands where both are free. */
  side: 'above' | 'below';
}

export interface Texts {
  labels: readonly EndLabel[];
  moments: readonly Moment[];
  references: readonly Reference[];
  /** No texts, and no text lies on one. */
  marks: readonly CourseMark[];
}

export interface Ground {
  /** The plot, inside the axes. */
  area: Area;
  /** The drawing. */
  width: number;
  scales: Scales;
  /** Where the lines end, in pixels. */
  end: number;
  /** Lines that no word of a level may lie on. */
  lines: readonly Line[];
  /** Size of the type, in pixels. */
  type: number;
  widthOf: TextWidth;
}

interface PlacedText {
  text: string;
  box: Box;
}
export interface PlacedEnd extends PlacedText {
  label: EndLabel;
  /** Where its line ends, and where it stands, if that is somewhere else. */
  from: number;
  at: number;
  moved: boolean;
}
export interface PlacedMoment extends PlacedText {
  moment: Moment;
}
export interface PlacedMark {
  mark: CourseMark;
  box: Box;
}
export interface PlacedReference extends PlacedText {
  reference: Reference;
  share: number;
}

export interface Placement {
  ends: PlacedEnd[];
  moments: PlacedMoment[];
  references: PlacedReference[];
  marks: PlacedMark[];
}

/** Height of a line of type, by its size. */
export const lineHeight = (type: number): number => Math.ceil(1.25 * type);

const LABEL_OFFSET = 6;
/** A label moved further than this gets a line that leads to where it belongs. */
const LEADER_FROM = 5;
/** Room for those lines. */
const MOVED_INDENT = 4;
/** Of the drawing's own edge. */
const EDGE = 1;
/** From a moment's line to its word. */
const MOMENT_OFFSET = 4;
/** What a moment's word costs that lies on another moment's line, or on a level's. */
const ON_MARK = 100;
const ON_LEVEL = 3;

/** Side of a mark, by the size of the type; never so wide that it reaches the names behind its line's end. */
const markSide = (type: number): number => Math.min(10, Math.round(0.65 * type));

/** Room to the right of the plot for names: as much as the longest needs. */
export const labelRoom = (labels: readonly Pick<EndLabel, 'text' | 'strong'>[], type: number, widthOf: TextWidth): number =>
  LABEL_OFFSET + MOVED_INDENT + EDGE + Math.ceil(Math.max(4 * type, ...labels.map(({ text, strong }) => widthOf(text, type, strong))));

function placeEnds(labels: readonly EndLabel[], { area, width, scales, end, type, widthOf }: Ground): PlacedEnd[] {
  const height = lineHeight(type);
  const [top, bottom] = [area.y, area.y + area.height];
  const left = end + LABEL_OFFSET;
  const visible = labels.flatMap((label) => {
    const at = scales.y(label.value);
    // A line's width beyond the plot is still on its edge.
    return Number.isFinite(at) && at >= top - 1 && at <= bottom + 1 ? [{ label, at: Math.min(Math.max(at, top), bottom) }] : [];
  });
  const [highest, lowest] = [top + height / 2 - 4, bottom - height / 2 + 1];
  const room = Math.max(1, Math.floor((lowest - highest) / height) + 1);
  // Where there is no room for all, for the first: the others are told by their colour.
  const shown = visible.slice(0, room);
  const placed = spreadLabels(
    shown.map(({ at }) => at),
    height,
    highest,
    lowest,
  );
  const moved = placed.map(({ y, at }) => Math.abs(at - y) > LEADER_FROM);
  // All stand in one column.
  const start = left + (moved.includes(true) ? MOVED_INDENT : 0);
  const texts = fitTexts(
    shown.map(({ label }) => label.text),
    width - EDGE - start,
    (text) => widthOf(text, type, true),
  );
  return shown.flatMap(({ label }, i) => {
    const text = texts[i];
    if (text === '') return [];
    const { y, at } = placed[i];
    const box = { left: start, right: start + widthOf(text, type, label.strong), top: at - height / 2, bottom: at + height / 2 };
    return [{ label, text, from: y, at, moved: moved[i], box }];
  });
}

/** On the axis, as far as the lines have come; those of one step above each other, as many as there is room for. */
function placeMarks(marks: readonly CourseMark[], { area, scales, end, type }: Ground): PlacedMark[] {
  const side = markSide(type);
  const placed: PlacedMark[] = [];
  for (const mark of marks) {
    const x = scales.x(mark.step);
    if (!(x >= area.x && x <= end)) continue;
    for (let bottom = area.y + area.height; bottom - side >= area.y; bottom -= side + 1) {
      const box = { left: x - side / 2, right: x + side / 2, top: bottom - side, bottom };
      if (placed.some((other) => overlap(other.box, box))) continue;
      placed.push({ mark, box });
      break;
    }
  }
  return placed;
}

function placeMoments(moments: readonly Moment[], levels: readonly number[], taken: readonly Box[], { area, scales, type, widthOf }: Ground): PlacedMoment[] {
  const height = lineHeight(type);
  const sorted = [...moments].sort((a, b) => a.step - b.step);
  const lines = sorted.map(({ step }) => scales.x(step));
  const rows = Math.floor(area.height / height);
  const placed: PlacedMoment[] = [];
  sorted.forEach((moment, i) => {
    const text = fitText(moment.text, area.width - 2 * MOMENT_OFFSET, (cut) => widthOf(cut, type, false));
    const width = widthOf(text, type, false);
    let best: Box | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      for (const left of [lines[i] + MOMENT_OFFSET, lines[i] - MOMENT_OFFSET - width]) {
        const box = { left, right: left + width, top: area.y + row * height, bottom: area.y + (row + 1) * height };
        if (text === '' || box.left < area.x || box.right > area.x + area.width) continue;
        if (taken.some((other) => overlap(other, box)) || placed.some((other) => overlap(other.box, box))) continue;
        const cost =
          row +
          ON_MARK * lines.filter((x, j) => j !== i && x > box.left - 1 && x < box.right + 1).length +
          ON_LEVEL * levels.filter((y) => y > box.top && y < box.bottom).length +
          Number(left < lines[i]) / 2;
        if (cost >= least) continue;
        least = cost;
        best = box;
      }
    }
    if (best) placed.push({ moment, text, box: best });
  });
  return placed;
}

function placeReferences(references: readonly Reference[], taken: readonly Box[], marks: readonly Box[], ground: Ground): PlacedReference[] {
  const { area, scales, lines, type, widthOf } = ground;
  const texts = references.map(({ text }) => fitText(text, area.width - 2 * MOMENT_OFFSET, (cut) => widthOf(cut, type, false)));
  const places: Place[][] = references.map(({ value, side }, i) =>
    texts[i] === '' ? [] : placesAlong(scales.y(value), { width: widthOf(texts[i], type, false), height: lineHeight(type) }, area, side),
  );
  return placeTexts(places, lines, taken, marks).flatMap((box, i) => (box ? [{ reference: references[i], text: texts[i], box, share: box.share }] : []));
}

/** Places for all texts of a chart, and for the marks of its arms. */
export function place({ labels, moments, references, marks }: Texts, ground: Ground): Placement {
  const { area, scales } = ground;
  const inPlot = (at: number, from: number, size: number) => at >= from - 0.5 && at <= from + size + 0.5;
  const seen = moments.filter(({ step }) => inPlot(scales.x(step), area.x, area.width));
  const levels = references.filter(({ value }) => inPlot(scales.y(value), area.y, area.height));
  const ends = placeEnds(labels, ground);
  const placedMarks = placeMarks(marks, ground);
  const placedMoments = placeMoments(
    seen,
    levels.map(({ value }) => scales.y(value)),
    [...ends, ...placedMarks].map(({ box }) => box),
    ground,
  );
  const lines = seen.map(({ step }): Box => ({ left: scales.x(step) - 2, right: scales.x(step) + 2, top: area.y, bottom: area.y + area.height }));
  const taken = [...ends, ...placedMarks, ...placedMoments].map(({ box }) => box);
  return { ends, marks: placedMarks, moments: placedMoments, references: placeReferences(levels, taken, lines, ground) };
}
