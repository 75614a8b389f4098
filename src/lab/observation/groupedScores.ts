/** Scores on groups of labels, e.g. of a text the names that return and everything else. */
import type { Split } from '../tasks/index.ts';

export class GroupedScores {
  /** `[members × groups]`; NaN for a group without labels. */
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
  /** Number of groups. */
  readonly count: number;
  readonly #members: number;
  /** Labels of each group in the whole split. */
  readonly #totals: Float64Array;

  private constructor(members: number, totals: Float64Array) {
    this.#members = members;
    this.#totals = totals;
    this.count = totals.length;
    this.loss = Float64Array.from({ length: members * this.count }, (_, i) => (totals[i % this.count] > 0 ? 0 : Number.NaN));
    this.accuracy = this.loss.slice();
  }

  /** @returns null where a split's labels have no groups */
  static of({ groups, labels }: Split, members: number): GroupedScores | null {
    if (!groups) return null;
    return new GroupedScores(
      members,
      countsOf(
        groups,
        labels,
        groups.reduce((most, group) => Math.max(most, group + 1), 0),
      ),
    );
  }

  /** A chunk's labels once per group, with −1 for those of other groups. */
  labelsOf({ groups, labels }: Split): Int32Array<ArrayBuffer>[] {
    return Array.from(this.#totals, (_, g) => Int32Array.from(labels, (label, i) => (groups?.[i] === g ? label : -1)));
  }

  /**
   * @param predicted classes `[members × rows]`
   * @param losses cross-entropy on each of the groups, `[groups × members]`
   */
  add(chunk: Split, predicted: Float32Array, losses: Float32Array): void {
    const { labels, groups } = chunk;
    if (!groups) return;
    const rows = labels.length;
    const counts = countsOf(groups, labels, this.count);
    for (let e = 0; e < this.#members; e++) {
      for (let g = 0; g < this.count; g++) {
        // A group that a chunk has nothing of has no mean there.
        if (counts[g] > 0) this.loss[e * this.count + g] += (losses[g * this.#members + e] * counts[g]) / this.#totals[g];
      }
      for (let i = 0; i < rows; i++) {
        if (labels[i] >= 0 && predicted[e * rows + i] === labels[i]) this.accuracy[e * this.count + groups[i]] += 1 / this.#totals[groups[i]];
      }
    }
  }
}

function countsOf(groups: Uint8Array, labels: ArrayLike<number>, count: number): Float64Array {
  const counts = new Float64Array(count);
  for (let i = 0; i < groups.length; i++) if (labels[i] >= 0) counts[groups[i]]++;
  return counts;
}
