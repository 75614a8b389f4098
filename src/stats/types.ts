/** What a verdict is made of, and what it says. */
import type { Lead } from '../experiment/plan/lead.ts';
import type { Yes } from '../experiment/question.ts';

export type { Lead } from '../experiment/plan/lead.ts';

/** A piece of a sentence. */
export interface Segment {
  text: string;
  /** The arm whose colour it takes. */
  arm?: string;
  /** It is the answer to the question. */
  answer?: true;
}

/**
 * What is said of an arm beside the one that it is compared with. "not claimed": the interval excludes 0, but a rule
 * keeps it from being a claim (`Comparison.withheld`).
 */
export type Claim = 'better' | 'worse' | 'equivalent' | 'no difference' | 'not claimed' | 'too few seeds' | 'no claim';

/**
 * Why an interval that excludes 0 is not a claim: too few seeds for it; the lead comparison does not hold; the exact test
 * does not confirm it; seeds of one arm fall into two heaps, of which fewer than six say too little.
 */
export type Withheld = 'seeds' | 'lead' | 'exact' | 'split';

/** One arm against the arm that all are compared with, by their scores. */
export interface Comparison {
  arm: string;
  /** Seeds in which both have a score. */
  n: number;
  /** Seeds in which the arm is better, and in which it is worse. */
  wins: number;
  losses: number;
  /** Mean of (arm − reference) over those seeds, in the metric's unit (accuracy: a fraction); NaN when n = 0. */
  meanDifference: number;
  /** Sample standard deviation of those differences; NaN below two. */
  sd: number;
  /** t interval of the mean difference, inside what scores can be; null below three seeds. */
  ci: [lo: number, hi: number] | null;
  /** Coverage of `ci`: 0.95, or what Holm's correction asks of a comparison other than the lead. */
  confidence: number;
  /** The t interval reached beyond what scores can be. */
  clipped: boolean;
  /** Exact two-sided sign-flip test, uncorrected; null below six seeds. */
  p: number | null;
  claim: Claim;
  withheld: Withheld | null;
  /** Every difference is exactly 0. */
  identical: boolean;
  /** The seeds of the arm, or of the reference, fall into two heaps: told as counts. */
  split: boolean;
  /** The difference is smaller than the sampling error of one score on the validation set. */
  withinSamplingError: boolean;
  /** Seeds left out because the arm or the reference has no score in them. */
  excluded: number[];
}

/** The score that tells heaps of seeds apart. */
export interface Threshold {
  /** In the metric's unit. */
  value: number;
  /** Best score of any seed of any arm. */
  best: number;
}

/** In how many of its seeds an arm has passed the threshold. */
export interface Share {
  arm: string;
  passed: number;
  /** Seeds with a score. */
  of: number;
  /** Clopper–Pearson interval (95 %) of the share of all seeds that would. */
  interval: [lo: number, hi: number];
  /** Seeds on both sides, and far apart: no mean speaks for them. */
  split: boolean;
}

/** One arm against another by the step at which validation first passes a threshold, paired by seed. */
export interface Sooner {
  arm: string;
  against: string;
  /** The score to be passed. */
  threshold: number;
  /** Seeds in which both were followed. */
  n: number;
  /** Seeds in which the arm is sooner, and in which it is later. */
  sooner: number;
  later: number;
  /** Mean of those steps, where the budget stands for the seeds that never passed. */
  steps: [arm: number, against: number];
  /** Seeds that never passed. */
  never: [arm: number, against: number];
  /** Exact two-sided sign-flip test of the differences; null below six seeds. */
  p: number | null;
  claim: 'sooner' | 'later' | 'no difference' | 'not claimed' | 'too few seeds';
}

/** How far one score on the validation set can be trusted. */
export interface Sampling {
  /** The reference's mean accuracy, a fraction. */
  level: number;
  /** Wilson's 95 % interval of it, as fractions. */
  interval: [lo: number, hi: number];
  /** One standard error, a fraction. */
  error: number;
}

/** What a verdict answers: what "yes" means is the question's own (`experiment/question.ts`). "early": too early to say. */
export type Answer = 'yes' | 'no' | 'noise' | 'early';

/** An arm that does as well as the one that is claimed to be better, and without what the claim is about. */
export interface Rival {
  arm: string;
  /** It learns from no guide at all, or from a control. */
  without: 'guide' | 'sense';
  /** It is ahead of the claimed arm, and the interval (or the exact test) of their difference leaves out 0; else the two are not told apart. */
  ahead: boolean;
  /** Rival minus claimed arm, paired by seed, with its 95 % t interval: where scores are compared. */
  difference?: { mean: number; ci: [lo: number, hi: number] };
  /** Mean step at which it crosses, where the lead asks what is sooner. */
  steps?: number;
}

/** How much of the claimed gain an arm has that lacks what the claim is about. */
export interface Matched extends Pick<Rival, 'arm' | 'without'> {
  /** Its mean gain over the claimed one's, 1 for the same. */
  share: number;
  /** Fieller's 95 % interval, paired by seed. */
  ci: [lo: number, hi: number];
}

export interface Verdict {
  /** Null where nothing is compared, or nothing can be yet. */
  answer: Answer | null;
  /** What stands beside a claim in the same size. */
  rivals: Rival[];
  /** Of every arm without a guide, or with a control, the share of the claimed gain; empty below six seeds and where none is claimed. */
  matched: Matched[];
  /** The answer in a word or two (where there is one), the sentence that supports it, and what qualifies it. */
  headline: Segment[];
  /** What is said of the arms that the headline leaves out. */
  others: Segment[];
  /** Sentences with the numbers behind the headline. */
  detail: string;
  /** What was asked; null with fewer than two arms. */
  lead: Lead | null;
  /** Every arm but the reference, in the order given, by score. */
  comparisons: Comparison[];
  /** How soon, where the lead asks for that. */
  sooner: Sooner | null;
  /** The arm compared with. */
  reference: string;
  /** What parts an arm's seeds into two heaps; null where no arm is beyond chance. */
  threshold: Threshold | null;
  /** Of every arm that has a score; empty without a threshold. */
  shares: Share[];
  /** Of one accuracy on the validation set; null when the metric is none. */
  sampling: Sampling | null;
}

/** Validation of one member over the run: the metric at rising steps; null or NaN where it was not finite. */
export interface Curve {
  steps: ArrayLike<number>;
  values: ArrayLike<number | null>;
}

export interface VerdictArm {
  id: string;
  name: string;
  /** Score by seed, in the order of `seeds`: the final one, or the best where the lead asks for that; null when the member diverged. */
  scores: readonly (number | null)[];
  /** Learns from a guide. */
  guided: boolean;
  /** Is aligned to one. */
  aligned: boolean;
  /** Learns from controls alone. */
  control?: boolean;
  /** Steps of its warm-up, which count where the lead asks what is sooner. */
  before?: number;
  /** By seed, in the same order; needed only where the lead asks what is sooner. */
  curves?: readonly (Curve | null)[];
}

/** The metric that arms are judged by. */
export interface VerdictMetric {
  name: string;
  higherIsBetter: boolean;
  /** Score of guessing, or of always answering the most frequent class: the line to beat. */
  chance: number;
}

export interface VerdictInput {
  metric: VerdictMetric;
  /** The class that is always answered for `metric.chance`, where that is more than guessing gets. */
  prevailing?: string;
  /** What is asked. Else the first aligned arm is compared with the one called "unguided", or with the first arm. */
  lead?: Lead;
  /** What "yes" would be; absent: that the arm asked for is better. */
  yes?: Yes;
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
