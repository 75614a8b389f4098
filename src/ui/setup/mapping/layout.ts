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

/** Column width as a share of the picture, and its bounds; pixels where type has its usual size. */
const COLUMN = { share: 0.35, min: 96, max: 190 };
const TALLEST = 26;
/** Least height that holds a name in readable letters. */
const NAMED_HEIGHT = 13;
/** Font size of a layer's name: as large as text of its kind, smaller where the layer is thin, never too small to read. */
const NAME = { largest: 12, smallest: 11, share: 0.75 };
/** Space for the focus ring at the picture's edge. */
const MARGIN = 3;

/** Font size of the name in a layer of this height. @param scale of type, 1 at its usual size */
export const nameSize = (height: number, scale = 1): number => scale * Math.max(NAME.smallest, Math.min(NAME.largest, (NAME.share * height) / scale));

/** Lay out `count` layers at the left or right edge of a `width` × `height` picture. @param scale of type, 1 at its usual size */
export function layoutColumn(count: number, side: 'left' | 'right', width: number, height: number, scale = 1): ColumnLayout {
  const pitch = (height - 2 * MARGIN) / Math.max(1, count);
  const gap = Math.min(5, pitch * 0.14);
  const layerHeight = Math.min(scale * TALLEST, pitch - gap);
  const columnWidth = Math.min(scale * COLUMN.max, Math.max(scale * COLUMN.min, Math.round(width * COLUMN.share)));
  const x = side === 'left' ? MARGIN : width - columnWidth - MARGIN;
  return {
    named: layerHeight >= scale * NAMED_HEIGHT,
    rects: Array.from({ length: count }, (_, i) => ({
      x,
      y: MARGIN + (i + 0.5) * pitch - layerHeight / 2,
      width: columnWidth,
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
