/** The sentence of a verdict that was asked what is sooner. */
import { armOf, inSentence, ofAll, type Story, segment } from './story.ts';
import type { Segment, Sooner } from './types.ts';

export const stepWords = (value: number): string => Math.round(value).toLocaleString('en');

/** "after 310 steps", "after 1,240 steps or more (2 never)", "never" */
function afterWords(mean: number, never: number, n: number): string {
  if (never === n) return 'in no seed';
  return `after ${stepWords(mean)} steps${never === 0 ? '' : ` or more (${never} never)`}`;
}

export function soonerSentence(story: Story, sooner: Sooner): Segment[] {
  const { n, claim, never, steps } = sooner;
  const [arm, other] = [segment(armOf(story, sooner.arm)), inSentence(armOf(story, sooner.against))];
  const score = story.unit.full(sooner.threshold);
  if (sooner.sooner === 0 && sooner.later === 0) {
    return [arm, { text: ' and ' }, other, { text: ` pass ${score} ${never[0] === n ? `in none of ${n} seeds` : `at the same step in all ${n} seeds`}` }];
  }
  const mean = `${afterWords(steps[0], never[0], n)}, not ${afterWords(steps[1], never[1], n)}`;
  if (claim === 'no difference') return [arm, { text: ` passes ${score} no sooner or later than ` }, other, { text: ` in ${n} seeds: ${mean}` }];
  const first = steps[0] < steps[1] || (steps[0] === steps[1] && sooner.sooner >= sooner.later);
  const few = claim === 'not claimed' ? '; a claim of this needs six seeds' : '';
  return [
    arm,
    { text: ` passes ${score} ${first ? 'sooner' : 'later'} than ` },
    other,
    { text: ` in ${ofAll(first ? sooner.sooner : sooner.later, n)} seeds: ${mean}${few}` },
  ];
}
