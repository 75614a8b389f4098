/** A claim of the paper, or of articles about it, beside what this code measured: one row of the Paper view. */

export type ClaimTask = 'images' | 'copying' | 'parity' | 'language' | 'method';
export type ClaimVerdict = 'reproduces' | 'partly' | 'does not reproduce' | 'not tried here';

/** What is filtered by, in the order in which it is offered. */
export const TASK_WORDS: Readonly<Record<ClaimTask, string>> = {
  copying: 'Copying and recall',
  parity: 'Parity',
  language: 'Language',
  images: 'Images',
  method: 'The method itself',
};
export const VERDICT_WORDS: Readonly<Record<ClaimVerdict, string>> = {
  reproduces: 'Reproduces',
  partly: 'Partly',
  'does not reproduce': 'Does not reproduce',
  'not tried here': 'Not tried here',
};

/** One arm against another, in words ready to print. */
export interface MeasuredDifference {
  arm: string;
  against: string;
  /** "+20.3 points" */
  difference: string;
  /** "17.4 to 23.2"; null below two seeds. */
  interval: string | null;
  /** Exact test, from six seeds on. */
  p: string | null;
  /** "3 of 3" */
  wins: string;
  /** What was measured of both, where it is not the final score: "validation loss". */
  of: string | null;
}

/** What one run says of a claim. */
export interface MeasuredRun {
  run: string;
  /** "Wide FCN ← ResNet", and what the run differs in where it is not the preset: "…, by a guide that was stopped early" */
  title: string;
  /** Part of a link behind `#` that opens it in the Lab. */
  link: string;
  command: string;
  /** "six seeds by the runner (the page runs three)" */
  seeds: string;
  /** "accuracy, chance 12.5 %" */
  metric: string;
  /** Final scores, mean ± sample sd over seeds. */
  arms: { id: string; name: string; score: string }[];
  differences: MeasuredDifference[];
  /** Where no arm leaves chance, so that the run does not speak to the claim: a sentence that says so. */
  noTest: string | null;
  /** Mean validation curve of every arm at some steps; null where no seed has a value. */
  curves: { steps: number[]; arms: (number | null)[][] };
}

export interface ClaimRow {
  id: string;
  /** In plain words. */
  claim: string;
  /** "Table 3", "Figure 4, section 5". */
  where: string;
  /** Articles say some things that the paper does not. */
  source: 'paper' | 'articles';
  task: ClaimTask;
  /** What the paper reports; where it prints no number it is said so. */
  paper: string;
  verdict: ClaimVerdict;
  /** What qualifies the verdict, or why it was not tried. */
  why: string;
  measured: MeasuredRun[];
}
