/** What is done on a GPU machine, and how long each part of it may take. */

export type ItemId = 'driver' | 'checks' | 'limits' | `peers of ${Preset}` | `arms of ${Preset}`;
type Preset = 'wide-fcn' | 'first-token' | 'deep-convnet';

export interface Item {
  id: ItemId;
  /** Its share of the time, in comparison with the others'. */
  share: number;
}

/** What matters most comes first: time may run out. */
export const PLAN: readonly Item[] = [
  { id: 'driver', share: 20 },
  { id: 'checks', share: 150 },
  { id: 'limits', share: 25 },
  { id: 'peers of wide-fcn', share: 70 },
  { id: 'peers of first-token', share: 70 },
  { id: 'peers of deep-convnet', share: 70 },
  { id: 'arms of wide-fcn', share: 25 },
  { id: 'arms of first-token', share: 25 },
  { id: 'arms of deep-convnet', share: 25 },
];

/**
 * Seconds that an item may take: its share of what is left for it and those after it. What one does not need, the later ones have.
 * @param at its place in the plan
 * @param left seconds until all must be over
 */
export function allotted(at: number, left: number, plan: readonly Item[] = PLAN): number {
  const rest = plan.slice(at).reduce((sum, { share }) => sum + share, 0);
  return Math.max(0, left) * (plan[at].share / rest);
}
