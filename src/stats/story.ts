/** What the words of a verdict are made from, and the pieces that headline and detail share. */
import { nameInSentence, shortArmNames } from '../experiment/armNames.ts';
import type { Setting } from './claims.ts';
import type { Answer, Comparison, Matched, Rival, Segment, Share, Threshold, VerdictArm } from './types.ts';
import { pValue, type Unit } from './words.ts';

export interface Story extends Setting {
  comparisons: readonly Comparison[];
  threshold: Threshold | null;
  answer: Answer | null;
  rivals: readonly Rival[];
  matched: readonly Matched[];
  unit: Unit;
}

/** Arms go by short names in all that is said of them. */
export function withShortNames<S extends Pick<Setting, 'input' | 'reference'>>(setting: S): S {
  const names = shortArmNames(setting.input.arms.map(({ name }) => name));
  const arms = setting.input.arms.map((arm, i) => ({ ...arm, name: names[i] }));
  return { ...setting, input: { ...setting.input, arms }, reference: arms.find(({ id }) => id === setting.reference.id) ?? setting.reference };
}

export const armOf = (story: Story, id: string) => story.input.arms.find((arm) => arm.id === id) as VerdictArm;
export const segment = (arm: VerdictArm, text = arm.name): Segment => ({ text, arm: arm.id });
/** Inside a sentence "Unguided" becomes "unguided". */
export const inSentence = (arm: VerdictArm): Segment => segment(arm, nameInSentence(arm));

export const shareOf = (story: Story, id: string) => story.shares.find((share) => share.arm === id) as Share;

/** "95 %", or what a correction made of it: "98.3 %". */
const coverage = (confidence: number) => `${Number((100 * confidence).toFixed(1))} %`;

/** "95 % CI 16.6 to 25.0", and with p in the text behind the headline: "95 % CI 16.6 to 25.0, p = 0.031" */
export const intervalWords = (story: Story, { ci, confidence, p }: Comparison, withP = true) =>
  ci === null ? '' : `${coverage(confidence)} CI ${story.unit.interval(ci)}${p === null || !withP ? '' : `, ${pValue(p)}`}`;

/** "all 3" or "2 of 3" */
export const ofAll = (count: number, n: number) => (count === n ? `all ${n}` : `${count} of ${n}`);

/** "higher in all 3 seeds": what was seen, in the metric's own direction, without saying that it is more than chance. */
export function seenWords(story: Story, { wins, losses, meanDifference, n }: Comparison): string {
  const higher = meanDifference > 0;
  const count = higher === story.input.metric.higherIsBetter ? wins : losses;
  return `${higher ? 'higher' : 'lower'} in ${ofAll(count, n)} seeds`;
}

/** "9 to 99 %" */
export const shareInterval = ([low, high]: readonly [number, number]) => `${Math.round(100 * low)} to ${Math.round(100 * high)} %`;

/** "84 % (95 % CI 66 to 102 %)", of a gain. */
export const shareOfGain = ({ share, ci }: Matched): string =>
  `${Math.round(100 * share)} % (95 % CI ${ci.map((end) => Math.round(100 * end)).join(' to ')} %)`.replaceAll('-', '−');
