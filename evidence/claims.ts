/**
 * Every claim of the paper ("Training the Untrainable", arXiv 2410.20035) and of the articles about it, in the order in which a
 * newcomer would ask. The paper's numbers are its own; ours are filled in from the result files by `npm run evidence`.
 */
import type { Claim } from '../cli/evidence/view.ts';
import { DOES_IT_WORK } from './claims/doesItWork.ts';
import { HOW_AND_WHY } from './claims/howAndWhy.ts';
import { WHICH_GUIDE } from './claims/whichGuide.ts';

export const CLAIMS: readonly Claim[] = [...DOES_IT_WORK, ...WHICH_GUIDE, ...HOW_AND_WHY];
