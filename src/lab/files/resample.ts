/** Images of another size: the middle square, each new pixel the mean of the area that it covers. */

/** For every new place: the old places that it covers, and their shares (which sum to 1). */
function weights(from: number, to: number): { first: number; shares: number[] }[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    const first = Math.floor(start);
    const shares: number[] = [];
    for (let at = first; at < Math.min(from, end - 1e-9); at++) shares.push((Math.min(end, at + 1) - Math.max(start, at)) / scale);
    return { first, shares };
  });
}

export interface Frame {
  height: number;
  width: number;
  channels: number;
}

/** Makes a resampler of images of one form; the weights are worked out once. */
export class Resampler {
  readonly #frame: Frame;
  readonly #size: number;
  readonly #weights: ReturnType<typeof weights>;
  readonly #top: number;
  readonly #left: number;

  /** @param size side of the new image */
  constructor(frame: Frame, size: number) {
    const side = Math.min(frame.height, frame.width);
    this.#frame = frame;
    this.#size = size;
    this.#top = (frame.height - side) >> 1;
    this.#left = (frame.width - side) >> 1;
    this.#weights = weights(side, size);
  }

  /**
   * @param source bytes, row by row, channels innermost
   * @param from where the image starts in it
   * @param out receives `[size × size × channels]` values of 0 to 255 at `at`
   */
  write(source: Uint8Array | Uint8ClampedArray, from: number, out: Float32Array, at: number): void {
    const { width, channels } = this.#frame;
    for (const y of this.#weights) {
      for (const x of this.#weights) {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let dy = 0; dy < y.shares.length; dy++) {
            const row = from + ((this.#top + y.first + dy) * width + this.#left + x.first) * channels + c;
            let line = 0;
            for (let dx = 0; dx < x.shares.length; dx++) line += x.shares[dx] * source[row + dx * channels];
            sum += y.shares[dy] * line;
          }
          out[at++] = sum;
        }
      }
    }
  }

  /** Values in one new image. */
  get length(): number {
    return this.#size * this.#size * this.#frame.channels;
  }
}
