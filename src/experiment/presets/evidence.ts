/**
 * What the paper ("Training the Untrainable", arXiv 2410.20035) reports for the experiment that a preset scales down,
 * what this code measured, and whether the one bears the other out. `npm run evidence` writes evidence.json from the words
 * in `evidence/presetWords.ts` and the result files beside them.
 */
import told from './evidence.json' with { type: 'json' };

/** Whether what the paper claims is seen at this scale; not tried where no arm leaves chance, so that nothing can be seen. */
export type Outcome = 'reproduces' | 'reproduces in part' | 'does not reproduce' | 'not tried' | 'not in the paper';

export interface Evidence {
  outcome: Outcome;
  paper: string;
  here: string;
  /** "six seeds by the runner (the page runs three)": with how many it was measured. */
  seeds: string;
}

/** Said once beside tables with differences. */
export const UNROUNDED = 'Differences are computed from unrounded means: their last digit may differ from that of the difference of two printed ones.';

/** By preset. */
export const EVIDENCE = told as Readonly<Record<string, Evidence>>;
