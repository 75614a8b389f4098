/** Which validation examples are shown with what each arm says they are. */
import { taskShape } from '@/experiment/networks/describe.ts';
import type { SequencePreview } from '@/experiment/contract/previews.ts';
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
  const valExamples = data.experiment ? taskShape(data.experiment.task).valExamples : 0;
  return Array.from(labels, (label, index) => ({
    index,
    label,
    predicted: [...data.arms.values()].map((members) => (data.predictions === null ? null : data.predictions[members[seedIndex] * valExamples + index])),
  }));
}

/** Images on which the arms do not all say the same come first in teaching value. */
export const disagreeing = (samples: readonly Sample[]): Sample[] => samples.filter(({ predicted }) => predicted.some((p) => p !== predicted[0]));

export interface SequenceSample {
  index: number;
  /** Class at every output; −1 where none is asked for. */
  labels: number[];
  /** The same of every arm, in the order of `RunData.arms`; null before the first evaluation. */
  predicted: (number[] | null)[];
}

/** Predictions of one seed for the first validation sequences. */
export function sequenceSamplesOf(data: RunData, preview: SequencePreview, seedIndex: number): SequenceSample[] {
  const { count, outputs, targets } = preview;
  const { predictions } = data;
  const arms = [...data.arms.values()];
  const members = arms.reduce((sum, of) => sum + of.length, 0);
  // Labels that are −1 have no prediction: how many a member has is known by how many there are.
  const perMember = (predictions?.length ?? 0) / Math.max(1, members);
  const samples: SequenceSample[] = [];
  for (let index = 0, before = 0; index < count; index++) {
    const labels = Array.from(targets.subarray(index * outputs, (index + 1) * outputs));
    const predicted = arms.map((of) => {
      if (!predictions) return null;
      let at = of[seedIndex] * perMember + before;
      return labels.map((label) => (label < 0 ? -1 : predictions[at++]));
    });
    samples.push({ index, labels, predicted });
    before += labels.filter((label) => label >= 0).length;
  }
  return samples;
}

export const disagreeingSequences = (samples: readonly SequenceSample[]): SequenceSample[] =>
  samples.filter(({ predicted }) => predicted.some((p) => p?.join() !== predicted[0]?.join()));

/** How many of the labels that are asked for were met, and how many there are. */
export function score(labels: readonly number[], predicted: readonly number[]): { right: number; asked: number } {
  const asked = labels.filter((label) => label >= 0).length;
  return { asked, right: labels.filter((label, i) => label >= 0 && label === predicted[i]).length };
}
