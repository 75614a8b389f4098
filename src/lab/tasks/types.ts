import type { TaskShape } from '../../experiment/describe.ts';
import type { TaskPreview } from '../../experiment/events.ts';
import type { TaskSpec } from '../../experiment/schema.ts';

/** Examples of one split. */
export interface Split {
  /** `[examples × height × width × channels]`, standardised per channel with the training split's mean and sd. */
  images: Float32Array<ArrayBuffer>;
  /** `[examples]` class indices. */
  labels: Uint8Array<ArrayBuffer>;
}

/** Data of an experiment. Splits are drawn on first use; a preview draws only what it shows. */
export interface Task {
  readonly spec: TaskSpec;
  readonly shape: TaskShape;
  readonly train: Split;
  readonly val: Split;
  /** Per channel, of the training images before standardisation (intensities 0–1). */
  readonly standardisation: { mean: number[]; sd: number[] };
  /**
   * Images as they look before standardisation: of the training split the first ones of each class in turn, of the
   * validation split the first ones in order (so that predictions can be put beside them).
   */
  preview(count: number, split?: 'train' | 'val'): TaskPreview;
}
