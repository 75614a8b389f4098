/** Language modelling: windows of a text, and at every token the next one as its label. */
import { type SequenceShape, taskShape, tokenNames } from '../../../experiment/networks/describe.ts';
import type { SequencePreview } from '../../../experiment/contract/previews.ts';
import type { LanguageTaskSpec, MicroEnglishSpec } from '../../../experiment/schema/schema.ts';
import { stream } from '../../random/stream.ts';
import type { DrawnTask, Split } from '../shared/types.ts';
import { isReturningName, microEnglish } from './microEnglish.ts';

export interface Text {
  train(): Int32Array<ArrayBuffer>;
  val(): Int32Array;
  /** Group (`labelGroups`) of the label that stands at a position of a window. */
  groupOf(window: Int32Array, at: number, label: number): number;
  tokenNames: string[];
  /** Between two tokens where they are written. */
  separator: string;
  /** Whether the first group is so rare and telling that a preview sets it off. */
  marked: boolean;
}

interface Windows extends Split {
  readonly inputs: Int32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
  readonly groups: Uint8Array<ArrayBuffer>;
}

export class LanguageTask implements DrawnTask {
  readonly spec: LanguageTaskSpec;
  readonly shape: SequenceShape;
  /** Every step draws windows of its own. */
  readonly train = null;
  readonly writing: { tokenNames: string[]; separator: string };
  readonly #text: Text;
  #trainTokens: Int32Array<ArrayBuffer> | undefined;
  #val: Windows | undefined;

  constructor(spec: LanguageTaskSpec, text: Text) {
    this.spec = spec;
    this.shape = taskShape(spec) as SequenceShape;
    this.writing = { tokenNames: text.tokenNames, separator: text.separator };
    this.#text = text;
  }

  /** The validation text, window behind window; none shares a token with the next but the one that is a label. */
  get val(): Windows {
    this.#val ??= this.#windows(
      this.#text.val(),
      Array.from({ length: this.shape.valExamples }, (_, i) => i * this.spec.context),
    );
    return this.#val;
  }

  trainingText(): Int32Array<ArrayBuffer> {
    this.#trainTokens ??= this.#text.train();
    return this.#trainTokens;
  }

  batch(seed: number, step: number, batchSize: number, name = 'data'): Split {
    const text = this.trainingText();
    const random = stream(seed, name, this.spec.kind, 'step', step);
    const starts = Array.from({ length: batchSize }, () => random.integer(text.length - this.spec.context));
    return this.#windows(text, starts);
  }

  rows(): null {
    return null;
  }

  preview(count: number, split: 'train' | 'val' = 'train'): SequencePreview {
    const { context } = this.spec;
    const text = split === 'val' ? this.#text.val() : this.#text.train();
    const shown = Math.min(count, Math.floor((text.length - 1) / context));
    const { inputs, labels } = this.#windows(
      text,
      Array.from({ length: shown }, (_, i) => i * context),
    );
    // As running text: of every label what the context before it tells, wherever a window ends.
    const groups = Uint8Array.from(labels, (label, i) => {
      const from = Math.max(0, i + 1 - context);
      return this.#text.groupOf(text.subarray(from, i + 1), i - from, label);
    });
    return {
      kind: 'sequences',
      count: shown,
      length: context,
      tokens: inputs,
      outputs: context,
      targets: labels,
      ...this.writing,
      classNames: this.writing.tokenNames,
      ...(this.#text.marked && { groups }),
    };
  }

  #windows(text: Int32Array, starts: readonly number[]): Windows {
    const { context } = this.spec;
    const inputs = new Int32Array(starts.length * context);
    const labels = new Int32Array(starts.length * context);
    const groups = new Uint8Array(starts.length * context);
    starts.forEach((start, i) => {
      const window = text.subarray(start, start + context);
      inputs.set(window, i * context);
      labels.set(text.subarray(start + 1, start + 1 + context), i * context);
      for (let t = 0; t < context; t++) groups[i * context + t] = this.#text.groupOf(window, t, labels[i * context + t]);
    });
    return { examples: starts.length, inputs, labels, groups };
  }
}

export const microEnglishTask = (spec: MicroEnglishSpec): LanguageTask =>
  new LanguageTask(spec, {
    train: () => microEnglish(spec.variant, spec.seed, spec.trainTokens),
    val: () => microEnglish(spec.variant, spec.valSeed, spec.valTokens),
    groupOf: (window, at) => (isReturningName(window, at) ? 0 : 1),
    tokenNames: tokenNames(spec),
    separator: ' ',
    marked: true,
  });
