import { beforeEach, describe, expect, it } from 'vitest';
import { encodeLink } from '@/experiment/link.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { useExperiment } from './experiment.ts';
import { withControl, withGuideState } from './networks.ts';

const store = () => useExperiment.getState();
const nameOf = (id: string) => store().experiment.arms.find((arm) => arm.id === id)?.name;

beforeEach(() => store().replace(presetExperiment('wide-fcn')));

describe('the name of an arm', () => {
  it('follows a guide that becomes a control, and comes back with it', () => {
    expect(nameOf('guided-untrained')).toBe('Guided, untrained guide');
    expect(store().update((experiment) => withControl(experiment, 'untrained', 'identity-gram'))).toEqual([]);
    expect(nameOf('guided-untrained')).toBe('Guided, identity');
    expect(store().notes).toEqual(['The arm “Guided, untrained guide” is now called “Guided, identity”.']);
    store().update((experiment) => withControl(experiment, 'identity', null));
    expect(nameOf('guided-untrained')).toBe('Guided, untrained guide');
    expect(encodeLink(store().experiment)).toBe('wide-fcn@2');
  });

  it('goes with the arms that go along', () => {
    store().update((experiment) => withControl(experiment, 'trained', 'identity-gram'));
    expect(store().experiment.arms.map(({ name }) => name)).toEqual(['Unguided', 'Guided, identity', 'Guided, untrained guide']);
    expect(store().notes.join(' ')).toMatch(/The arm “Distilled” was removed: .* The arm “Guided” is now called “Guided, identity”\./);
    store().undo();
    expect(store().experiment).toEqual(presetExperiment('wide-fcn'));
  });

  it('is free', () => {
    store().update((experiment) => withGuideState(experiment, 'trained', 'untrained'));
    expect(nameOf('guided')).toBe('Guided, untrained guide 2');
    expect(nameOf('distilled')).toBe('Distilled, untrained teacher');
    store().set('arms.guided.terms.align.guide', 'untrained');
    expect(nameOf('guided')).toBe('Guided, untrained guide 2');
  });

  it('keeps what stands behind it', () => {
    store().set('arms.guided.name', 'Guided, then off');
    store().update((experiment) => withControl(experiment, 'trained', 'shuffled'));
    expect(nameOf('guided')).toBe('Guided, shuffled guide, then off');
  });

  it('stays where a person chose it, or chooses it in the same edit', () => {
    store().set('arms.guided.name', 'Mine');
    store().update((experiment) => withControl(experiment, 'trained', 'identity-gram'));
    expect(nameOf('guided')).toBe('Mine');
    expect(store().notes.join(' ')).not.toContain('called');
  });

  it('is that of the preset where the guide is', () => {
    store().replace(presetExperiment('first-token'));
    const { arms, guides } = store().experiment;
    const [guide] = Object.entries(guides).find(([, spec]) => spec.state === 'untrained' && spec.control === undefined) ?? [''];
    store().update((experiment) => withControl(experiment, guide, 'noise'));
    store().update((experiment) => withControl(experiment, Object.keys(experiment.guides)[Object.keys(guides).indexOf(guide)], null));
    expect(store().experiment.arms.map(({ name }) => name)).toEqual(arms.map(({ name }) => name));
  });
});
