/**
 * The probe: the first validation examples, on which every member is compared with every guide. Of sequences, tokens
 * are examples as `base.tokens` says; per position there is one comparison a position, and their mean is reported.
 */
import * as tf from '@tensorflow/tfjs-core';
import { EVALUATION_CHUNK, PROBE_TOKENS } from '../../experiment/plan/plan.ts';
import type { TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import type { Guide } from '../guidance/guide.ts';
import { CONSTANT_VARIANCE, FEWEST_EXAMPLES } from '../similarity/tokenViews.ts';
import { type GramProducts, GramStack, hasDebiased, similarityFrom } from '../similarity/cka.ts';
import type { Split, Task } from '../tasks/index.ts';
import { sliceSplit } from '../steps/inputs.ts';

/** Examples of one comparison: rows of `[E, B·T, F]`, or null for the activations as they are. */
export type Sheet = Int32Array | null;

/** Sequences of the probe whose tokens are examples one by one. */
const probeSequences = (length: number): number => Math.max(FEWEST_EXAMPLES, Math.floor(PROBE_TOKENS / length));

/** Which tokens are compared, from the token ids of the probe. */
export function sheetsOf(tokens: ArrayLike<number>, length: number, view: TokenView): Sheet[] {
  const count = tokens.length / length;
  const real = (examples: number, wanted: (t: number, last: number) => boolean): Int32Array => {
    const rows: number[] = [];
    for (let i = 0; i < examples; i++) {
      let last = length - 1;
      while (last > 0 && tokens[i * length + last] < 0) last--;
      for (let t = 0; t <= last; t++) if (wanted(t, last)) rows.push(i * length + t);
    }
    return Int32Array.from(rows);
  };
  switch (view) {
    case 'flattened':
      return [null];
    case 'last-token':
      return [real(count, (t, last) => t === last)];
    case 'all-tokens':
      return [real(Math.min(count, probeSequences(length)), () => true)];
    case 'position':
      return Array.from({ length }, (_, at) => real(count, (t) => t === at)).filter((rows) => rows.length >= FEWEST_EXAMPLES);
  }
}

/** Sets of as many examples each, which are compared at a time: rows of `[E, B·T, F]`, or the one set of all of `[E, B, T·F]`. */
interface ExampleSets {
  n: number;
  rows: Int32Array[] | null;
}

/** @param all examples of the sheet that takes activations as they are */
function setsOf(sheets: readonly Sheet[], all: number): ExampleSets[] {
  const sets = new Map<number, ExampleSets>();
  for (const sheet of sheets) {
    const n = sheet?.length ?? all;
    const same = sets.get(n);
    if (sheet && same?.rows) same.rows.push(sheet);
    else sets.set(n, { n, rows: sheet && [sheet] });
  }
  return [...sets.values()];
}

/** Activations `[E, B, T·F]` as `[E, B·T, F]`. */
const byToken = (x: tf.Tensor3D, length: number): tf.Tensor3D => tf.reshape(x, [x.shape[0], x.shape[1] * length, x.shape[2] / length]);

/**
 * The examples of one set out of activations `[E, B, T·F]` by tap name.
 * @param orderOf the order in which n examples of a tap are shown, where it is not their own
 */
export function examplesOf(
  taps: ReadonlyMap<string, tf.Tensor3D>,
  set: Sheet,
  length: number,
  orderOf: ((tap: string, n: number) => Int32Array) | null,
): ReadonlyMap<string, tf.Tensor3D> {
  if (!set && !orderOf) return taps;
  return new Map(
    [...taps].map(([name, x]) => {
      const order = orderOf?.(name, set?.length ?? x.shape[1]);
      const rows = set && order ? order.map((row) => set[row]) : (set ?? (order as Int32Array));
      return [name, tf.gather(set ? byToken(x, length) : x, tf.tensor1d(rows, 'int32'), 1) as tf.Tensor3D];
    }),
  );
}

/** Per layer 1 where it varies over the examples, else 0: `[S, taps]`. */
export function varies(kernels: Kernels, taps: ReadonlyMap<string, tf.Tensor3D>): tf.Tensor2D {
  return tf.stack(
    [...taps.values()].map((x) => {
      const { norm } = kernels.centreNormalise(x);
      return tf.cast(tf.greaterEqual(tf.div(tf.square(norm), x.shape[1] * x.shape[2]), CONSTANT_VARIANCE), 'float32');
    }),
    1,
  ) as tf.Tensor2D;
}

/** A guide's layers on sets of examples. */
interface Comparison {
  stack: GramStack;
  /** `[instances, P, taps]`, only where a mean over positions needs it. */
  varies: tf.Tensor3D | null;
}

/** Gram matrices of a guide's taps on the probe, made once per experiment. */
export class GuideProbe {
  readonly guide: string;
  /** 1 for a shared guide, else the number of seeds. */
  readonly #instances: number;
  readonly #length: number;
  readonly #sets: readonly ExampleSets[];
  /** One for each of the sets. */
  readonly #comparisons: readonly Comparison[];
  /** int32 `[P, n]` of each of the sets. */
  readonly #rows: readonly (tf.Tensor2D | null)[];

  constructor(kernels: Kernels, guide: Guide, task: Task, view: TokenView) {
    this.guide = guide.id;
    this.#instances = guide.instances;
    const { seen, sheets, length, eachToken, examples } = probeSheets(task, view);
    this.#length = length;
    this.#sets = setsOf(sheets, examples);
    this.#rows = this.#sets.map(
      ({ n, rows }) =>
        rows &&
        tf.keep(
          tf.tensor2d(
            rows.flatMap((row) => [...row]),
            [rows.length, n],
            'int32',
          ),
        ),
    );
    // One instance at a time: the activations of a convolutional guide are large, their Gram matrices small.
    const parts = Array.from({ length: this.#instances }, (_, instance) =>
      scoped(() => {
        const { taps, orderOf } = guide.observe(instance, seen, eachToken);
        return this.#sets.map(({ rows }) =>
          scoped(() => {
            const sets = (rows ?? [null]).map((set) => examplesOf(taps, set, this.#length, orderOf));
            return {
              stack: GramStack.join(
                sets.map((set) => GramStack.of(kernels, set)),
                1,
              ).keep(),
              varies:
                sheets.length > 1
                  ? tf.keep(
                      tf.stack(
                        sets.map((set) => varies(kernels, set)),
                        1,
                      ) as tf.Tensor3D,
                    )
                  : null,
            };
          }),
        );
      }),
    );
    this.#comparisons = this.#sets.map((_, i) =>
      scoped(() => ({
        stack: GramStack.join(
          parts.map((part) => part[i].stack),
          0,
        ).keep(),
        varies:
          sheets.length > 1
            ? tf.keep(
                tf.concat3d(
                  parts.map((part) => part[i].varies as tf.Tensor3D),
                  0,
                ),
              )
            : null,
      })),
    );
    // Of one instance the joined stack is its own, what varies is a clone.
    for (const part of parts.flat()) {
      if (this.#instances > 1) dispose(part);
      else part.varies?.dispose();
    }
  }

  /**
   * Everything needed to compare members' taps `[E, B, T·F]` on the probe with each of the guides, for `read`. Call inside
   * `tf.tidy`.
   */
  static pack(kernels: Kernels, probes: readonly GuideProbe[], taps: ReadonlyMap<string, tf.Tensor3D>): tf.Tensor1D[] {
    if (probes.length === 0) return [];
    const [one] = probes;
    // The members' own Gram matrices are the same for every guide.
    const products = one.#rows.flatMap((rows, i) =>
      [...taps.values()].map((x) =>
        kernels.gramProducts(
          rows ? byToken(x, one.#length) : x,
          rows,
          probes.map((probe) => probe.#comparisons[i].stack.grams),
        ),
      ),
    );
    const own = probes.flatMap((probe) => probe.#comparisons.flatMap(({ stack, varies: alive }) => (alive ? [stack.own, alive] : [stack.own])));
    return [...products, ...own].map((part) => tf.reshape(part, [-1]) as tf.Tensor1D);
  }

  /**
   * Similarities `[members × targetTaps × guideTaps × 3]` by guide.
   * @param values of a `pack`
   */
  static read(probes: readonly GuideProbe[], values: Float32Array, members: number): Record<string, Float32Array<ArrayBuffer>> {
    if (probes.length === 0) return {};
    const width = probes.reduce((sum, { guideTaps }) => sum + 2 * guideTaps, 3);
    const ofTargets = values.length - probes.reduce((sum, probe) => sum + probe.#ownSize, 0);
    const sets = probes[0].#sets.reduce((sum, { rows }) => sum + (rows?.length ?? 1), 0);
    const targetTaps = ofTargets / (members * sets * width);
    let at = 0;
    const starts = probes[0].#sets.map(({ rows }) => {
      const start = at;
      at += targetTaps * members * (rows?.length ?? 1) * width;
      return start;
    });
    let column = 3;
    return Object.fromEntries(
      probes.map((probe) => {
        const similarities = probe.#read(values, { starts, width, column, own: at, members, targetTaps });
        column += 2 * probe.guideTaps;
        at += probe.#ownSize;
        return [probe.guide, similarities];
      }),
    );
  }

  get guideTaps(): number {
    return this.#comparisons[0].stack.taps.length;
  }

  get #ownSize(): number {
    return this.#comparisons.reduce((sum, { stack, varies: alive }) => sum + stack.own.size + (alive?.size ?? 0), 0);
  }

  /** Mean over the positions at which the guide varies (debiased: beyond a single example), where there are several. */
  #read(values: Float32Array, pack: Pack): Float32Array<ArrayBuffer> {
    const { members, targetTaps, width, column } = pack;
    const g = this.guideTaps;
    const sum = new Float64Array(members * targetTaps * g * 3);
    const counts = new Uint32Array(sum.length);
    let own = pack.own;
    for (const [i, { stack, varies: alive }] of this.#comparisons.entries()) {
      const { n, rows } = this.#sets[i];
      const sets = rows?.length ?? 1;
      const aliveAt = own + stack.own.size;
      for (let index = 0; index < members * targetTaps * g; index++) {
        const [j, tap, e] = [index % g, Math.floor(index / g) % targetTaps, Math.floor(index / (g * targetTaps))];
        for (let set = 0; set < sets; set++) {
          const guide = ((e % this.#instances) * sets + set) * g + j;
          if (alive && values[aliveAt + guide] === 0) continue;
          const k = pack.starts[i] + ((tap * members + e) * sets + set) * width;
          const l = own + 3 * guide;
          const [traceK, traceL] = [values[k + 2], values[l + 2]];
          const ofGuide: GramProducts = { dot: values[l], uCentred: values[l + 1], traceK: traceL, traceL };
          const { cka, debiased, chance } = similarityFrom(
            { dot: values[k + column + j], uCentred: values[k + column + g + j], traceK, traceL },
            { dot: values[k], uCentred: values[k + 1], traceK, traceL: traceK },
            ofGuide,
            n,
          );
          const compared = [true, hasDebiased(ofGuide), true];
          [cka, debiased, chance].forEach((value, f) => {
            if (alive && !compared[f]) return;
            counts[index * 3 + f]++;
            // A target that is the same for all examples at a position is like the guide in nothing there.
            sum[index * 3 + f] += alive ? value || 0 : value;
          });
        }
      }
      own = aliveAt + (alive?.size ?? 0);
    }
    return Float32Array.from(sum, (value, i) => value / counts[i]);
  }

  dispose(): void {
    for (const comparison of this.#comparisons) dispose(comparison);
    tf.dispose(this.#rows.filter((rows) => rows !== null));
  }
}

/** Where `read` finds its numbers. */
interface Pack {
  /** Of the products of each of the sets: `[targetTaps, members, P, width]`. */
  starts: readonly number[];
  width: number;
  /** Where a guide's products begin in a line of them. */
  column: number;
  /** Of what the guide is by itself. */
  own: number;
  members: number;
  targetTaps: number;
}

function dispose({ stack, varies: alive }: Comparison): void {
  stack.dispose();
  alive?.dispose();
}

/** The probe as it is looked at. */
interface ProbeSheets {
  /** The examples that guides read. */
  seen: Split;
  /** Examples of each comparison, out of all of the probe. */
  sheets: readonly Sheet[];
  /** Tokens of a sequence; 1 for images. */
  length: number;
  eachToken: boolean;
  /** Of the whole probe. */
  examples: number;
}

export function probeSheets({ val, shape }: Task, view: TokenView): ProbeSheets {
  const probe = probeOf(val);
  const eachToken = shape.tokens !== undefined && view === 'all-tokens';
  const length = shape.tokens ? shape.input[0] : 1;
  const sheets = shape.tokens ? sheetsOf(probe.inputs, length, view) : [null];
  // Where tokens count one by one, those of the first sequences do.
  const seen = eachToken ? sliceSplit(probe, 0, Math.min(probe.examples, probeSequences(length))) : probe;
  return { seen, sheets, length, eachToken, examples: probe.examples };
}

const probeOf = (val: Split): Split => sliceSplit(val, 0, Math.min(EVALUATION_CHUNK, val.examples));
