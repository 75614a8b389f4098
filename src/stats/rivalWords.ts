/** What stands beside a claim in the same size: that something does as well without a guide, or with one that makes no sense. */
import { armOf, inSentence, shareOfGain, type Story } from './story.ts';
import { stepWords } from './soonerWords.ts';
import type { Matched, Rival, Segment } from './types.ts';

/** "gains more without any guide (+70.2)", "takes 25 steps without any guide" */
function words(story: Story, { arm, without, ahead, steps }: Rival): string {
  const guideless = without === 'guide' ? ' without any guide' : '';
  if (steps !== undefined) return ahead ? ` takes ${stepWords(steps)} steps${guideless}` : ` does so as soon within noise${guideless}`;
  const comparison = story.comparisons.find((candidate) => candidate.arm === arm);
  // Of heaps no mean is told.
  const gain = !comparison || comparison.split ? '' : ` (${story.unit.difference(comparison.meanDifference)})`;
  return `${ahead ? ' gains more' : ' does as well within noise'}${guideless}${gain}`;
}

/** More than half of the gain for certain, and yet behind: said where no rival of the kind does as well. */
function mostOf({ rivals, matched }: Story): Matched[] {
  const most = matched.filter(({ without, ci }) => ci[0] > 0.5 && !rivals.some((rival) => rival.without === without));
  return most.filter(({ without, share }) => most.every((other) => other.without !== without || other.share <= share));
}

/** One sentence, or none: the best without a guide and the best control by name, the rest as a number. */
export function rivalSentence(story: Story): Segment[] {
  const { rivals } = story;
  const best = rivals.filter(({ without }, i) => rivals.findIndex((other) => other.without === without) === i);
  const most = mostOf(story);
  if (best.length + most.length === 0) return [];
  const control = (without: Rival['without']) => (without === 'sense' ? ', a control,' : '');
  const told: [arm: string, words: string][] = [
    ...best.map((rival): [string, string] => [rival.arm, `${control(rival.without)}${words(story, rival)}`]),
    ...most.map((matched): [string, string] => [
      matched.arm,
      `${control(matched.without)} matches most of the gain${matched.without === 'guide' ? ' without any guide' : ''}: ${shareOfGain(matched)}`,
    ]),
  ];
  const named = told.flatMap(([arm, said], i): Segment[] => [{ text: i === 0 ? ' But ' : '; ' }, inSentence(armOf(story, arm)), { text: said }]);
  const more = rivals.length - best.length;
  return [...named, { text: more === 0 ? '.' : `; ${more} more ${more === 1 ? 'does' : 'do'} as well.` }];
}
