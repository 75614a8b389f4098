/** Pictures (PNG, JPEG, WebP, GIF, BMP, AVIF: whatever the browser shows) into bytes. */
import { AreaReducer } from './reduceArea.ts';

/** Pixels `[height × width × 3]`. */
export interface Picture {
  height: number;
  width: number;
  rgb: Uint8Array<ArrayBuffer>;
  /** What shows through where it is transparent: what makes its shape visible. */
  background?: 'none' | 'white' | 'black';
}

/** Side to which larger pictures are reduced: a multiple of every smaller size that is made of it, so that means stay means. */
const LARGEST_SIDE = 256;
/** Pixels looked at a time: a photograph of a large camera would not fit otherwise. */
const BAND = 2 ** 20;

/**
 * The middle square of a picture, each pixel the mean of the area that it covers where it is reduced. Colours are taken
 * as they are written.
 * @throws what the browser throws when it is no picture
 */
export async function decodePicture(blob: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const size = Math.min(side, LARGEST_SIDE);
    const rows = Math.max(1, Math.min(side, Math.floor(BAND / side)));
    const context = new OffscreenCanvas(side, rows).getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    const [left, top] = [(bitmap.width - side) >> 1, (bitmap.height - side) >> 1];
    const reducer = new AreaReducer(side, size);
    for (let from = 0; from < side; from += rows) {
      const height = Math.min(rows, side - from);
      context.clearRect(0, 0, side, rows);
      context.drawImage(bitmap, left, top + from, side, height, 0, 0, side, height);
      const { data } = context.getImageData(0, 0, side, height);
      for (let y = 0; y < height; y++) reducer.addRow(from + y, data, y * side * 4);
    }
    return { height: size, width: size, ...reducer.finish() };
  } finally {
    bitmap.close();
  }
}
