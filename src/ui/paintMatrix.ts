import { rampLevel } from './colours.ts';
import type { Palette } from './usePalette.ts';

/**
 * Paint thousands of small cells: one pixel each, enlarged by the browser. Cell by cell 13 matrices of 64 × 52 took 35 ms.
 * @param values rows × columns similarities, row by row; what is not finite takes the palette's last colour
 * @param width of the picture on the canvas, as `height` in its units
 */
export function paintMatrix(
  context: CanvasRenderingContext2D,
  { values, rows, columns, width, height }: { values: ArrayLike<number>; rows: number; columns: number; width: number; height: number },
  palette: Palette,
): void {
  const pixels = new ImageData(columns, rows);
  for (let cell = 0; cell < rows * columns; cell++) {
    const colour = Number.isFinite(values[cell]) ? rampLevel(values[cell]) : palette.ramp.length;
    pixels.data.set(palette.bytes.subarray(4 * colour, 4 * colour + 4), 4 * cell);
  }
  const small = document.createElement('canvas');
  small.width = columns;
  small.height = rows;
  small.getContext('2d')?.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
}
