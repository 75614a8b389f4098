/** Sequence tasks: a fixed training set in shuffled epochs, or new sequences at every step. */
import { classNames, taskShape, tokenNames, type SequenceShape } from '../../../experiment/networks/describe.ts';
import type { SequencePreview } from '../../../experiment/contract/previews.ts';
import type { DrawnSequenceSpec } from '../../../experiment/schema/schema.ts';
import { type Stream, stream } from '../../random/stream.ts';
import { batchIndices } from '../shared/order.ts';
import { takeExamples } from '../shared/rows.ts';
import type { Split, DrawnTask } from '../shared/types.ts';
import { generator } from './generators.ts';

interface TokenSplit extends Split {
  readonly inputs: Int32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

/** Room for sequences, and where in it each of them is. */
interface Sheet extends TokenSplit {
  /** Tokens and, behind them, labels. */
  readonly both: Int32Array<ArrayBuffer>;
  readonly each: readonly (readonly [tokens: Int32Array, labels: Int32Array])[];
}

export class SequenceTask implements DrawnTask {
  readonly spec: DrawnSequenceSpec;
  readonly shape: SequenceShape;
  readonly #draw: ReturnType<typeof generator>;
  #train: TokenSplit | undefined;
  #val: TokenSplit | undefined;
  /** For the batches of steps: to make the views of a batch takes as long as to draw it. */
  #sheet: Sheet | undefined;

  constructor(spec: DrawnSequenceSpec) {
    this.spec = spec;
    this.shape = taskShape(spec) as SequenceShape;
    this.#draw = generator(spec);
  }

  get train(): TokenSplit | null {
    if (this.spec.train === 'fresh') return null;
    this.#train ??= this.#split('train', this.spec.train);
    return this.#train;
  }

  get val(): TokenSplit {
    this.#val ??= this.#split('val', this.spec.val);
    return this.#val;
  }

  batch(seed: number, step: number, batchSize: number, name = 'data'): Split {
    const { train } = this;
    if (train) return takeExamples(train, batchIndices(seed, step, batchSize, train.examples));
    const random = stream(seed, name, this.spec.kind, 'step', step);
    if (this.#sheet?.examples !== batchSize) this.#sheet = this.#empty(batchSize);
    const { inputs, both } = this.#fill(this.#sheet, () => random);
    // To allocate an array takes longer than to copy it: one for tokens and labels.
    const copy = both.slice();
    return { examples: batchSize, inputs: copy.subarray(0, inputs.length), labels: copy.subarray(inputs.length) };
  }

  rows(seed: number, step: number, batchSize: number): Uint32Array<ArrayBuffer> | null {
    return this.train && batchIndices(seed, step, batchSize, this.train.examples);
  }

  preview(count: number, split: 'train' | 'val' = 'train'): SequencePreview {
    const size = split === 'val' ? this.spec.val : this.spec.train;
    const { examples, inputs, labels } = size === 'fresh' ? this.batch(0, 0, count) : this.#split(split, Math.min(count, size));
    return {
      kind: 'sequences',
      count: examples,
      length: this.shape.input[0],
      tokens: inputs as Int32Array<ArrayBuffer>,
      outputs: this.shape.tokens.outputs,
      targets: labels as Int32Array<ArrayBuffer>,
      tokenNames: tokenNames(this.spec),
      classNames: classNames(this.spec),
    };
  }

  /** Every sequence has a stream of its own: a smaller split is a prefix of a larger one. */
  #split(name: 'train' | 'val', examples: number): TokenSplit {
    return this.#sequences(examples, (i) => stream(this.spec.seed, 'data', this.spec.kind, name, i));
  }

  #sequences(examples: number, streamOf: (index: number) => Stream): TokenSplit {
    const { inputs, labels } = this.#fill(this.#empty(examples), streamOf);
    return { examples, inputs, labels };
  }

  #empty(examples: number): Sheet {
    const [length] = this.shape.input;
    const { outputs } = this.shape.tokens;
    const both = new Int32Array(examples * (length + outputs));
    const inputs = both.subarray(0, examples * length);
    const labels = both.subarray(inputs.length);
    const each = Array.from(
      { length: examples },
      (_, i) => [inputs.subarray(i * length, (i + 1) * length), labels.subarray(i * outputs, (i + 1) * outputs)] as const,
    );
    return { examples, inputs, labels, both, each };
  }

  #fill(sheet: Sheet, streamOf: (index: number) => Stream): Sheet {
    sheet.both.fill(-1);
    sheet.each.forEach(([tokens, labels], i) => {
      this.#draw(streamOf(i), tokens, labels);
    });
    return sheet;
  }
}
