/** What a verdict is made of and made from; what may be said is decided in `verdict.ts`. */

/** A piece of a sentence; `arm` names the arm whose colour it takes. */
export interface Segment {
  text: string;
  arm?: string;
}

export type Claim = 'better' | 'worse' | 'no difference' | 'too few seeds' | 'no claim';

/** One arm against the reference arm. */
export interface Comparison {
  arm: string;
  /** Seeds in which both have a score. */
  n: number;
  /** Seeds in which the arm is better, and in which it is worse. */
  wins: number;
  losses: number;
  /** Mean of (arm − reference) over those seeds, in the metric's unit (accuracy: a fraction); NaN when n = 0. */
  meanDifference: number;
  /** 95 % t interval of it; null below three seeds. */
  ci: [lo: number, hi: number] | null;
  /** Exact two-sided sign-flip test; null below six seeds (and above twenty). */
  p: number | null;
  claim: Claim;
  /** Every difference is exactly 0. */
  identical: boolean;
  /** The difference is smaller than the sampling error of one score on the validation set. */
  withinSamplingError: boolean;
  /** Seeds left out because the arm or the reference has no score in them. */
  excluded: number[];
}

export interface Verdict {
  /** The one sentence that answers the question. */
  headline: Segment[];
  /** What is said of further arms; empty where the headline speaks of all. */
  others: Segment[];
  /** Sentences with the numbers behind the headline. */
  detail: string;
  /** Every arm but the reference, in the order given. */
  comparisons: Comparison[];
  /** The arm compared with. */
  reference: string;
  /** One standard error of a score on the validation set, in the metric's unit; null when the metric is no accuracy. */
  samplingError: number | null;
}

export interface VerdictArm {
  id: string;
  name: string;
  /** Final score by seed, in the order of `seeds`; null when the member diverged. */
  scores: readonly (number | null)[];
  /** Learns from a guide. */
  guided: boolean;
}

export interface VerdictInput {
  metric: { name: string; higherIsBetter: boolean; chance: number };
  /** Id of the arm to compare with; the first arm when there is none of that id. */
  reference: string;
  arms: readonly VerdictArm[];
  seeds: readonly number[];
  valExamples: number;
  finished: boolean;
  /** Completed steps, of how many. */
  step: number;
  steps: number;
  /** What was changed by hand while it ran, in words. */
  changes: readonly string[];
}
