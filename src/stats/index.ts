export { mean, sampleSd, standardError } from './summary.ts';
export { studentCdf, studentQuantile } from './student.ts';
export { differencesOf, MAX_EXACT_PAIRS, type PairedDifference, pairedDifference, pairedTTest, signFlipTest } from './paired.ts';
export type { Claim, Comparison, Lead, Segment, Verdict, VerdictArm, VerdictInput } from './types.ts';
export { verdict } from './verdict.ts';
export { verdictOfResult } from './ofResult.ts';
