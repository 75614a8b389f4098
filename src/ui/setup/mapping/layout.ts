/** Where the layers of guide and target stand in the picture: two columns, spread over its height. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ColumnLayout {
  rects: Rect[];
  /** Whether a layer is tall enough for its name; otherwise it is a bar. */
  named: boolean;
}

/** Column width as a share of the picture, and its bounds in pixels. */
const COLUMN = { share: 0.26, min: 112, max: 156 };
const TALLEST = 26;
/** Least height that holds a name in readable letters with room above and below. */
const NAMED_HEIGHT = 14;
/** Pixels of a layer's name: as large as text of its kind, smaller where the layer is thin. */
const NAME = { largest: 11.5, share: 0.7 };
/** Space for the focus ring at the picture's edge. */
const MARGIN = 3;

const columnWidth = (width: number): number => Math.min(COLUMN.max, Math.max(COLUMN.min, Math.round(width * COLUMN.share)));

/** Font size of the name in a layer of this height. */
export const nameSize = (height: number): number => Math.min(NAME.largest, NAME.share * height);

/** Lay out `count` layers at the left or right edge of a `width` × `height` picture. */
export function layoutColumn(count: number, side: 'left' | 'right', width: number, height: number): ColumnLayout {
  const pitch = (height - 2 * MARGIN) / Math.max(1, count);
  const gap = Math.min(5, pitch * 0.14);
  const layerHeight = Math.min(TALLEST, pitch - gap);
  const columnW = columnWidth(width);
  const x = side === 'left' ? MARGIN : width - columnW - MARGIN;
  return {
    named: layerHeight >= NAMED_HEIGHT,
    rects: Array.from({ length: count }, (_, i) => ({
      x,
      y: MARGIN + (i + 0.5) * pitch - layerHeight / 2,
      width: columnW,
      height: layerHeight,
    })),
  };
}

/** Least distance between wires at which each can carry its number. */
const LABEL_PITCH = 12;

/** Whether the numbers on the wires have room: they stand near the guide, where wires are one layer apart. */
export function wiresHaveRoom(guideYs: readonly number[]): boolean {
  const sorted = [...guideYs].sort((a, b) => a - b);
  return sorted.every((y, i) => i === 0 || y - sorted[i - 1] >= LABEL_PITCH);
}
