/** Random changes of training images that leave their class as it is (as in He et al. 2016, section 4.2). */
import type { Stream } from '../../random/stream.ts';

/** Width of the border around an image out of which a window is cut, in pixels. */
export const CROP_PADDING = 4;

/**
 * Change every image of a batch in place. Each image takes the same draws whatever is asked for, so that switching
 * one change off leaves the other as it was.
 * @param images `[batch × height × width × channels]`, standardised: the border is the mean colour, 0
 * @param random of this seed and step
 */
export function augment(
  images: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  { crop, flip }: { crop: boolean; flip: boolean },
  random: Stream,
): void {
  const size = height * width * channels;
  const original = new Float32Array(size);
  for (let start = 0; start < images.length; start += size) {
    const [down, right, mirrored] = [random.integer(2 * CROP_PADDING + 1), random.integer(2 * CROP_PADDING + 1), random.integer(2) === 1];
    const top = crop ? down - CROP_PADDING : 0;
    const left = crop ? right - CROP_PADDING : 0;
    original.set(images.subarray(start, start + size));
    for (let y = 0, at = start; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const fromY = y + top;
        const fromX = (flip && mirrored ? width - 1 - x : x) + left;
        const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        for (let c = 0; c < channels; c++) images[at++] = inside ? original[(fromY * width + fromX) * channels + c] : 0;
      }
    }
  }
}
