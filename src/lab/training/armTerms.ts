/** The terms of an arm as a run has them: with nothing left out, and with the weight that each has at a step. */
import { span, weightAt } from '../../experiment/course/course.ts';
import { type Alignment, alignmentOf, type DistilSettings, distilSettings } from '../../experiment/plan/arms.ts';
import { stagesOf } from '../../experiment/plan/fork.ts';
import type { ArmSpec, Experiment, Term, TermKind } from '../../experiment/schema/schema.ts';
import type { MemberRange } from '../steps/members.ts';

type Settings = ({ kind: 'align' } & Alignment) | ({ kind: 'distil' } & DistilSettings);

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
  if (term.kind === 'align') return { kind: 'align', ...alignmentOf(experiment, term) };
  if (term.kind === 'distil') return { kind: 'distil', ...distilSettings(term) };
  throw new Error(`a term of ${term.kind} is not built`);
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

/** What a person may change of guidance while a run goes on: whether the alignment terms of all arms are in effect. */
export interface Guidance {
  guidance: boolean;
}

/**
 * Whether a term is part of the program of a step: its course has begun and has not ended. While it is, its weight may be 0.
 * @param step 0-based, from where the arm has the term
 */
export function takesPart(term: ArmTerm, step: number, { guidance }: Guidance): boolean {
  if (term.kind === 'align' && !(guidance && term.weight > 0)) return false;
  const { from, to } = span(term.course);
  return from <= step && step < to;
}

/** What a term is multiplied by at a step: of alignment each 1 − similarity, of distillation all of it. 0 where it takes no part. */
export function weightOf(term: ArmTerm, step: number, guidance: Guidance): number {
  if (!takesPart(term, step, guidance)) return 0;
  const share = weightAt(term.course, step);
  return term.kind === 'align' ? term.weightPerPair * share : share;
}
