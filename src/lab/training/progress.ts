/** What a course that ends when a number stalls reads: the evaluations of one member. */
import type { EvaluationRecord } from '../../experiment/contract/events.ts';
import type { CourseEvaluation } from '../../experiment/course/course.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { type Member, measuresInUse, members } from '../../experiment/plan/plan.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { measureKey } from '../../experiment/schema/measures.ts';
import type { ArmTerm } from './armTerms.ts';

export class Progress {
  readonly #members: readonly Member[];
  /** Where each observed pair stands among those of a member. */
  readonly #pairs: ReadonlyMap<string, number>;
  readonly #measures: readonly string[];

  constructor(experiment: Experiment) {
    this.#members = members(experiment);
    this.#pairs = new Map(observedPairs(experiment).map(({ guide, guideTap, targetTap }, i) => [`${guide} ${guideTap} ${targetTap}`, i]));
    this.#measures = measuresInUse(experiment).map(measureKey);
  }

  /**
   * @param evaluations in order; only those from the first step of the term on are looked at, up to the step at hand
   * @returns with steps that count from the first one
   */
  of({ arm, seed }: Member, term: ArmTerm, evaluations: readonly EvaluationRecord[], [first, step]: [first: number, step: number]): CourseEvaluation[] {
    const member = this.#members.findIndex((other) => other.arm === arm && other.seed === seed);
    return evaluations
      .filter((record) => first <= record.step && record.step <= step)
      .map(({ step: at, series }) => ({ step: at - first, valLoss: series.valLoss[member], similarity: mean(this.#similarities(series, member, term)) }));
  }

  /** Of the pairs of a term by its own measure; none where it has no pairs. */
  #similarities({ similarity, similarityDebiased, similarityMeasured }: EvaluationRecord['series'], member: number, term: ArmTerm): number[] {
    if (term.kind !== 'align') return [];
    const { guide, pairs, measure } = term;
    const own = this.#measures.indexOf(measureKey(measure));
    return pairs.map(({ guideTap, targetTap }) => {
      const pair = this.#pairs.get(`${guide} ${guideTap} ${targetTap}`) as number;
      if (own >= 0) return similarityMeasured[(member * this.#measures.length + own) * this.#pairs.size + pair];
      return (measure.name === 'cka-debiased' ? similarityDebiased : similarity)[member * this.#pairs.size + pair];
    });
  }
}

/** Of those that are known: a collapsed layer is similar to nothing. NaN where there are none. */
function mean(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
