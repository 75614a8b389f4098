import { expect, it } from 'vitest';
import { armColour, EXTRA_COLOURS, keepColoursOf, similarityColour } from './colours.ts';

it('gives the usual arms their own colour', () => {
  expect(armColour('guided')).toBe('var(--arm-guided)');
  expect(armColour('unguided')).toBe('var(--arm-unguided)');
});

it('gives every other arm a colour that no other has, for as long as there are colours', () => {
  const ids = Array.from({ length: EXTRA_COLOURS }, (_, i) => `arm-${i}`);
  const colours = ids.map(armColour);
  expect(new Set(colours).size).toBe(EXTRA_COLOURS);
  expect(ids.map(armColour)).toEqual(colours);
  expect(armColour('one-too-many')).toMatch(/^var\(--arm-extra-\d\)$/);
});

it('takes the colours of arms that are gone for those that come', () => {
  const ids = Array.from({ length: EXTRA_COLOURS - 1 }, (_, i) => `another-${i}`);
  keepColoursOf(['arm-3', ...ids]);
  const stays = armColour('arm-3');
  expect(new Set([stays, ...ids.map(armColour)]).size).toBe(EXTRA_COLOURS);
  expect(armColour('arm-3')).toBe(stays);
});

it('maps similarity to a ramp, and the unknown to the line', () => {
  expect(similarityColour(null)).toBe('var(--line)');
  expect(similarityColour(Number.NaN)).toBe('var(--line)');
  expect(similarityColour(2)).toContain('100%');
  expect(similarityColour(0.5)).toContain('50%');
});
