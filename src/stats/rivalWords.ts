/** What stands beside a claim in the same size: that something does as well without a guide, or with one that makes no sense. */
import { armOf, inSentence, type Story } from './story.ts';
import { stepWords } from './soonerWords.ts';
import type { Rival, Segment } from './types.ts';

/** "gains more without any guide (+70.2)", "takes 25 steps without any guide" */
function words(story: Story, { arm, without, ahead, steps }: Rival): string {
  const guideless = without === 'guide' ? ' without any guide' : '';
  if (steps !== undefined) return ahead ? ` takes ${stepWords(steps)} steps${guideless}` : ` does so as soon within noise${guideless}`;
  const comparison = story.comparisons.find((candidate) => candidate.arm === arm);
  // Of heaps no mean is told.
  const gain = !comparison || comparison.split ? '' : ` (${story.unit.difference(comparison.meanDifference)})`;
  return `${ahead ? ' gains more' : ' does as well within noise'}${guideless}${gain}`;
}

/** One sentence, or none: the best without a guide and the best control by name, the rest as a number. */
export function rivalSentence(story: Story): Segment[] {
  const { rivals } = story;
  const best = rivals.filter(({ without }, i) => rivals.findIndex((other) => other.without === without) === i);
  if (best.length === 0) return [];
  const named = best.flatMap((rival, i): Segment[] => [
    { text: i === 0 ? ' But ' : '; ' },
    inSentence(armOf(story, rival.arm)),
    { text: `${rival.without === 'sense' ? ', a control,' : ''}${words(story, rival)}` },
  ]);
  const more = rivals.length - best.length;
  return [...named, { text: more === 0 ? '.' : `; ${more} more ${more === 1 ? 'does' : 'do'} as well.` }];
}
