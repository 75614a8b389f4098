/** The sentence of a verdict that was asked what is sooner. */
import { armOf, inSentence, ofAll, type Story, segment } from './story.ts';
import type { Segment, Sooner } from './types.ts';
import { pValue } from './words.ts';

const steps = (value: number): string => Math.round(value).toLocaleString('en');

/** "after 310 steps", "after 1,240 steps or more (2 seeds never)", "never" */
function afterWords(mean: number, never: number, n: number): string {
  if (never === n) return 'in no seed';
  return `after ${steps(mean)} steps${never === 0 ? '' : ` or more (${never} of ${n} seeds never)`}`;
}

/** @param when progress of a run that goes on, or nothing */
export function soonerSentence(story: Story, sooner: Sooner, when: string): Segment[] {
  const { n, claim, p } = sooner;
  const [arm, other] = [segment(armOf(story, sooner.arm)), inSentence(armOf(story, sooner.against))];
  const start: Segment[] = when === '' ? [arm] : [{ text: `So far, ${when}: ` }, arm];
  const mean: Segment[] = [
    { text: `${afterWords(sooner.steps[0], sooner.never[0], n)} on average, ` },
    other,
    { text: ` ${afterWords(sooner.steps[1], sooner.never[1], n)}${p === null ? '' : ` (${pValue(p)})`}` },
  ];
  const passes = `passes ${story.unit.full(sooner.threshold)}`;
  if (sooner.sooner === 0 && sooner.later === 0) {
    return [
      ...start,
      { text: ' and ' },
      other,
      { text: ` pass ${story.unit.full(sooner.threshold)} ${sooner.never[0] === n ? 'in no seed' : `at the same step in all ${n} seeds`}` },
    ];
  }
  if (claim === 'no difference') return [...start, { text: ` ${passes} no sooner or later than ` }, other, { text: ` beyond noise in ${n} seeds: ` }, ...mean];
  const first = sooner.steps[0] < sooner.steps[1] || (sooner.steps[0] === sooner.steps[1] && sooner.sooner >= sooner.later);
  const word = first ? 'sooner' : 'later';
  const few = claim === 'not claimed' ? '; a claim of this needs six seeds' : '';
  return [
    ...start,
    { text: ` ${passes} ${word} than ` },
    other,
    { text: ` in ${ofAll(first ? sooner.sooner : sooner.later, n)} seeds: ` },
    ...mean,
    { text: few },
  ];
}
