/** The sentence of a verdict that was asked what is sooner. */
import { armOf, inSentence, ofAll, type Story, segment } from './story.ts';
import type { Segment, Sooner } from './types.ts';

export const stepWords = (value: number): string => Math.round(value).toLocaleString('en');

/** "after 92 steps, not 338 or more", "after 92 steps, not in any seed" */
function stepsWords({ arms }: Story['input'], { n, never, steps: [own, others], ...sooner }: Sooner): string {
  const before = (id: string) => arms.find((arm) => arm.id === id)?.before ?? 0;
  const warmups = [sooner.arm, sooner.against].map(before).filter((steps) => steps > 0);
  const counted = warmups.length > 0 ? `, ${warmups.map(stepWords).join(' and ')} of warm-up counted` : '';
  const after = (mean: number, missing: number, unit: string) => `${stepWords(mean)}${unit}${missing === 0 ? '' : ' or more'}`;
  const first = never[0] === n ? 'in no seed' : `after ${after(own, never[0], ' steps')}`;
  if (never[1] === n) return `${first}, not in any${counted}`;
  return `${first}, not ${never[0] === n ? 'after ' : ''}${after(others, never[1], '')}${counted}`;
}

/** Of two that are level in every seed: in how many each passed. Passing at the very end is no sooner than not passing. */
function levelWords(n: number, never: readonly [number, number], finished: boolean): string {
  const [own, others] = never.map((missing) => n - missing);
  const yet = finished ? '' : ' so far';
  if (own !== others) return `in ${own} and in ${others} of ${n} seeds${finished ? ', where one alone does only at the last step' : yet}`;
  if (own === 0) return `in none of ${n} seeds${yet}`;
  return own === n ? `at the same step in all ${n} seeds` : `in ${own} of ${n} seeds, both at the same step`;
}

export function soonerSentence(story: Story, sooner: Sooner): Segment[] {
  const { n, claim, never, steps } = sooner;
  const [arm, other] = [segment(armOf(story, sooner.arm)), inSentence(armOf(story, sooner.against))];
  const score = story.unit.level(sooner.threshold);
  if (sooner.sooner === 0 && sooner.later === 0)
    return [arm, { text: ' and ' }, other, { text: ` pass ${score} ${levelWords(n, never, story.input.finished)}` }];
  const mean = stepsWords(story.input, sooner);
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
