import { expect, it } from 'vitest';
import { nameInSentence, shortArmNames } from './armNames.ts';
import { PRESETS } from './presets/presets.ts';

it('shortens to what the arm does, never to what reads as the guide', () => {
  expect(shortArmNames(['Unguided', 'Guided, untrained guide', 'Guided, trained guide', 'Distilled, untrained teacher', 'Distilled'])).toEqual([
    'Unguided',
    'Guided, untrained',
    'Guided, trained',
    'Distilled, untrained',
    'Distilled',
  ]);
  // Of every preset, an arm that is guided still says so.
  for (const { experiment } of PRESETS) {
    const names = experiment.arms.map(({ name }) => name);
    shortArmNames(names).forEach((short, i) => expect(short.split(',')[0]).toBe(names[i].split(',')[0]));
  }
});

it('keeps apart what would become equal, and leaves other names alone', () => {
  const names = ['Guided, untrained guide', 'Guided, untrained', 'Untrained guide', 'Guided, untrained guide 2'];
  expect(shortArmNames(names)).toEqual(names);
});

it('begins small inside a sentence where the name begins with a word, not with a name', () => {
  const said = (id: string, name: string) => nameInSentence({ id, name });
  expect(said('unguided', 'Unguided')).toBe('unguided');
  expect(said('unguided-best', 'Unguided, its own best rate')).toBe('unguided, its own best rate');
  expect(said('guided-2', 'Guided 2')).toBe('guided 2');
  expect(said('guided-identity', 'Identity')).toBe('Identity');
  expect(said('resnet', 'ResNet')).toBe('ResNet');
  expect(said('last-1', 'The last layer')).toBe('the last layer');
  expect(said('guided', 'All layers')).toBe('all layers');
  expect(said('a', 'A')).toBe('A');
  expect(said('unguide', 'Unguided')).toBe('Unguided');
});
