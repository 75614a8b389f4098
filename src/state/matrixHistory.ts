/** Guide × target similarity matrices of all members over time, thinned to a fixed amount of memory. */
import { MATRIX_FIELDS, type SimilarityField } from '@/experiment/series.ts';

const FIELDS = MATRIX_FIELDS.length;
/**
 * The first and the latest are shown; those between only stand in for the latest after a run was rewound. One evaluation
 * of 12 members on 64 × 54 layers is 0.5 MB, on the layers of most presets 10 KB.
 */
export const MAX_MATRIX_BYTES = 8 * 2 ** 20;

export interface MatrixRecord {
  step: number;
  /** Per guide `[members × targetTaps × guideTaps × 3]`. */
  byGuide: Record<string, Float32Array>;
}

export class MatrixHistory {
  readonly records: MatrixRecord[] = [];
  readonly #targets: ReadonlyMap<string, number>;
  readonly #guides: Readonly<Record<string, ReadonlyMap<string, number>>>;
  readonly #maxRecords: number;

  constructor(members: number, targetTaps: readonly string[], guideTaps: Readonly<Record<string, readonly string[]>>, maxBytes = MAX_MATRIX_BYTES) {
    const indexed = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]));
    this.#targets = indexed(targetTaps);
    this.#guides = Object.fromEntries(Object.entries(guideTaps).map(([guide, taps]) => [guide, indexed(taps)]));
    const values = Object.values(guideTaps).reduce((sum, taps) => sum + members * targetTaps.length * taps.length * FIELDS, 0);
    this.#maxRecords = Math.max(4, Math.floor(maxBytes / Math.max(1, 4 * values)));
  }

  get first(): MatrixRecord | undefined {
    return this.records[0];
  }

  get latest(): MatrixRecord | undefined {
    return this.records.at(-1);
  }

  add(step: number, byGuide: Record<string, Float32Array>): void {
    while (this.records.length > 0 && this.records[this.records.length - 1].step >= step) this.records.pop();
    this.records.push({ step, byGuide });
    if (this.records.length <= this.#maxRecords) return;
    // Keep the first, the last and every second one between.
    const kept = this.records.filter((_, i) => i % 2 === 0 || i === this.records.length - 1);
    this.records.splice(0, this.records.length, ...kept);
  }

  truncate(step: number): void {
    while (this.records.length > 0 && this.records[this.records.length - 1].step > step) this.records.pop();
  }

  /** Where the fields of one member's layer pair begin; −1 for an unknown layer. */
  offset(member: number, guide: string, guideTap: string, targetTap: string): number {
    const guides = this.#guides[guide];
    const g = guides?.get(guideTap);
    const t = this.#targets.get(targetTap);
    if (g === undefined || t === undefined) return -1;
    return ((member * this.#targets.size + t) * guides.size + g) * FIELDS;
  }

  /** Mean over members (those that are finite) of one layer pair; NaN when there is none. */
  mean(record: MatrixRecord, members: readonly number[], guide: string, guideTap: string, targetTap: string, field: SimilarityField): number {
    const matrix = record.byGuide[guide];
    const f = MATRIX_FIELDS.indexOf(field);
    let sum = 0;
    let n = 0;
    for (const member of members) {
      const offset = this.offset(member, guide, guideTap, targetTap);
      const value = matrix && offset >= 0 ? matrix[offset + f] : Number.NaN;
      if (Number.isFinite(value)) {
        sum += value;
        n++;
      }
    }
    return n > 0 ? sum / n : Number.NaN;
  }

  /** Mean matrix over members, `[targetTaps × guideTaps]`. */
  meanMatrix(record: MatrixRecord, members: readonly number[], guide: string, field: SimilarityField): Float32Array {
    const matrix = record.byGuide[guide];
    const size = this.#targets.size * (this.#guides[guide]?.size ?? 0);
    const f = MATRIX_FIELDS.indexOf(field);
    const result = new Float32Array(size).fill(Number.NaN);
    if (!matrix) return result;
    for (let cell = 0; cell < size; cell++) {
      let sum = 0;
      let n = 0;
      for (const member of members) {
        const value = matrix[(member * size + cell) * FIELDS + f];
        if (Number.isFinite(value)) {
          sum += value;
          n++;
        }
      }
      if (n > 0) result[cell] = sum / n;
    }
    return result;
  }
}
