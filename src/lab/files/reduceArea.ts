/** Pixels with transparency, reduced and put on a background. Arithmetic alone: what the browser decodes is handed in. */

/** Lightness (0–255) of what is visible of a picture, from which it is laid on black instead of white. */
const LIGHT = 160;

/**
 * Reduces a square picture that comes row by row: each new pixel is the mean of the area that it covers, weighted by how
 * much each old one is visible.
 */
export class AreaReducer {
  readonly #from: number;
  readonly #to: number;
  /** `[to × to × 4]`: colours times visibility, and visibility. */
  readonly #sums: Float64Array;
  readonly #row: Float64Array;

  /** @param from side of the old picture @param to side of the new one, no larger */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    this.#sums = new Float64Array(to * to * 4);
    this.#row = new Float64Array(to * 4);
  }

  /**
   * @param y its place
   * @param rgba values that hold the row at `at`
   */
  addRow(y: number, rgba: Uint8ClampedArray | Uint8Array, at: number): void {
    const scale = this.#to / this.#from;
    const row = this.#row.fill(0);
    for (let x = 0; x < this.#from; x++) {
      const [start, end] = [x * scale, (x + 1) * scale];
      const alpha = rgba[at + x * 4 + 3];
      for (let to = Math.floor(start); to < end && to < this.#to; to++) {
        const share = Math.min(end, to + 1) - Math.max(start, to);
        for (let c = 0; c < 3; c++) row[to * 4 + c] += share * rgba[at + x * 4 + c] * alpha;
        row[to * 4 + 3] += share * alpha;
      }
    }
    const [start, end] = [y * scale, (y + 1) * scale];
    for (let to = Math.floor(start); to < end && to < this.#to; to++) {
      const share = Math.min(end, to + 1) - Math.max(start, to);
      for (let i = 0; i < row.length; i++) this.#sums[to * this.#to * 4 + i] += share * row[i];
    }
  }

  /** The new picture on a background that shows its shape. */
  finish(): { rgb: Uint8Array<ArrayBuffer>; background: 'none' | 'white' | 'black' } {
    const pixels = this.#to * this.#to;
    let [visible, light] = [0, 0];
    for (let p = 0; p < pixels; p++) {
      const [r, g, b, a] = this.#sums.subarray(p * 4, p * 4 + 4);
      visible += a;
      light += (r + g + b) / 3;
    }
    const opaque = visible > 254.9 * pixels;
    const black = !opaque && visible > 0 && light / visible > LIGHT;
    const ground = black ? 0 : 255;
    const rgb = new Uint8Array(pixels * 3);
    for (let p = 0; p < pixels; p++) {
      const rest = (255 - this.#sums[p * 4 + 3]) * ground;
      for (let c = 0; c < 3; c++) rgb[p * 3 + c] = Math.round((this.#sums[p * 4 + c] + rest) / 255);
    }
    return { rgb, background: opaque ? 'none' : black ? 'black' : 'white' };
  }
}
