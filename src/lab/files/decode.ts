/** Pictures (PNG, JPEG, WebP, GIF, BMP, AVIF: whatever the browser shows) into bytes. */

/** Pixels `[height × width × 3]`, on white where they are transparent. */
export interface Picture {
  height: number;
  width: number;
  rgb: Uint8Array<ArrayBuffer>;
}

/** Side of the square that is looked at: photographs are far larger than any task's images. */
const LARGEST_SIDE = 1024;

/**
 * The middle square of a picture, reduced where it is very large. Colours are taken as they are written.
 * @throws what the browser throws when it is no picture
 */
export async function decodePicture(blob: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const size = Math.min(side, LARGEST_SIDE);
    const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size, size);
    context.drawImage(bitmap, (bitmap.width - side) >> 1, (bitmap.height - side) >> 1, side, side, 0, 0, size, size);
    const { data } = context.getImageData(0, 0, size, size);
    const rgb = new Uint8Array(size * size * 3);
    for (let p = 0; p < size * size; p++) for (let c = 0; c < 3; c++) rgb[p * 3 + c] = data[p * 4 + c];
    return { height: size, width: size, rgb };
  } finally {
    bitmap.close();
  }
}
