/** Numbers of a step as they are printed. */
import type { InspectedMatrices, Inspection } from '@/experiment/contract/inspection.ts';
import { classNames } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { number } from '@/ui/words.ts';

/** Three digits behind the point, so that what is added up on screen adds up; with a true minus. */
export const fixed = (value: number): string => (Number.isFinite(value) ? value.toFixed(3).replace('-', '−') : 'not finite');

/** Two digits that count. */
export const percent = (share: number): string => (Number.isFinite(share) ? `${number(Number((100 * share).toPrecision(2)))} %` : 'not finite');

/** Which examples matrices are of. */
export function shownWords({ n, tokens, position }: InspectedMatrices, batch: string): string {
  const what = position ? 'sequences' : tokens === 'all-tokens' ? 'tokens' : 'examples';
  return `${n} ${what} of ${batch}${position ? ` at position ${position.at} of ${position.of}` : ''}, by class`;
}

/** What the similarity that the loss takes is over. */
export const batchWords = ({ position }: InspectedMatrices): string => (position ? 'over the whole batch, a mean over positions' : 'over the whole batch');

/** Names of the classes by which examples are ordered; those of a text come with its examples. */
export const namesOfClasses = ({ examples }: Inspection, { task }: Experiment): readonly string[] =>
  examples.kind === 'sequences' ? examples.classNames : classNames(task);
