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
export function shownWords({ n, tokens, position }: InspectedMatrices): string {
  if (position) return `${n} sequences at position ${position.at} of ${position.of}, by class`;
  return `${n} ${tokens === 'all-tokens' ? 'tokens' : 'examples'} of the batch, by class`;
}

/** Names of the classes by which examples are ordered; those of a text come with its examples. */
export const namesOfClasses = ({ examples }: Inspection, { task }: Experiment): readonly string[] =>
  examples.kind === 'sequences' ? examples.classNames : classNames(task);
