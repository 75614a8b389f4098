/**
 * The table of recorded quantities. History, checkpoints, the page's run data, CSV, result files and their reader, and
 * charts take from it what there is, so that a new quantity is a row here and whatever computes it.
 */
import { labelGroups, taskMetric } from './networks/describe.ts';
import { observedPairs } from './plan/arms.ts';
import { tapNames } from './plan/pairs.ts';
import { measuresInUse, members } from './plan/plan.ts';
import { measureKey } from './schema/measures.ts';
import type { Experiment, TaskSpec } from './schema/schema.ts';

/** What a quantity has of every member: one number, one per observed pair of layers, one per measure in use and pair, or one per group of labels. */
export type Extent = 'member' | 'pair' | 'measuredPair' | 'group';

/** What numbers of a kind can be, and which of them are better. */
export interface Kind {
  range: readonly [low: number, high: number];
  better: 'higher' | 'lower' | null;
}

const KINDS = {
  loss: { range: [0, Number.POSITIVE_INFINITY], better: 'lower' },
  accuracy: { range: [0, 1], better: 'higher' },
  perplexity: { range: [1, Number.POSITIVE_INFINITY], better: 'lower' },
  similarity: { range: [-1, 1], better: null },
  measured: { range: [Number.NEGATIVE_INFINITY, 1], better: null },
} as const satisfies Record<string, Kind>;

export interface Quantity {
  /** Recorded after every step, or at evaluations. */
  when: 'step' | 'evaluation';
  extent: Extent;
  kind: keyof typeof KINDS | 'metric';
  /** Its name in words and in the CSV, with `*` for the task's metric. Names of pairs and groups follow in the CSV, after a colon. */
  words: string;
  csv: string;
  /** Not every member has it: one that has nothing of it is left out of files, and older files do not know it. */
  sparse?: boolean;
}

/** The id is also the name in a result's `history`, except for groups (`GROUP_FIELDS`). Losses are in nats, accuracies and similarities are fractions of 1. */
export const QUANTITIES = {
  trainLoss: { when: 'step', extent: 'member', kind: 'loss', words: 'training loss', csv: 'train_loss' },
  trainMetric: { when: 'step', extent: 'member', kind: 'metric', words: 'training *', csv: 'train_*' },
  /** Σ weight · (1 − similarity) over the arm's pairs, on the training batch; a gap where guidance is off. */
  alignmentLoss: { when: 'step', extent: 'member', kind: 'loss', words: 'alignment loss', csv: 'alignment_loss', sparse: true },
  /** On the whole validation set, running statistics. */
  valLoss: { when: 'evaluation', extent: 'member', kind: 'loss', words: 'validation loss', csv: 'val_loss' },
  valMetric: { when: 'evaluation', extent: 'member', kind: 'metric', words: 'validation *', csv: 'val_*' },
  groupLoss: { when: 'evaluation', extent: 'group', kind: 'loss', words: 'validation loss', csv: 'val_loss' },
  groupAccuracy: { when: 'evaluation', extent: 'group', kind: 'accuracy', words: 'validation accuracy', csv: 'val_accuracy' },
  /** Of the observed pairs what `EvaluationRecord.matrices` has of all layers. */
  similarity: { when: 'evaluation', extent: 'pair', kind: 'similarity', words: 'CKA', csv: 'cka' },
  similarityDebiased: { when: 'evaluation', extent: 'pair', kind: 'similarity', words: 'debiased CKA', csv: 'cka_debiased' },
  similarityChance: { when: 'evaluation', extent: 'pair', kind: 'similarity', words: 'chance level of CKA', csv: 'cka_chance' },
  /** Of the observed pairs, by each of the measures that arms learn by or that are asked for, besides CKA. */
  similarityMeasured: { when: 'evaluation', extent: 'measuredPair', kind: 'measured', words: 'similarity', csv: 'similarity', sparse: true },
} as const satisfies Record<string, Quantity>;

export type QuantityId = keyof typeof QUANTITIES;
type Having<Part> = { [Id in QuantityId]: (typeof QUANTITIES)[Id] extends Part ? Id : never }[QuantityId];
export type StepQuantity = Having<{ when: 'step' }>;
export type EvaluationQuantity = Having<{ when: 'evaluation' }>;
export type QuantityOf<E extends Extent> = Having<{ extent: E }>;

const ids = Object.keys(QUANTITIES) as QuantityId[];
export const STEP_QUANTITIES = ids.filter((id): id is StepQuantity => QUANTITIES[id].when === 'step');
export const EVALUATION_QUANTITIES = ids.filter((id): id is EvaluationQuantity => QUANTITIES[id].when === 'evaluation');

/** What the quantities of groups are called in a result's `groups`. */
export const GROUP_FIELDS = { groupLoss: 'loss', groupAccuracy: 'accuracy' } as const satisfies Record<QuantityOf<'group'>, string>;

/** One array per quantity: `[times × members × parts]`. */
export type Recorded<Id extends QuantityId> = Record<Id, Float32Array<ArrayBuffer>>;

export const quantity = (id: QuantityId): Quantity => QUANTITIES[id];

export function kindOf(id: QuantityId, task: TaskSpec): Kind {
  const { kind } = quantity(id);
  return KINDS[kind === 'metric' ? taskMetric(task).name : kind];
}

/** @returns how a quantity is called in the CSV, or in words */
export const nameOf = (id: QuantityId, task: TaskSpec, as: 'csv' | 'words'): string => quantity(id)[as].replace('*', taskMetric(task).name);

/** Names of what each extent has of a member; '' for its one number. */
export type Parts = Readonly<Record<Extent, readonly string[]>>;

export function partsOf(experiment: Experiment): Parts {
  const pair = observedPairs(experiment).map(({ guide, guideTap, targetTap }) => `${guide}:${guideTap}:${targetTap}`);
  return {
    member: [''],
    pair,
    measuredPair: measuresInUse(experiment).flatMap((measure) => pair.map((name) => `${measureKey(measure)}:${name}`)),
    group: labelGroups(experiment.task),
  };
}

/** The numbers of a quantity at one time. */
export const lengthOf = (id: QuantityId, memberCount: number, parts: Parts): number => memberCount * parts[quantity(id).extent].length;

/** Arrays of the right lengths, with nothing in them. */
export function gaps<Id extends QuantityId>(of: readonly Id[], experiment: Experiment, times = 1): Recorded<Id> {
  const [count, parts] = [members(experiment).length, partsOf(experiment)];
  return Object.fromEntries(of.map((id) => [id, new Float32Array(times * lengthOf(id, count, parts)).fill(Number.NaN)])) as Recorded<Id>;
}

/** Order of the values of one pair in `EvaluationRecord.matrices`, and the quantity that each is. */
export const MATRIX_FIELDS = ['cka', 'debiased', 'chance'] as const;
export type SimilarityField = (typeof MATRIX_FIELDS)[number];
/** What can be shown of a pair: something of its CKA, or what it is by one of the measures in use (`measureKey`). */
export type ShownSimilarity = SimilarityField | (string & {});
export const PAIR_QUANTITIES = {
  cka: 'similarity',
  debiased: 'similarityDebiased',
  chance: 'similarityChance',
} as const satisfies Record<SimilarityField, QuantityOf<'pair'>>;

/** Where the observed pairs are among a guide's `cells` of a member. */
export type PairCells = readonly { guide: string; cell: number; cells: number }[];

export function pairCells(experiment: Experiment): PairCells {
  const targets = tapNames(experiment);
  return observedPairs(experiment).map(({ guide, guideTap, targetTap }) => {
    const taps = tapNames(experiment, guide);
    return { guide, cell: targets.indexOf(targetTap) * taps.length + taps.indexOf(guideTap), cells: targets.length * taps.length };
  });
}

/** What matrices say of the observed pairs: `[members × pairs]` of each field. */
export function pairSeries(cells: PairCells, memberCount: number, matrices: Readonly<Record<string, Float32Array>>): Recorded<QuantityOf<'pair'>> {
  const ofField = (field: number) =>
    Float32Array.from({ length: memberCount * cells.length }, (_, i) => {
      const { guide, cell, cells: each } = cells[i % cells.length];
      const at = (Math.floor(i / cells.length) * each + cell) * MATRIX_FIELDS.length + field;
      return matrices[guide]?.[at] ?? Number.NaN;
    });
  return Object.fromEntries(MATRIX_FIELDS.map((field, f) => [PAIR_QUANTITIES[field], ofField(f)])) as Recorded<QuantityOf<'pair'>>;
}
