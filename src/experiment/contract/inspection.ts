/** One step of one member of a run, taken apart: the batch, two layers on it, the loss, the update. Looking changes nothing. */
import type { ObservedPair } from '../plan/arms.ts';
import type { MatrixMeasure } from '../schema/measures.ts';
import type { TokenView } from '../schema/schema.ts';
import type { TaskPreview } from './previews.ts';

export interface InspectQuestion {
  /** Id of an arm of the open run. */
  arm: string;
  seed: number;
  /** The two layers to be compared; null: none. The arm need not align them. */
  pair: ObservedPair | null;
  /**
   * 'next': the step that would be taken next, from the weights as they are. 'last': the step just taken, from the weights
   * that it began with; those are kept of single steps only (`Lab.run(1)`, or the last of a run's steps), while they are not
   * too large. Without them it is answered as 'next'.
   */
  of: 'last' | 'next';
}

/** Matrices of at most this many examples are shown. */
export const SHOWN_EXAMPLES = 32;

/** A layer's matrix of examples and what it has in common with the guide's. */
export interface InspectedSide {
  /** `[n × n]`, see `InspectedMatrices`. */
  matrix: Float32Array<ArrayBuffer>;
  /** Similarity to the guide over the whole batch: what the loss takes. 0 where it is not defined. */
  batch: number;
  /** Similarity to the guide that the matrices shown give. */
  shown: number;
}

/**
 * Matrices of the first `n` examples of the batch, in the order of their classes. 'products': Gram matrices of trace 1, of rows
 * centred over the examples shown unless the measure compares raw ones. 'dissimilarities': squared distances between those
 * rows, which of rows of norm 1 are 2·(1 − cosine).
 */
export interface InspectedMatrices {
  pair: ObservedPair;
  measure: MatrixMeasure;
  kind: 'products' | 'dissimilarities';
  /** Whether the rows are centred over the examples shown. */
  centred: boolean;
  n: number;
  /** Class of each, −1 where none is asked for. */
  classes: Int32Array<ArrayBuffer>;
  /** How tokens of sequences count; null for images. */
  tokens: TokenView | null;
  /**
   * Where positions are compared one by one: the position that is shown, from 1, of how many; `batch` is the mean over those at
   * which the guide varies, of which this is the last.
   */
  position: { at: number; of: number } | null;
  /** It is frozen: the same now and at the start. */
  guide: Float32Array<ArrayBuffer>;
  target: InspectedSide;
  /** With the weights that the run began with, on the same examples. */
  start: InspectedSide;
}

export interface Inspection {
  question: InspectQuestion;
  /** The step whose batch this is, counted from 1 as in `TrainingRecords`. */
  step: number;
  /** Whether that step has been taken; false: it would be next. */
  taken: boolean;
  /** The step at which the member diverged; from there on nothing changes it, and its loss may not be finite. */
  divergedAt: number | null;
  /** The first examples of the batch, images as the network is fed them. */
  examples: TaskPreview;
  batchSize: number;
  matrices: InspectedMatrices | null;
  /** The arm's alignment terms in this step; null where it has none or none is in effect. */
  alignment: {
    /** Factor on each 1 − similarity; null where pairs have different ones. */
    weight: number | null;
    /**
     * Similarities over the whole batch of every pair, term after term, and the factor on each 1 − similarity. `byMap`: R² of a
     * map that is trained along, which is nothing that the matrices give.
     */
    pairs: (ObservedPair & { similarity: number; weight: number; byMap: boolean })[];
    /** Σ weight · (1 − similarity), as recorded. */
    loss: number;
  } | null;
  /** Mean cross-entropy on the batch before the update, as recorded. */
  taskLoss: number;
  /** What is minimised: task loss and alignment loss; null where the arm has terms of another kind, which are not recorded. */
  total: number | null;
  update: {
    learningRate: number;
    /** Euclidean norm of the change of all parameters. */
    change: number;
    /** Of the parameters before it. */
    weights: number;
  };
}
