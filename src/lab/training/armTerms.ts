/** The terms of an arm as a run has them: with nothing left out, and with the weight that each has at a step. */
import { type CourseEvaluation, span, weightAt } from '../../experiment/course/course.ts';
import {
  type Alignment,
  alignmentOf,
  type DistilSettings,
  distilSettings,
  matchedPairs,
  type MatchSettings,
  matchSettings,
  type RegulariseSettings,
  regulariseSettings,
} from '../../experiment/plan/arms.ts';
import { stagesOf } from '../../experiment/plan/fork.ts';
import type { WeightedPair } from '../../experiment/plan/mapping.ts';
import type { Member } from '../../experiment/plan/plan.ts';
import type { ArmSpec, Experiment, Term, TermKind } from '../../experiment/schema/schema.ts';
import type { MemberRange } from '../steps/members.ts';

type Settings =
  | ({ kind: 'align' } & Alignment)
  | ({ kind: 'distil' } & DistilSettings)
  | ({ kind: 'match'; pairs: readonly WeightedPair[] } & MatchSettings)
  | ({ kind: 'regularise' } & RegulariseSettings);

/** A term with the row of a step's weights that is its own. */
export type ArmTerm = Settings & { row: number };
export type ArmTermOf<K extends TermKind> = Extract<ArmTerm, { kind: K }>;

/** What the members of an arm do from some step on. */
export interface Arm {
  /** A fork is another arm at first. */
  spec: ArmSpec;
  /** The first step (0-based); those of courses count from here. */
  from: number;
  terms: readonly ArmTerm[];
  members: MemberRange;
}

/** An arm with the members that it has in its group. */
export interface GroupedArm {
  spec: ArmSpec;
  members: MemberRange;
  /** In order of steps; one unless it is a fork. */
  stages: readonly Arm[];
}

/** What an arm does at a step (0-based). */
export const armAt = ({ stages }: GroupedArm, step: number): Arm => stages.findLast(({ from }) => from <= step) ?? stages[0];

function settingsOf(experiment: Experiment, term: Term): Settings {
  switch (term.kind) {
    case 'align':
      return { kind: 'align', ...alignmentOf(experiment, term) };
    case 'distil':
      return { kind: 'distil', ...distilSettings(term) };
    case 'regularise':
      return { kind: 'regularise', ...regulariseSettings(experiment, term) };
    case 'match':
      return { kind: 'match', ...matchSettings(experiment.base, term), pairs: matchedPairs(experiment, term) };
  }
}

/**
 * The terms of arms that are trained together. Those that are the first of their kind in their arms share a row, and so on:
 * pairs of theirs can then be computed as one.
 */
export function termsOfArms(experiment: Experiment, arms: readonly ArmSpec[]): ArmTerm[][] {
  const rows = new Map<string, number>();
  return arms.map(({ terms }) => {
    const ofKind = new Map<TermKind, number>();
    return terms.map((term) => {
      const place = ofKind.get(term.kind) ?? 0;
      ofKind.set(term.kind, place + 1);
      const key = `${term.kind} ${place}`;
      if (!rows.has(key)) rows.set(key, rows.size);
      return { ...settingsOf(experiment, term), row: rows.get(key) as number };
    });
  });
}

/** Arms that are trained together, with all that they do over the run. */
export function groupedArms(experiment: Experiment, specs: readonly ArmSpec[]): GroupedArm[] {
  const stages = specs.map((spec) => stagesOf(experiment, spec));
  const terms = termsOfArms(
    experiment,
    stages.flatMap((own) => own.map(({ arm }) => arm)),
  ).values();
  const count = experiment.seeds.length;
  return specs.map((spec, i) => {
    const members = { first: i * count, count };
    return { spec, members, stages: stages[i].map(({ arm, from }) => ({ spec: arm, from, terms: terms.next().value ?? [], members })) };
  });
}

export const ofKind = <K extends TermKind>(terms: readonly ArmTerm[], kind: K): ArmTermOf<K>[] =>
  terms.filter((term): term is ArmTermOf<K> => term.kind === kind);

/** A term that learns from a guide's outputs. */
export type Taught = ArmTermOf<'distil'> | ArmTermOf<'match'>;
export const isTaught = (term: ArmTerm): term is Taught => term.kind === 'distil' || (term.kind === 'match' && term.what === 'outputs');
export const matchesMoments = (term: ArmTerm): term is ArmTermOf<'match'> => term.kind === 'match' && term.what === 'moments';
export const usesGuide = (term: ArmTerm, id: string): boolean => 'guide' in term && term.guide === id;

/** What the weights of terms depend on besides the step. */
export interface Guidance {
  /** What a person may change while a run goes on: whether the terms of all arms are in effect that align to guides or match them. */
  guidance: boolean;
  /** The evaluations of a member before the step, counted from where its arm has the term. */
  seen: (member: Member, term: ArmTerm, from: number) => readonly CourseEvaluation[];
}

/**
 * Whether a term is part of the program of a step: its course has begun and has not ended. While it is, its weight may be 0,
 * as that of members is whose evaluations have ended it.
 * @param step 0-based, from where the arm has the term
 */
export function takesPart(term: ArmTerm, step: number, { guidance }: Pick<Guidance, 'guidance'>): boolean {
  if (!guidance && (term.kind === 'align' || term.kind === 'match')) return false;
  if ('weight' in term && term.weight === 0) return false;
  const { from, to } = span(term.course);
  return from <= step && step < to;
}

/**
 * What a term of a member is multiplied by at a step: of alignment each 1 − similarity, of distillation what its own weights
 * leave, of others all of it. 0 where it takes no part.
 * @param step 0-based, of the run
 */
export function weightOf(term: ArmTerm, { spec, from }: Pick<Arm, 'spec' | 'from'>, seed: number, step: number, guidance: Guidance): number {
  if (!takesPart(term, step - from, guidance)) return 0;
  const { course } = term;
  const share = weightAt(course, step - from, course.kind === 'stall' ? guidance.seen({ arm: spec.id, seed }, term, from) : []);
  if (term.kind === 'align') return term.weightPerPair * share;
  return term.kind === 'distil' ? share : term.weight * share;
}
