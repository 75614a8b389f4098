/**
 * The observed pairs by the measures that arms learn by or that are asked for, besides CKA, which is known of all layers
 * (`probe.ts`): every member by each of them, so that arms can be compared by what one of them minimises. Those that cannot be
 * minimised are computed in float64, from matrices that are read back.
 */
import * as tf from '@tensorflow/tfjs-core';
import { observedPairs, sharedTokens } from '../../experiment/plan/arms.ts';
import { measuresInUse } from '../../experiment/plan/plan.ts';
import { isObservedOnly, type ObservedOnly, optionOf, type RecordedMeasure, saidOf } from '../../experiment/schema/measures.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import type { Guide } from '../guidance/guide.ts';
import { type Form, prepare } from '../similarity/measures/forms.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import { OBSERVED, type Side } from '../similarity/observed/index.ts';
import type { Task } from '../tasks/index.ts';
import { examplesOf, probeSheets, type Sheet, varies } from './probe.ts';

/** Gram matrices of a layer on one set of examples. */
interface Shown {
  /** `[S, n, n]` of S instances of a guide, or of E members. */
  gram: tf.Tensor3D;
  /** `[S]` 1 where the layer varies, else 0. */
  varies: tf.Tensor1D;
  /** `[S]` what the rows were divided by. */
  norm: tf.Tensor1D;
}

const tensorsOf = ({ gram, varies, norm }: Shown): tf.Tensor[] => [gram, varies, norm];

/** A layer read back, for measures in float64. */
interface ReadSide extends Side {
  gram: Float32Array;
  varies: boolean;
}

interface Wanted {
  measure: RecordedMeasure;
  guide: string;
  guideTap: string;
  targetTap: string;
}

/** Values beside a matrix that is read back: whether the layer varies, and its norm. */
const SIDE = 2;

type Taps = ReadonlyMap<string, tf.Tensor3D>;

export class MeasuredPairs {
  readonly #kernels: Kernels;
  /** In the order of the recorded quantity: measures outer, pairs inner. */
  readonly #wanted: readonly Wanted[];
  readonly #sheets: readonly Sheet[];
  readonly #length: number;
  /** Of guides, by `keyOf`. */
  readonly #guides = new Map<string, Shown>();
  /** The same read back, where a measure in float64 has asked for it. */
  readonly #read = new Map<string, Promise<ReadSide[]>>();

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
          tf.dispose(each.map(tensorsOf));
        });
    }
  }

  /** Numbers that it records of a member. */
  get count(): number {
    return this.#wanted.length;
  }

  /** Values that `compare` gives of a member: one for each of these numbers, or the matrices that it is computed from. */
  get values(): number {
    return this.#wanted.reduce((sum, wanted) => sum + (isObservedOnly(wanted.measure) ? this.#sizes(wanted).reduce((all, n) => all + n * n + SIDE, 0) : 1), 0);
  }

  /**
   * Call inside `tf.tidy`.
   * @param taps of the members on the probe `[E, B, T·F]`
   * @returns for each number that is recorded `[E]`, NaN where it is not defined: a mean over positions counts those at which the
   * guide varies; of a measure in float64 the members' matrices `[E, …]`
   */
  compare(taps: Taps): tf.Tensor[] {
    return this.#wanted.map(({ measure, guide, guideTap, targetTap }) =>
      tf.tidy(() => {
        if (isObservedOnly(measure)) {
          const shown = this.#sheets.map((sheet) => this.#shown(taps, targetTap, measure, sheet, null));
          const matrices = tf.concat(shown.flatMap(flat), 1);
          tf.dispose(shown.flatMap(tensorsOf));
          return matrices;
        }
        const each = this.#sheets.map((sheet, s) =>
          scoped(() => {
            const own = this.#shown(taps, targetTap, measure, sheet, null);
            const [members] = own.gram.shape;
            const other = this.#guides.get(keyOf(guide, guideTap, measure, s)) as Shown;
            const value = compare(this.#kernels, measure, own.gram, forMembers(other.gram, members));
            const counted = forMembers(other.varies, members);
            // A target that is the same for all examples at one of several positions is like the guide in nothing there.
            const known = this.#sheets.length > 1 ? counted : tf.mul(counted, own.varies);
            tf.dispose(tensorsOf(own));
            return [tf.keep(tf.mul(value, counted)), tf.keep(tf.add(known, tf.zerosLike(value)))] as const;
          }),
        );
        const [sum, count] = [0, 1].map((part) => tf.addN(each.map((of) => of[part])));
        tf.dispose(each.map((of) => [...of]));
        return tf.where(tf.greater(count, 0), tf.div(sum, tf.maximum(count, 1)), tf.fill(count.shape, Number.NaN));
      }),
    );
  }

  /** @param values of `compare` of all members, read back. @returns `[members × measures × pairs]` */
  async read(values: Float32Array, members: number): Promise<Float32Array<ArrayBuffer>> {
    const found = new Float32Array(members * this.count);
    let at = 0;
    for (const [w, wanted] of this.#wanted.entries()) {
      const { measure } = wanted;
      const sizes = isObservedOnly(measure) ? this.#sizes(wanted) : [];
      const guides = await Promise.all(sizes.map((_, s) => this.#readGuide(wanted, s)));
      for (let e = 0; e < members; e++) {
        let value = values[at];
        if (isObservedOnly(measure)) {
          const each = sizes.map((n, s) => {
            const own = sideAt(values, at, n);
            at += n * n + SIDE;
            return this.#exact(measure, own, guides[s][e % guides[s].length], n);
          });
          value = meanOver(each);
        } else at++;
        found[e * this.count + w] = value;
      }
    }
    return found;
  }

  /** NaN where the guide does not vary; 0 where the target does not, at one of several positions. */
  #exact(measure: ObservedOnly, own: ReadSide, other: ReadSide, n: number): number {
    if (!other.varies) return Number.NaN;
    if (!own.varies || !own.gram.every(Number.isFinite)) return this.#sheets.length > 1 && own.gram.every(Number.isFinite) ? 0 : Number.NaN;
    return OBSERVED[measure.name].of(own, other, n, optionOf(measure));
  }

  /** Examples of each sheet, as a measure looks at them. */
  #sizes({ guide, guideTap, measure }: Wanted): number[] {
    return this.#sheets.map((_, s) => (this.#guides.get(keyOf(guide, guideTap, measure, s)) as Shown).gram.shape[1]);
  }

  /** A guide's instances on one sheet. */
  #readGuide({ guide, guideTap, measure }: Wanted, sheet: number): Promise<ReadSide[]> {
    const key = keyOf(guide, guideTap, measure, sheet);
    const known = this.#read.get(key) ?? readSides(this.#guides.get(key) as Shown);
    this.#read.set(key, known);
    return known;
  }

  dispose(): void {
    for (const shown of this.#guides.values()) tf.dispose(tensorsOf(shown));
  }

  /** A layer on one set of examples, as a measure wants it; kept. */
  #shown(taps: Taps, name: string, measure: RecordedMeasure, sheet: Sheet, orderOf: Parameters<typeof examplesOf>[3]): Shown {
    return scoped(() => {
      const layer = new Map([[name, taps.get(name) as tf.Tensor3D]]);
      const { most } = saidOf(measure);
      const examples = new Map([...examplesOf(layer, sheet, this.#length, orderOf)].map(([of, x]) => [of, first(x, most)]));
      const { z, norm } = prepare(this.#kernels, examples.get(name) as tf.Tensor3D, formOf(measure));
      return {
        gram: tf.keep(this.#kernels.matmul(z, z, { transposeB: true })),
        norm: tf.keep(norm),
        // As for CKA: of several positions those are left out at which a guide says next to nothing.
        varies: tf.keep(this.#sheets.length > 1 ? (tf.reshape(varies(this.#kernels, examples), [-1]) as tf.Tensor1D) : tf.cast(tf.greater(norm, 0), 'float32')),
      };
    });
  }
}

/** At most so many examples: the first, where there are more than a measure bears. */
const first = (x: tf.Tensor3D, most = x.shape[1]): tf.Tensor3D => (x.shape[1] <= most ? x : tf.slice(x, [0, 0, 0], [x.shape[0], most, x.shape[2]]));

/** As it is read back: `[E, n² + 2]`. */
const flat = ({ gram, varies, norm }: Shown): tf.Tensor2D[] => [tf.reshape(gram, [gram.shape[0], -1]), tf.reshape(varies, [-1, 1]), tf.reshape(norm, [-1, 1])];

const sideAt = (values: Float32Array, at: number, n: number): ReadSide => ({
  gram: values.subarray(at, at + n * n),
  varies: values[at + n * n] > 0,
  norm: values[at + n * n + 1],
});

async function readSides(shown: Shown): Promise<ReadSide[]> {
  const [instances, n] = shown.gram.shape;
  const [gram, varies, norm] = await Promise.all(tensorsOf(shown).map((tensor) => tensor.data<'float32'>()));
  return Array.from({ length: instances }, (_, s) => ({ gram: gram.subarray(s * n * n, (s + 1) * n * n), varies: varies[s] > 0, norm: norm[s] }));
}

/** Of those that are defined. */
function meanOver(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

const formOf = (measure: RecordedMeasure): Form => (isObservedOnly(measure) ? OBSERVED[measure.name] : MEASURES[measure.name]).form;

/** The same matrices serve all measures that look at as many examples in the same form. */
const keyOf = (guide: string, tap: string, measure: RecordedMeasure, sheet: number): string =>
  [guide, tap, formOf(measure), saidOf(measure).most ?? 'all', sheet].join('/');

/** Instances of a guide, one behind the other; kept. */
const joined = (each: readonly Shown[]): Shown => ({
  gram: tf.keep(
    tf.concat3d(
      each.map(({ gram }) => gram),
      0,
    ),
  ),
  varies: tf.keep(tf.concat1d(each.map((shown) => shown.varies))),
  norm: tf.keep(tf.concat1d(each.map((shown) => shown.norm))),
});

/** `[S, …]` for E members, of which e meets instance e mod S; one stays one. */
function forMembers<T extends tf.Tensor>(x: T, members: number): T {
  const [instances] = x.shape;
  return instances === 1 || instances === members ? x : (tf.concat(new Array<tf.Tensor>(members / instances).fill(x), 0) as T);
}
