/** Whether what a run has come to is also what another experiment comes to by that step: then it can go on as that one. */
import { changesBetween } from './changes.ts';
import { sameValue } from './same.ts';
import type { ArmSpec, Experiment } from './schema/schema.ts';

/** What is asked of a run changes nothing in it; arms are looked at one by one. */
const FREE = ['question', 'asks', 'arms'];

const sameSettings = (a: ArmSpec, b: ArmSpec): boolean => sameValue({ ...a, name: '' }, { ...b, name: '' });

/**
 * For every arm of `next` the arm of `ran` whose state it has at a step: itself, or what it forks from at that step or
 * later. Null where the run was another one before.
 * @param step completed steps
 */
export function sourcesAt(ran: Experiment, next: Experiment, step: number): ReadonlyMap<string, string> | null {
  if (changesBetween(ran, next).some(([path]) => !FREE.includes(path.split('.')[0]))) return null;
  const sources = new Map<string, string>();
  for (const arm of next.arms) {
    let now: ArmSpec | undefined = arm;
    const isThere = (wanted: ArmSpec) => ran.arms.some((own) => own.id === wanted.id && sameSettings(own, wanted));
    while (now && !isThere(now)) {
      const { fork }: ArmSpec = now;
      now = fork && fork.step >= step ? next.arms.find(({ id }) => id === fork.of) : undefined;
    }
    if (!now) return null;
    sources.set(arm.id, now.id);
  }
  return sources;
}
