/**
 * The observed pairs by the measures that arms learn by, besides CKA, which is known of all layers (`probe.ts`): every
 * member by each of them, so that arms can be compared by what one of them minimises.
 */
import * as tf from '@tensorflow/tfjs-core';
import { observedPairs, sharedTokens } from '../../experiment/plan/arms.ts';
import { measuresInUse } from '../../experiment/plan/plan.ts';
import { type BuiltMeasure, factsOf } from '../../experiment/schema/measures.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import type { Guide } from '../guidance/guide.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import type { Task } from '../tasks/index.ts';
import { examplesOf, probeSheets, type Sheet, varies } from './probe.ts';

/** Gram matrices of a layer on one set of examples. */
interface Shown {
  /** `[S, n, n]` of S instances of a guide, or of E members. */
  gram: tf.Tensor3D;
  /** `[S]` 1 where the layer varies, else 0. */
  varies: tf.Tensor1D;
}

type Taps = ReadonlyMap<string, tf.Tensor3D>;

export class MeasuredPairs {
  readonly #kernels: Kernels;
  /** In the order of the recorded quantity: measures outer, pairs inner. */
  readonly #wanted: readonly { measure: BuiltMeasure; guide: string; guideTap: string; targetTap: string }[];
  readonly #sheets: readonly Sheet[];
  readonly #length: number;
  /** Of guides, by `keyOf`. */
  readonly #guides = new Map<string, Shown>();

  constructor(kernels: Kernels, guides: ReadonlyMap<string, Guide>, experiment: Experiment, task: Task) {
    this.#kernels = kernels;
    this.#wanted = measuresInUse(experiment).flatMap((measure) => observedPairs(experiment).map((pair) => ({ measure, ...pair })));
    const { seen, sheets, length, eachToken } = probeSheets(task, sharedTokens(experiment.base));
    this.#sheets = sheets;
    this.#length = length;
    for (const id of new Set(this.#wanted.map(({ guide }) => guide))) {
      const guide = guides.get(id) as Guide;
      const own = this.#wanted.filter((wanted) => wanted.guide === id);
      // One instance at a time: activations are large, their Gram matrices small.
      const parts = Array.from({ length: guide.instances }, (_, instance) =>
        scoped(() => {
          const { taps, orderOf } = guide.observe(instance, seen, eachToken);
          return own.flatMap(({ measure, guideTap }) => sheets.map((sheet) => this.#shown(taps, guideTap, measure, sheet, orderOf)));
        }),
      );
      own
        .flatMap(({ measure, guideTap }) => sheets.map((_, s) => keyOf(id, guideTap, measure, s)))
        .forEach((key, i) => {
          const each = parts.map((part) => part[i]);
          if (!this.#guides.has(key)) this.#guides.set(key, joined(each));
          tf.dispose(each.map((shown) => [shown.gram, shown.varies]));
        });
    }
  }

  /** Numbers that it gives of a member. */
  get count(): number {
    return this.#wanted.length;
  }

  /**
   * Call inside `tf.tidy`.
   * @param taps of the members on the probe `[E, B, T·F]`
   * @returns `[measures · pairs, E]`, NaN where it is not defined: a mean over positions counts those at which the guide varies
   */
  compare(taps: Taps): tf.Tensor[] {
    return this.#wanted.map(({ measure, guide, guideTap, targetTap }) =>
      tf.tidy(() => {
        const each = this.#sheets.map((sheet, s) =>
          scoped(() => {
            const own = this.#shown(taps, targetTap, measure, sheet, null);
            const [members] = own.gram.shape;
            const other = this.#guides.get(keyOf(guide, guideTap, measure, s)) as Shown;
            const value = compare(this.#kernels, measure, own.gram, forMembers(other.gram, members));
            const counted = forMembers(other.varies, members);
            // A target that is the same for all examples at one of several positions is like the guide in nothing there.
            const known = this.#sheets.length > 1 ? counted : tf.mul(counted, own.varies);
            tf.dispose([own.gram, own.varies]);
            return [tf.keep(tf.mul(value, counted)), tf.keep(tf.add(known, tf.zerosLike(value)))] as const;
          }),
        );
        const [sum, count] = [0, 1].map((part) => tf.addN(each.map((of) => of[part])));
        tf.dispose(each.map((of) => [...of]));
        return tf.where(tf.greater(count, 0), tf.div(sum, tf.maximum(count, 1)), tf.fill(count.shape, Number.NaN));
      }),
    );
  }

  dispose(): void {
    for (const shown of this.#guides.values()) tf.dispose([shown.gram, shown.varies]);
  }

  /** A layer on one set of examples, as a measure wants it; kept. */
  #shown(taps: Taps, name: string, measure: BuiltMeasure, sheet: Sheet, orderOf: Parameters<typeof examplesOf>[3]): Shown {
    return scoped(() => {
      const layer = new Map([[name, taps.get(name) as tf.Tensor3D]]);
      // The first of all tokens, where there are more than a measure bears.
      const examples = examplesOf(layer, sheet?.subarray(0, factsOf(measure).most) ?? null, this.#length, orderOf);
      const { z, norm } = prepare(this.#kernels, examples.get(name) as tf.Tensor3D, MEASURES[measure.name].form);
      return {
        gram: tf.keep(this.#kernels.matmul(z, z, { transposeB: true })),
        // As for CKA: of several positions those are left out at which a guide says next to nothing.
        varies: tf.keep(this.#sheets.length > 1 ? (tf.reshape(varies(this.#kernels, examples), [-1]) as tf.Tensor1D) : tf.cast(tf.greater(norm, 0), 'float32')),
      };
    });
  }
}

/** The same matrices serve all measures that look at as many examples in the same form. */
const keyOf = (guide: string, tap: string, measure: BuiltMeasure, sheet: number): string =>
  [guide, tap, MEASURES[measure.name].form, factsOf(measure).most ?? 'all', sheet].join('/');

/** Instances of a guide, one behind the other; kept. */
const joined = (each: readonly Shown[]): Shown => ({
  gram: tf.keep(
    tf.concat3d(
      each.map(({ gram }) => gram),
      0,
    ),
  ),
  varies: tf.keep(tf.concat1d(each.map((shown) => shown.varies))),
});

/** `[S, …]` for E members, of which e meets instance e mod S; one stays one. */
function forMembers<T extends tf.Tensor>(x: T, members: number): T {
  const [instances] = x.shape;
  return instances === 1 || instances === members ? x : (tf.concat(new Array<tf.Tensor>(members / instances).fill(x), 0) as T);
}
