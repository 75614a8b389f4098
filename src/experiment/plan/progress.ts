/** What a course that ends when a number stalls reads: the evaluations of one member. The lab and the page decide by it alike. */
import type { CourseEvaluation } from '../course/course.ts';
import { measureKey } from '../schema/measures.ts';
import type { Experiment } from '../schema/schema.ts';
import { type Alignment, observedPairs } from './arms.ts';
import { type Member, measuresInUse, members } from './plan.ts';

/** What is read of a recorded evaluation of all members: see `experiment/series.ts` for the order of the numbers. */
export interface ProgressRecord {
  step: number;
  series: Readonly<Record<'valLoss' | 'similarity' | 'similarityDebiased' | 'similarityMeasured', ArrayLike<number>>>;
}

/** A term that has a course: of alignments the similarity of their pairs counts. */
export type ProgressTerm = ({ kind: 'align' } & Pick<Alignment, 'guide' | 'pairs' | 'measure'>) | { kind: 'distil' | 'match' | 'regularise' };

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
  of({ arm, seed }: Member, term: ProgressTerm, evaluations: readonly ProgressRecord[], [first, step]: [first: number, step: number]): CourseEvaluation[] {
    const member = this.#members.findIndex((other) => other.arm === arm && other.seed === seed);
    return evaluations
      .filter((record) => first <= record.step && record.step <= step)
      .map(({ step: at, series }) => ({ step: at - first, valLoss: series.valLoss[member], similarity: mean(this.#similarities(series, member, term)) }));
  }

  /** Of the pairs of a term by its own measure; none where it has no pairs. */
  #similarities({ similarity, similarityDebiased, similarityMeasured }: ProgressRecord['series'], member: number, term: ProgressTerm): number[] {
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
