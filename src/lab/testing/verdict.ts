import type { RunResult } from '../../experiment/contract/result.ts';
import { verdictOfResult } from '../../stats/ofResult.ts';

/** The verdict's headline on a finished run, as text. */
export const verdictOf = (result: RunResult): string =>
  verdictOfResult(result)
    .headline.map(({ text }) => text)
    .join('');
