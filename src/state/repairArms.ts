/** Keeping arms possible when the target or a guide is changed: what they can no longer have goes, and is told. */
import { termOf, withTermOf } from '../experiment/plan/arms.ts';
import { checkStart } from '../experiment/plan/copied.ts';
import { whyNoTeacher } from '../experiment/plan/fit.ts';
import { standsAlone } from '../experiment/plan/guides.ts';
import { type ArmSpec, type Experiment, INITS } from '../experiment/schema/schema.ts';
import { sameValue } from './paths.ts';

/** What an arm does, whatever it is called. */
const deeds = ({ id: _, name: _n, ...rest }: ArmSpec) => rest;

/**
 * Drop initialisations that the target's new family does not have, starts of which nothing can be copied any more, and
 * distillation from guides that have become unable to teach. An arm that has nothing else to show goes altogether: a distilled one without its teacher, and one
 * that would be another arm once more.
 * @param before the experiment before the edit: an arm that was itself given something impossible is left to the checks
 */
export function repairArms(experiment: Experiment, before: Experiment): { experiment: Experiment; notes: string[] } {
  const { family } = experiment.target;
  const inits: readonly string[] = INITS[family];
  const otherFamily = family !== before.target.family;
  const otherGuides = !sameValue(experiment.guides, before.guides);
  const losesInit = ({ init }: ArmSpec) => otherFamily && init !== undefined && !inits.includes(init);
  const losesTeacher = (arm: ArmSpec) => {
    const teacher = termOf(arm, 'distil')?.guide;
    return otherGuides && teacher !== undefined && Object.hasOwn(experiment.guides, teacher) && whyNoTeacher(experiment, teacher) !== null;
  };
  // Of a start that was possible: one that was not is for the checks to say.
  const losesStart = (arm: ArmSpec) => {
    const was = before.arms.find(({ id }) => id === arm.id);
    return hasNoStart(experiment, arm) && was !== undefined && sameValue(was.start, arm.start) && !hasNoStart(before, was);
  };
  const sound = experiment.arms.filter((arm) => !losesInit(arm) && !losesTeacher(arm) && !losesStart(arm));
  if (sound.length === experiment.arms.length) return { experiment, notes: [] };

  const notes: string[] = [];
  const arms = experiment.arms.flatMap((arm): ArmSpec[] => {
    if (sound.includes(arm)) return [arm];
    const without = losesTeacher(arm) ? withTermOf(arm, 'distil', undefined) : { ...arm };
    if (losesInit(arm)) delete without.init;
    if (losesStart(arm)) delete without.start;
    const onlyDistilled = losesTeacher(arm) && without.terms.length === 0;
    const goes = sound.length > 0 && (onlyDistilled || sound.some((other) => sameValue(deeds(other), deeds(without))));
    const what = goes
      ? 'was removed'
      : [losesInit(arm) && "now has the target's initial weights", losesStart(arm) && 'draws all of its weights', losesTeacher(arm) && 'is no longer distilled']
          .filter(Boolean)
          .join(' and ');
    const why = losesTeacher(arm) ? untaught(experiment, termOf(arm, 'distil')?.guide ?? '') : losesInit(arm) ? unheard(family) : NOTHING_TO_COPY;
    notes.push(`The arm “${arm.name}” ${what}: ${why}.`);
    return goes ? [] : [without];
  });
  return { experiment: { ...experiment, arms }, notes };
}

const NOTHING_TO_COPY = 'the guide that its weights were copied from has none in the shape of the target’s';

/** Whether there is nothing that an arm could copy. */
const hasNoStart = (experiment: Experiment, arm: ArmSpec): boolean => {
  if (!arm.start || !Object.hasOwn(experiment.guides, arm.start.guide)) return false;
  return checkStart(experiment, arm, '').length > 0;
};

const unheard = (family: Experiment['target']['family']): string =>
  `${family === 'custom' ? 'networks of your own have' : 'the new kind of network has'} no such initial weights`;

const untaught = (experiment: Experiment, guide: string): string =>
  standsAlone(experiment, guide)
    ? 'a control without a network has no outputs to learn from'
    : 'the outputs of a guide that is shuffled or reads noise belong to other examples';
