import type { TaskShape } from '../../../experiment/networks/describe.ts';
import type { TaskPreview } from '../../../experiment/contract/previews.ts';
import type { TaskSpec } from '../../../experiment/schema/schema.ts';

/** Examples one behind the other. */
export interface Split {
  readonly examples: number;
  /**
   * Images `[examples × height × width × channels]`, standardised per channel with the training split's mean and sd;
   * or token ids `[examples × length]`, −1 for padding.
   */
  readonly inputs: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** `[examples × outputs]` class indices, −1 where none is asked for (`outputs` is 1 for images). */
  readonly labels: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** Where labels have groups (`labelGroups`): the group of each label, in their order. */
  readonly groups?: Uint8Array<ArrayBuffer>;
}

/** Data of an experiment. */
export interface Task {
  readonly spec: TaskSpec;
  readonly shape: TaskShape;
  /** Null where every step draws new examples. */
  readonly train: Split | null;
  readonly val: Split;
  /**
   * The training batch of one step: a function of its arguments alone, so that all arms of a seed see the same and
   * training can resume at any step.
   * @param stream names the draws where examples are new at every step: a guide must not see its target's batches
   */
  batch(seed: number, step: number, batchSize: number, stream?: string): Split;
  /** Places in the training set of the examples of that batch; null where they are drawn, or changed, for the step. */
  rows(seed: number, step: number, batchSize: number): Uint32Array<ArrayBuffer> | null;
  /** Where sequences are windows of a text: how its tokens are written, by id, and what stands between them. */
  readonly writing?: { tokenNames: string[]; separator: string };
  /** The same: the tokens of the training text. */
  trainingText?(): Int32Array<ArrayBuffer>;
}

/** A task whose data are drawn, not read from files: examples are there at once. */
export interface DrawnTask extends Task {
  /**
   * Examples to be shown, before any standardisation. Of images the training split's first ones of each class in
   * turn, of anything else the first ones in order (so that predictions can be put beside them).
   */
  preview(count: number, split?: 'train' | 'val'): TaskPreview;
}
