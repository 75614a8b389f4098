export { accuracyError, mean, sampleSd, standardError } from './summary.ts';
export { studentCdf, studentQuantile } from './student.ts';
export { differencesOf, MAX_EXACT_PAIRS, type PairedDifference, pairedDifference, signFlipTest } from './paired.ts';
export { type Claim, type Comparison, type Segment, type Verdict, type VerdictArm, type VerdictInput, verdict } from './verdict.ts';
export { verdictOfResult } from './ofResult.ts';
