/** How much room the names and the cells of similarity matrices get, where several stand side by side. */
import type { TextWidth } from '@/ui/charts/textWidth.ts';

export interface MatrixPlan {
  /** Room for the names of rows, left of the first matrix; 0 where there is none. */
  left: number;
  /** Room for the names of columns, above each; 0 where there is none. */
  top: number;
  /** Whether the names of columns are read across or from below. */
  upright: boolean;
  /** Of the cells of one matrix, in pixels. */
  width: number;
  height: number;
}

interface MatrixRoom {
  rows: readonly string[];
  columns: readonly string[];
  /** Matrices side by side, and pixels between two of them. */
  count: number;
  gap: number;
  /** All of the room, names included. */
  width: number;
  height: number;
  /** Largest height of a row of cells. */
  tallest: number;
  /** Size of the type, in pixels. */
  type: number;
  widthOf: TextWidth;
}

/** Pixels between a name and its cells. */
const NAME_GAP = 5;
/** The most that names take of the width; and of the height, unless rows of this height, by the size of the type, leave more. */
const MOST_LEFT = 0.3;
const MOST_TOP = 0.4;
const GOOD_ROW = 2.2;
/** Height of a line of names, by the size of their type: a name in less would touch its neighbours. */
const LINE = 1.2;
/** A row of cells that has no name can be this thin. */
const THINNEST = 3;

const longest = (names: readonly string[], type: number, widthOf: TextWidth): number =>
  Math.ceil(Math.max(0, ...names.map((name) => widthOf(name, type, false))));

/** Names stand where each has a line of its own: otherwise the value under the pointer says which layers it is of. */
export function matrixPlan({ rows, columns, count, gap, width, height, tallest, type, widthOf }: MatrixRoom): MatrixPlan {
  const across = longest(columns, type, widthOf);
  const withLeft = (left: number): MatrixPlan => {
    const each = Math.max(0, Math.floor((width - left - gap * (count - 1)) / count));
    const cell = each / Math.max(1, columns.length);
    const upright = across + NAME_GAP > cell;
    const most = Math.max(MOST_TOP * height, height - GOOD_ROW * type * rows.length);
    const room = upright ? Math.min(across + NAME_GAP, most) : LINE * type + 2;
    const top = upright && cell < LINE * type ? 0 : Math.floor(room);
    return { left, top, upright, width: each, height: Math.floor(Math.min(tallest * rows.length, Math.max(THINNEST * rows.length, height - top))) };
  };
  const named = withLeft(Math.min(longest(rows, type, widthOf) + NAME_GAP, Math.floor(MOST_LEFT * width)));
  return named.height / Math.max(1, rows.length) >= LINE * type ? named : withLeft(0);
}
