/**
 * One row of numbers per training step, in one typed array that grows. Beyond a fixed size every second row is
 * dropped, so that a very long run with many members cannot fill the page's memory.
 */

const INITIAL_ROWS = 256;
/** Values kept at most (16 MB of float32). A run of 12 members reaches it after 349,000 steps. */
export const MAX_VALUES = 2 ** 22;

export class StepSeries {
  readonly columns: number;
  readonly #maxRows: number;
  #values: Float32Array;
  #rows = 0;
  #stride = 1;

  constructor(columns: number, maxValues = MAX_VALUES) {
    this.columns = columns;
    this.#maxRows = Math.max(2, Math.floor(maxValues / Math.max(1, columns)));
    this.#values = new Float32Array(Math.min(INITIAL_ROWS, this.#maxRows) * columns);
  }

  /** Rows kept. */
  get length(): number {
    return this.#rows;
  }

  /** Steps between two kept rows. */
  get stride(): number {
    return this.#stride;
  }

  /** Step of a kept row; the first step is 1. */
  stepAt(row: number): number {
    return row * this.#stride + 1;
  }

  at(row: number, column: number): number {
    return this.#values[row * this.columns + column];
  }

  /** Whether a column has a finite value. */
  some(column: number): boolean {
    for (let row = 0; row < this.#rows; row++) if (Number.isFinite(this.at(row, column))) return true;
    return false;
  }

  /** Last kept row at or before a step, −1 if there is none. */
  rowOf(step: number): number {
    return Math.min(this.#rows - 1, Math.floor((step - 1) / this.#stride));
  }

  /** Write the row of a step (1, 2, …); steps that were left out read as NaN. */
  set(step: number, values: ArrayLike<number>, offset = 0): void {
    if ((step - 1) % this.#stride !== 0) return;
    let row = (step - 1) / this.#stride;
    while (row >= this.#maxRows) {
      this.#thin();
      if ((step - 1) % this.#stride !== 0) return;
      row = (step - 1) / this.#stride;
    }
    this.#reserve(row + 1);
    if (row > this.#rows) this.#values.fill(Number.NaN, this.#rows * this.columns, row * this.columns);
    for (let c = 0; c < this.columns; c++) this.#values[row * this.columns + c] = values[offset + c];
    this.#rows = Math.max(this.#rows, row + 1);
  }

  /** Forget everything after `step`. */
  truncate(step: number): void {
    this.#rows = Math.max(0, Math.min(this.#rows, Math.floor((step - 1) / this.#stride) + 1));
  }

  #reserve(rows: number): void {
    if (rows * this.columns <= this.#values.length) return;
    const grown = new Float32Array(Math.min(this.#maxRows, Math.max(rows, 2 * this.#rows)) * this.columns);
    grown.set(this.#values.subarray(0, this.#rows * this.columns));
    this.#values = grown;
  }

  #thin(): void {
    const kept = Math.ceil(this.#rows / 2);
    for (let row = 1; row < kept; row++) {
      this.#values.copyWithin(row * this.columns, 2 * row * this.columns, (2 * row + 1) * this.columns);
    }
    this.#rows = kept;
    this.#stride *= 2;
  }
}
