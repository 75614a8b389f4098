/** Images as numbers: standardisation, and bytes to be shown. Channels come last; there are 1 or 3. */

/** Of each channel. */
export interface Standardisation {
  mean: number[];
  sd: number[];
}

/** Mean and (population) standard deviation of each channel. */
export function channelStatistics(images: Float32Array, channels: number): Standardisation {
  const pixels = images.length / channels;
  const mean = new Array<number>(channels).fill(0);
  for (let i = 0; i < images.length; i++) mean[i % channels] += images[i] / pixels;
  const variance = new Array<number>(channels).fill(0);
  for (let i = 0; i < images.length; i++) {
    const deviation = images[i] - mean[i % channels];
    variance[i % channels] += (deviation * deviation) / pixels;
  }
  return { mean, sd: variance.map((v) => Math.sqrt(v)) };
}

/** In place. A channel that never varies is only centred. */
export function standardise(images: Float32Array, { mean, sd }: Standardisation): void {
  const channels = mean.length;
  for (let i = 0; i < images.length; i++) images[i] = (images[i] - mean[i % channels]) / (sd[i % channels] || 1);
}

/** Added to an image's own standard deviation, so that an even one does not become noise. */
const CONTRAST_FLOOR = 0.05;

/** (x − mean) / (sd + 0.05) of every image for itself, over all of its values, in place. */
export function standardiseEach(images: Float32Array, valuesPerImage: number): void {
  for (let start = 0; start < images.length; start += valuesPerImage) {
    const image = images.subarray(start, start + valuesPerImage);
    const {
      mean: [mean],
      sd: [sd],
    } = channelStatistics(image, 1);
    for (let i = 0; i < image.length; i++) image[i] = (image[i] - mean) / (sd + CONTRAST_FLOOR);
  }
}

/** Intensity per standard deviation where an image in its own contrast is shown. */
const SHOWN_PER_SD = 0.2;

/** An image standardised for itself, as intensities around ½ that can be shown; in place. */
export function showContrast(image: Float32Array): void {
  standardiseEach(image, image.length);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, Math.max(0, 0.5 + SHOWN_PER_SD * image[i]));
}

/** Write an image of intensities 0–1 as opaque RGBA bytes into `out` from `offset` on; one channel becomes grey. */
export function writeRgba(image: Float32Array, channels: number, out: Uint8ClampedArray, offset: number): void {
  for (let p = 0; p < image.length / channels; p++) {
    for (let c = 0; c < 3; c++) out[offset + p * 4 + c] = 255 * image[p * channels + (channels === 1 ? 0 : c)];
    out[offset + p * 4 + 3] = 255;
  }
}
