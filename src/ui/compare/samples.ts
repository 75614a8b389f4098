/** Which validation images are shown with what each arm says they are. */
import type { RunData } from '@/state/runData.ts';

export interface Sample {
  /** Index in the validation set. */
  index: number;
  label: number;
  /** Predicted class per arm, in the order of `RunData.arms`; null before the first evaluation. */
  predicted: (number | null)[];
}

/** Predictions of one seed (by its place among the seeds) for the first `labels.length` validation images. */
export function samplesOf(data: RunData, labels: ArrayLike<number>, seedIndex: number): Sample[] {
  const valExamples = data.experiment?.task.val ?? 0;
  return Array.from(labels, (label, index) => ({
    index,
    label,
    predicted: [...data.arms.values()].map((members) =>
      data.predictions === null ? null : data.predictions[members[seedIndex] * valExamples + index],
    ),
  }));
}

/** Images on which the arms do not all say the same come first in teaching value. */
export const disagreeing = (samples: readonly Sample[]): Sample[] =>
  samples.filter(({ predicted }) => predicted.some((p) => p !== predicted[0]));
