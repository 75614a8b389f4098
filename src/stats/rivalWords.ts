/** What stands beside a claim in the same size: that something does as well without a guide, or with one that makes no sense. */
import { armOf, inSentence, type Story } from './story.ts';
import { stepWords } from './soonerWords.ts';
import type { Rival, Segment } from './types.ts';

/** More are counted. */
const MOST_NAMED = 2;

/** "gains more without any guide (+70.2)", "does so after 25 steps, without any guide" */
function words(story: Story, { arm, without, ahead, steps }: Rival): string {
  const guideless = without === 'guide' ? ' without any guide' : '';
  if (steps !== undefined) return ahead ? ` does so after ${stepWords(steps)} steps${guideless}` : ` does so as soon within noise${guideless}`;
  const comparison = story.comparisons.find((candidate) => candidate.arm === arm);
  // Of heaps no mean is told.
  const gain = !comparison || comparison.split ? '' : ` (${story.unit.difference(comparison.meanDifference)})`;
  return `${ahead ? ' gains more' : ' does as well within noise'}${guideless}${gain}`;
}

/** One sentence, or none. */
export function rivalSentence(story: Story): Segment[] {
  const { rivals } = story;
  if (rivals.length === 0) return [];
  const named = rivals
    .slice(0, MOST_NAMED)
    .flatMap((rival, i): Segment[] => [
      { text: i === 0 ? ' But ' : '; ' },
      inSentence(armOf(story, rival.arm)),
      { text: `${rival.without === 'sense' ? ', a control,' : ''}${words(story, rival)}` },
    ]);
  const more = rivals.length - MOST_NAMED;
  return [...named, { text: more > 0 ? `; so do ${more} more.` : '.' }];
}
