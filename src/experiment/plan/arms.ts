/** What an arm means: the one place where its terms get everything that they leave to the experiment. */
import { WHOLE } from '../course/course.ts';
import type {
  AlignTerm,
  ArmSpec,
  BaseSettings,
  Course,
  DistilTerm,
  Experiment,
  MappingSpec,
  MatchTerm,
  MeasureSpec,
  NetworkSpec,
  Reduction,
  RegulariseTerm,
  Term,
  TermKind,
  TermOf,
  TokenView,
} from '../schema/schema.ts';
import { isDrawn } from '../schema/schema.ts';
import { unusedClasses } from '../shapes/describeTask.ts';
import { rootOf } from './fork.ts';
import { standsAlone } from './guides.ts';
import { type TapPair, UnknownTapError, type WeightedPair } from './mapping.ts';
import { mappedPairs, tapNames } from './pairs.ts';

/** Terms in the order in which edits put them. */
const KINDS: readonly TermKind[] = ['align', 'distil', 'regularise', 'match'];

/** The first term of a kind as it is stated; undefined where the arm has none. */
export const termOf = <K extends TermKind>(arm: ArmSpec, kind: K): TermOf<K> | undefined => arm.terms.find((term): term is TermOf<K> => term.kind === kind);

/** The arm with its first term of that kind replaced, added, or (undefined) without it. */
export function withTermOf<K extends TermKind>(arm: ArmSpec, kind: K, term: TermOf<K> | undefined): ArmSpec {
  const place = arm.terms.findIndex((other) => other.kind === kind);
  const rest = arm.terms.filter((_, i) => i !== place);
  if (!term) return { ...arm, terms: rest };
  const after = rest.findIndex((other) => KINDS.indexOf(other.kind) > KINDS.indexOf(kind));
  const at = place >= 0 ? place : after >= 0 ? after : rest.length;
  return { ...arm, terms: [...rest.slice(0, at), term, ...rest.slice(at)] as Term[] };
}

/** The network that an arm trains; a fork goes on with that of the arm which it was. */
export const targetOf = (experiment: Pick<Experiment, 'target' | 'arms'>, arm: ArmSpec): NetworkSpec => rootOf(experiment, arm).target ?? experiment.target;

/** Guides that the terms of an arm name, each once. */
export const guidesOf = (arm: ArmSpec): string[] => [...new Set(arm.terms.flatMap((term) => ('guide' in term ? [term.guide] : [])))];

/** Guides that an arm learns from or begins with, each once. */
export const sourcesOf = (arm: ArmSpec): string[] => [...new Set([...guidesOf(arm), ...(arm.start ? [arm.start.guide] : [])])];

/** An alignment term with nothing left out. */
export interface AlignSettings {
  guide: string;
  weight: number;
  mapping: MappingSpec;
  /** Whether the term states its mapping itself. */
  ownMapping: boolean;
  measure: MeasureSpec;
  reduction: Reduction;
  tokens: TokenView;
  course: Course;
}

/** A distillation term with nothing left out. */
export type DistilSettings = Required<Omit<DistilTerm, 'kind'>>;

/** What counts as an example of a sequence where nothing else is said; images know no difference. */
export const sharedTokens = (base: BaseSettings): TokenView => base.tokens ?? 'position';

/** What a term says, with the experiment's settings where it says nothing. */
export const alignSettings = (base: BaseSettings, { guide, weight, mapping, measure, reduction, tokens, course }: AlignTerm): AlignSettings => ({
  guide,
  weight,
  mapping: mapping ?? base.mapping,
  ownMapping: mapping !== undefined,
  measure: measure ?? base.measure,
  reduction: reduction ?? base.reduction,
  tokens: tokens ?? sharedTokens(base),
  course: course ?? WHOLE,
});

/** All terms of a kind as they are stated, in order. */
export const termsOf = <K extends TermKind>(arm: ArmSpec, kind: K): TermOf<K>[] => arm.terms.filter((term): term is TermOf<K> => term.kind === kind);

/** The first alignment of an arm without its pairs, for which no network needs to be looked at; undefined without one. */
export function alignmentSettingsOf(base: BaseSettings, arm: ArmSpec): AlignSettings | undefined {
  const term = termOf(arm, 'align');
  return term && alignSettings(base, term);
}

export interface Alignment extends AlignSettings {
  pairs: WeightedPair[];
  /** Factor on each 1 − similarity: the weight with the reduction in it, without the pair's own and the course's. */
  weightPerPair: number;
}

/**
 * An alignment term with its pairs.
 * @throws {UnknownTapError} when an explicit mapping does not fit the networks
 */
export function alignmentOf(experiment: Experiment, term: AlignTerm): Alignment {
  const settings = alignSettings(experiment.base, term);
  const pairs = mappedPairs(experiment, settings.guide, settings.mapping);
  return { ...settings, pairs, weightPerPair: settings.weight / (settings.reduction === 'mean' ? Math.max(1, pairs.length) : 1) };
}

/** The alignments of an arm, in the order of its terms. @throws {UnknownTapError} see `alignmentOf` */
export const alignmentsOf = (experiment: Experiment, arm: ArmSpec): Alignment[] => termsOf(arm, 'align').map((term) => alignmentOf(experiment, term));

/** What a distillation term says, with nothing left out. */
export const distilSettings = ({ kind: _, ...term }: DistilTerm): DistilSettings => ({ course: WHOLE, ...term });

/** The first distillation of an arm; undefined without one. */
export function distillationOf(arm: ArmSpec): DistilSettings | undefined {
  const term = termOf(arm, 'distil');
  return term && distilSettings(term);
}

/** A match term with nothing left out. */
export type MatchSettings = Required<Omit<MatchTerm, 'kind'>>;

export const matchSettings = (base: BaseSettings, { kind: _, ...term }: MatchTerm): MatchSettings => ({ mapping: base.mapping, course: WHOLE, ...term });

/** The pairs whose moments a match term pulls together; none where it matches outputs. @throws {UnknownTapError} see `alignmentOf` */
export function matchedPairs(experiment: Experiment, term: MatchTerm): WeightedPair[] {
  return term.what === 'moments' ? mappedPairs(experiment, term.guide, matchSettings(experiment.base, term).mapping) : [];
}

/** A regularising term with nothing left out. */
export type RegulariseSettings = Required<Omit<RegulariseTerm, 'kind'>>;

/** Dimensions that the paper's regulariser asks for, where nothing is said: it prints no number. */
const DIMENSION = 10;

export const regulariseSettings = (experiment: Experiment, { kind: _, ...term }: RegulariseTerm): RegulariseSettings => ({
  dimension: DIMENSION,
  taps: tapNames(experiment),
  course: WHOLE,
  ...term,
});

/** Whether a term learns from the outputs of its guide. */
export const learnsOutputs = (term: Term): boolean => term.kind === 'distil' || (term.kind === 'match' && term.what === 'outputs');

/** A (guide, guide tap, target tap) triple whose similarity is recorded for every arm. */
export interface ObservedPair extends TapPair {
  guide: string;
}

const observed = (guide: string, pairs: readonly TapPair[]): ObservedPair[] => pairs.map(({ guideTap, targetTap }) => ({ guide, guideTap, targetTap }));

/**
 * The pairs that one arm's alignment terms pull together, each once; empty for an arm without one.
 * @throws {UnknownTapError} when an explicit mapping does not fit the networks
 */
export const alignedPairs = (experiment: Experiment, arm: ArmSpec): ObservedPair[] =>
  distinct(alignmentsOf(experiment, arm).flatMap(({ guide, pairs }) => observed(guide, pairs)));

/** The same pairs, each where it comes first. */
const distinct = (pairs: readonly ObservedPair[]): ObservedPair[] => [
  ...new Map(pairs.map((pair) => [`${pair.guide} ${pair.guideTap} ${pair.targetTap}`, pair])).values(),
];

/** The shared mapping as far as one guide has its layers: a drawn one may have been drawn for another guide. */
function sharedMapping(experiment: Experiment, guide: string): MappingSpec {
  const { mapping } = experiment.base;
  if (!isDrawn(mapping) || standsAlone(experiment, guide)) return mapping;
  const taps = new Set(tapNames(experiment, guide));
  return mapping.filter((pair) => taps.has(pair.guide));
}

/**
 * Every pair whose similarity is recorded: the shared mapping for each guide, and each arm's own pairs.
 * @throws {UnknownTapError} when a mapping names a layer that no guide, or the target, does not have
 */
export function observedPairs(experiment: Experiment): ObservedPair[] {
  const guides = Object.keys(experiment.guides);
  const { mapping } = experiment.base;
  const known = new Set(guides.flatMap((guide) => tapNames(experiment, guide)));
  const unknown = isDrawn(mapping) ? mapping.find(({ guide }) => !known.has(guide)) : undefined;
  // One layer that stands for all takes the pairs of any other.
  const takesAny = guides.length === 0 || guides.some((guide) => standsAlone(experiment, guide));
  if (unknown && !takesAny) throw new UnknownTapError('guide', unknown.guide, [...known]);
  const shared = guides.flatMap((guide) => observed(guide, mappedPairs(experiment, guide, sharedMapping(experiment, guide))));
  return distinct([...shared, ...experiment.arms.flatMap((arm) => alignedPairs(experiment, arm))]);
}

/** Guides that training needs (an arm aligns to them or is taught by them), in declaration order. */
export function guidesInUse(experiment: Experiment): string[] {
  const used = new Set(experiment.arms.flatMap(guidesOf));
  return Object.keys(experiment.guides).filter((guide) => used.has(guide));
}

/** The question's comparison, unless it names an arm that is not there (any more). */
export function withoutLostAsks<E extends Pick<Experiment, 'asks' | 'arms'>>(experiment: E): E {
  const { asks } = experiment;
  if (!asks || [asks.arm, asks.against].every((id) => experiment.arms.some((arm) => arm.id === id))) return experiment;
  const { asks: _, ...rest } = experiment;
  return rest as E;
}

/** Biases of classes that are never the answer go where every class can be the answer. */
export function withoutUnusedBiases(experiment: Experiment): Experiment {
  if (unusedClasses(experiment.task).length > 0 || experiment.arms.every(({ unusedBias }) => unusedBias === undefined)) return experiment;
  return { ...experiment, arms: experiment.arms.map(({ unusedBias: _, ...arm }) => arm) };
}
