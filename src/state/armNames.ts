/** Names that the page itself gave to guided and distilled arms: they follow the guide, or they would say what is no longer so. */
import { presetAt } from '../experiment/presets/revisions.ts';
import type { ArmSpec, Experiment, GuideSpec } from '../experiment/schema/schema.ts';
import { freeName } from '../experiment/recipes/adding.ts';
import { controlKind, controlOf } from '../experiment/recipes/controls.ts';

type OneTerm = { kind: 'align' | 'distil'; guide: string };

/** The one thing that a plainly named arm does. */
function onlyTerm(arm: ArmSpec): OneTerm | null {
  const [term, ...more] = arm.terms;
  return term && more.length === 0 && (term.kind === 'align' || term.kind === 'distil') ? term : null;
}

const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;

/** What an arm with this guide is called by menus and presets, first as it is called anew. */
function namesFor(term: OneTerm, guide: GuideSpec): string[] {
  const control = controlKind(guide);
  if (term.kind === 'distil') return [guide.state === 'untrained' ? 'Distilled, untrained teacher' : 'Distilled'];
  if (control !== null) return [`Guided, ${controlOf(control).name}`, capital(controlOf(control).name)];
  return guide.state === 'untrained' ? ['Guided, untrained guide'] : ['Guided', `Guided, ${guide.state} guide`];
}

/** What may stand behind such a name, and the number of one that was taken. */
const ENDING = /^((?:, then off)?(?:, fork at \d+)?)(?: \d+)?$/;

/** What stands behind the page's own part of a name, without a number; null where a person chose it. */
function ending(name: string, names: readonly string[]): string | null {
  const endings = names.flatMap((own) => (name.startsWith(own) ? [ENDING.exec(name.slice(own.length))?.[1]] : []));
  return endings.find((end) => end !== undefined) ?? null;
}

/** Let the names of forks follow their steps, where the page gave them. @param before the experiment before the edit */
export function withNamesOfForks(experiment: Experiment, before: Experiment): Experiment {
  const renamed = (arm: ArmSpec): ArmSpec => {
    const was = before.arms.find(({ id }) => id === arm.id);
    if (!arm.fork || !was?.fork || was.name !== arm.name || was.fork.step === arm.fork.step) return arm;
    return { ...arm, name: arm.name.replace(new RegExp(`, fork at ${was.fork.step}(?=$| \\d+$)`), `, fork at ${arm.fork.step}`) };
  };
  return { ...experiment, arms: experiment.arms.map(renamed) };
}

/**
 * Rename arms whose guide has become another kind of guide, where their names were the page's own.
 * @param before the experiment before the edit
 */
export function withNamesOfGuides(experiment: Experiment, before: Experiment): { experiment: Experiment; notes: string[] } {
  const preset = presetAt(experiment.preset, experiment.revision) as Experiment | undefined;
  const notes: string[] = [];
  const renamed = (arm: ArmSpec, arms: readonly ArmSpec[]): ArmSpec => {
    const was = before.arms.find(({ id }) => id === arm.id);
    const [term, termBefore] = [onlyTerm(arm), was && onlyTerm(was)];
    if (!was || !term || term.kind !== termBefore?.kind || was.name !== arm.name) return arm;
    const [guide, guideBefore] = [experiment.guides[term.guide], before.guides[termBefore.guide]];
    if (!guide || !guideBefore) return arm;
    const names = namesFor(term, guide);
    const end = ending(arm.name, namesFor(term, guideBefore));
    if (end === null || ending(arm.name, names) === end) return arm;
    // Back to the preset's guide is back to the preset's name.
    const usual = preset?.arms.find(({ id }) => id === arm.id)?.name;
    const wanted = usual !== undefined && ending(usual, names) === end ? usual : names[0] + end;
    const name = freeName(
      wanted,
      arms.filter(({ id }) => id !== arm.id).map((other) => other.name),
    );
    notes.push(`The arm “${arm.name}” is now called “${name}”.`);
    return { ...arm, name };
  };
  const arms = experiment.arms.reduce<ArmSpec[]>((named, arm, i) => named.with(i, renamed(arm, named)), [...experiment.arms]);
  return notes.length === 0 ? { experiment, notes } : { experiment: { ...experiment, arms }, notes };
}
