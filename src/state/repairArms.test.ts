import { beforeEach, expect, it } from 'vitest';
import { taskShape } from '../experiment/networks/describe.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import { termOf } from '../experiment/plan/arms.ts';
import type { DistilTerm, Experiment, NetworkSpec } from '../experiment/schema/schema.ts';
import { duplicateArm } from './arms.ts';
import { useExperiment } from './experiment.ts';
import { withControl, withFamily } from './networks.ts';

const preset = (id: string): Experiment => findPreset(id)?.experiment as Experiment;
const store = () => useExperiment.getState();
const open = (experiment: Experiment) => store().replace(experiment);
const names = () => store().experiment.arms.map((arm) => arm.name);
const toFamily = (family: NetworkSpec['family']) => (e: Experiment) => ({ ...e, target: withFamily(e.target, family, taskShape(e.task)) });
const distilled = (e: Experiment) => e.arms.find((arm) => termOf(arm, 'distil')) as Experiment['arms'][number];

beforeEach(() => open(preset('first-token')));

it('removes an arm that would be another once more without the initial weights that the new family lacks', () => {
  const before = store().experiment;
  expect(store().update(toFamily('custom'))).toEqual([]);
  expect(store().experiment.target.family).toBe('custom');
  expect(names()).toEqual(before.arms.map((arm) => arm.name).filter((name) => name !== 'Unguided, good initialisation'));
  expect(store().notes).toContain('The arm “Unguided, good initialisation” was removed: networks of your own have no such initial weights.');
  store().undo();
  expect(store().experiment).toEqual(before);
});

it('keeps it with the usual initial weights where no other arm is like it', () => {
  open({ ...store().experiment, arms: store().experiment.arms.filter((arm) => arm.init !== undefined || termOf(arm, 'align')) });
  const count = names().length;
  expect(store().update(toFamily('transformer'))).toEqual([]);
  expect(names()).toHaveLength(count);
  expect(store().experiment.arms.some((arm) => 'init' in arm)).toBe(false);
  expect(store().notes[0]).toMatch(/^The arm “Unguided, good initialisation” now has the target's initial weights: the new kind of network has/);
});

it('refuses initial weights that an arm is given itself, and names the arm', () => {
  const [problem] = store().set('arms.unguided.init', 'he');
  expect(problem).toMatchObject({ path: expect.stringMatching(/^arms\.\d+\.init$/), arm: 'Unguided' });
});

it.each(['identity-gram', 'running-mean', 'shuffled', 'noise'] as const)('removes arms distilled from a guide that becomes %s', (kind) => {
  open(preset('wide-fcn'));
  const arm = distilled(store().experiment);
  expect(store().update((e) => withControl(e, termOf(arm, 'distil')?.guide ?? '', kind))).toEqual([]);
  expect(names()).not.toContain(arm.name);
  expect(store().notes[0]).toMatch(new RegExp(`^The arm “${arm.name}” was removed: .* (to learn from|belong to other examples)\\.$`));
});

it('leaves an arm that is guided besides, and one that can still be taught', () => {
  open(preset('wide-fcn'));
  const [distil] = distilled(store().experiment).terms as DistilTerm[];
  const { guide } = distil;
  open({
    ...store().experiment,
    arms: store().experiment.arms.map((arm, i) => (i === 0 ? { ...arm, terms: [{ kind: 'align', guide, weight: 0.5 }, distil] } : arm)),
  });
  expect(store().update((e) => withControl(e, guide, 'own-kind'))).toEqual([]);
  expect(store().notes).toEqual(['The arm “Guided” is now called “Guided, guide of its own kind”.']);
  const [arm] = store().experiment.arms;
  const { name } = arm;
  expect(store().update((e) => withControl(e, termOf(arm, 'distil')?.guide ?? '', 'identity-gram'))).toEqual([]);
  expect(store().experiment.arms[0]).toMatchObject({ name, terms: [{ kind: 'align', weight: 0.5 }] });
  expect(store().experiment.arms[0].terms).toHaveLength(1);
  expect(store().notes[0]).toMatch(/ is no longer distilled: a control without a network/);
});

it('leaves two arms that were alike before alone', () => {
  open(duplicateArm(store().experiment, 'unguided'));
  const count = names().length;
  expect(store().update(toFamily('custom'))).toEqual([]);
  expect(names()).toHaveLength(count - 1);
});

it('refuses a teacher that an arm is given itself', () => {
  open(preset('wide-fcn'));
  const arm = distilled(store().experiment);
  store().update((e) => ({ ...e, guides: { ...e.guides, pixels: { state: 'control', kind: 'running-mean' } } }));
  expect(store().set(`arms.${arm.id}.terms.distil.guide`, 'pixels')[0]).toMatchObject({ arm: arm.name });
});
