/**
 * The probe: the first validation examples, on which every member is compared with every guide. Of sequences, tokens
 * are examples as `base.tokens` says; per position there is one comparison a position, and their mean is reported.
 */
import * as tf from '@tensorflow/tfjs-core';
import { EVALUATION_CHUNK, PROBE_TOKENS } from '../../experiment/plan.ts';
import type { TokenView } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import type { Guide } from '../guidance/guide.ts';
import { CONSTANT_VARIANCE, FEWEST_EXAMPLES } from '../guidance/tokenViews.ts';
import { comparisonPack, GramStack, readComparison } from '../similarity/cka.ts';
import type { Split, Task } from '../tasks/index.ts';
import { sliceSplit } from './inputs.ts';
import type { MemberRange } from './terms.ts';

/** Examples of one comparison: rows of `[E, B·T, F]`, or null for the activations as they are. */
type Sheet = Int32Array | null;

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
    case 'flattened': return [null];
    case 'last-token': return [real(count, (t, last) => t === last)];
    case 'all-tokens': return [real(Math.min(count, probeSequences(length)), () => true)];
    case 'position': return Array.from({ length }, (_, at) => real(count, (t) => t === at))
      .filter((rows) => rows.length >= FEWEST_EXAMPLES);
  }
}

/**
 * The examples of one comparison out of activations `[E, B, T·F]` by tap name.
 * @param orderOf the order in which n examples of a tap are shown, where it is not their own
 */
function examplesOf(
  taps: ReadonlyMap<string, tf.Tensor3D>, sheet: Sheet, length: number, orderOf?: ((tap: string, n: number) => Int32Array) | null,
): ReadonlyMap<string, tf.Tensor3D> {
  if (!sheet && !orderOf) return taps;
  return new Map([...taps].map(([name, x]) => {
    const [e, b, all] = x.shape;
    const order = orderOf?.(name, sheet?.length ?? b);
    const rows = sheet && order ? order.map((row) => sheet[row]) : (sheet ?? (order as Int32Array));
    const byRow = sheet ? (tf.reshape(x, [e, b * length, all / length]) as tf.Tensor3D) : x;
    return [name, tf.gather(byRow, tf.tensor1d(rows, 'int32'), 1) as tf.Tensor3D];
  }));
}

/** Per layer 1 where it varies over the examples, else 0: `[S, taps]`. */
function varies(kernels: Kernels, taps: ReadonlyMap<string, tf.Tensor3D>): tf.Tensor2D {
  return tf.stack([...taps.values()].map((x) => {
    const { norm } = kernels.centreNormalise(x);
    return tf.cast(tf.greaterEqual(tf.div(tf.square(norm), x.shape[1] * x.shape[2]), CONSTANT_VARIANCE), 'float32');
  }), 1) as tf.Tensor2D;
}

interface Comparison {
  sheet: Sheet;
  /** Examples compared. */
  n: number;
  stack: GramStack;
  /** `[instances, taps]`, only where a mean over positions needs it. */
  varies: tf.Tensor2D | null;
}

/** Gram matrices of a guide's taps on the probe, made once per experiment. */
export class GuideProbe {
  readonly guide: string;
  /** 1 for a shared guide, else the number of seeds. */
  readonly #instances: number;
  readonly #length: number;
  readonly #comparisons: readonly Comparison[];
  /** An identity's debiased product with itself is exactly 0; what rounding leaves of it says nothing. */
  readonly #noDebiased: boolean;

  constructor(kernels: Kernels, guide: Guide, task: Task, view: TokenView) {
    this.guide = guide.id;
    this.#instances = guide.instances;
    this.#noDebiased = guide.spec.state === 'control' && guide.spec.kind === 'identity-gram';
    const probe = probeOf(task.val);
    const byToken = task.shape.tokens !== undefined && view === 'all-tokens';
    this.#length = task.shape.tokens ? task.shape.input[0] : 1;
    const sheets = task.shape.tokens ? sheetsOf(probe.inputs, this.#length, view) : [null];
    // Where tokens count one by one, those of the first sequences do.
    const seen = byToken ? sliceSplit(probe, 0, Math.min(probe.examples, probeSequences(this.#length))) : probe;
    // One instance at a time: the activations of a convolutional guide are large, their Gram matrices small.
    const parts = Array.from({ length: this.#instances }, (_, instance) => scoped(() => {
      const { taps, orderOf } = guide.observe(instance, seen, byToken);
      return sheets.map((sheet) => {
        const examples = examplesOf(taps, sheet, this.#length, orderOf);
        return {
          stack: GramStack.of(kernels, examples).keep(),
          varies: sheets.length > 1 ? tf.keep(varies(kernels, examples)) : null,
        };
      });
    }));
    this.#comparisons = sheets.map((sheet, i) => scoped(() => ({
      sheet, n: sheet?.length ?? probe.examples,
      stack: GramStack.join(parts.map((part) => part[i].stack)).keep(),
      varies: sheets.length > 1 ? tf.keep(tf.concat2d(parts.map((part) => part[i].varies as tf.Tensor2D), 0)) : null,
    })));
    for (const part of parts.flat()) {
      part.stack.dispose();
      part.varies?.dispose();
    }
  }

  /**
   * Everything needed to compare members' taps `[E, B, T·F]` on the probe with each of the guides: a pack per probe. A
   * guide with an instance per seed is compared with one arm's members after the other's. Call inside `tf.tidy`.
   */
  static packs(kernels: Kernels, probes: readonly GuideProbe[], taps: ReadonlyMap<string, tf.Tensor3D>): tf.Tensor1D[] {
    if (probes.length === 0) return [];
    const [one] = probes;
    // The members' own Gram matrices are the same for every guide, and too many to have all positions' at once.
    const perSheet = one.#comparisons.map(({ sheet }, i) => tf.tidy(() => {
      const target = GramStack.of(kernels, examplesOf(taps, sheet, one.#length));
      return probes.map((probe) => probe.#compare(kernels, target, i));
    }));
    return probes.map((_, p) => tf.concat1d(perSheet.map((packs) => packs[p])));
  }

  #compare(kernels: Kernels, target: GramStack, comparison: number): tf.Tensor1D {
    const { stack, varies: alive } = this.#comparisons[comparison];
    const parts: tf.Tensor1D[] = this.#arms(target.grams.shape[0])
      .map((members) => comparisonPack(kernels, target.only(members), stack));
    if (alive) parts.push(tf.reshape(alive, [-1]) as tf.Tensor1D);
    return tf.concat1d(parts);
  }

  /**
   * Similarities `[members × targetTaps × guideTaps × 3]` from the values of a `pack`.
   * @param offset where the pack starts in `values`
   */
  read(values: Float32Array, offset: number, members: number, targetTaps: number): { similarities: Float32Array<ArrayBuffer>; length: number } {
    const g = this.#comparisons[0].stack.taps.length;
    const sum = new Float64Array(members * targetTaps * g * 3);
    const counts = new Uint32Array(members * targetTaps * g);
    let at = offset;
    for (const { n, varies: alive } of this.#comparisons) {
      const similarities = new Float32Array(members * targetTaps * g * 3);
      for (const { first, count } of this.#arms(members)) {
        const arm = readComparison(values, at, { s: count, targetS: count, guideS: this.#instances, t: targetTaps, g, n });
        similarities.set(arm.similarities, first * targetTaps * g * 3);
        at += arm.length;
      }
      if (!alive) return { similarities: this.#checked(similarities), length: at - offset };
      for (let i = 0; i < counts.length; i++) {
        const member = Math.floor(i / (targetTaps * g));
        const instance = member % this.#instances;
        if (values[at + instance * g + (i % g)] === 0) continue;
        counts[i]++;
        // A target that is the same for all examples at a position is like the guide in nothing there.
        for (let f = 0; f < 3; f++) sum[i * 3 + f] += similarities[i * 3 + f] || 0;
      }
      at += this.#instances * g;
    }
    return { similarities: this.#checked(Float32Array.from(sum, (value, i) => value / counts[Math.floor(i / 3)])), length: at - offset };
  }

  #checked(similarities: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    if (this.#noDebiased) for (let i = 1; i < similarities.length; i += 3) similarities[i] = Number.NaN;
    return similarities;
  }

  /** Members that are compared at a time. */
  #arms(members: number): MemberRange[] {
    const count = this.#instances === 1 ? members : this.#instances;
    return Array.from({ length: members / count }, (_, i) => ({ first: i * count, count }));
  }

  dispose(): void {
    for (const { stack, varies: alive } of this.#comparisons) {
      stack.dispose();
      alive?.dispose();
    }
  }
}

const probeOf = (val: Split): Split => sliceSplit(val, 0, Math.min(EVALUATION_CHUNK, val.examples));
