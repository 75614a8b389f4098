/**
 * What the paper ("Training the Untrainable", arXiv 2410.20035) reports for the experiment that a preset scales down,
 * what this code measured, and whether the one bears the other out. `npm run evidence` writes evidence.json from the words
 * in `evidence/presetWords.ts` and the result files beside them.
 */
import told from './evidence.json' with { type: 'json' };

/** Whether what the paper claims is seen at this scale. */
export type Outcome = 'reproduces' | 'reproduces in part' | 'does not reproduce' | 'not in the paper';

export interface Evidence {
  outcome: Outcome;
  paper: string;
  here: string;
}

/** By preset. */
export const EVIDENCE = told as Readonly<Record<string, Evidence>>;
