import { expect, it } from 'vitest';
import { blockMeans, classBlocks, levels } from './levels.ts';

it('finds the blocks of classes', () => {
  expect(classBlocks([0, 0, 2, 2, 2, 5])).toEqual([
    { label: 0, from: 0, count: 2 },
    { label: 2, from: 2, count: 3 },
    { label: 5, from: 5, count: 1 },
  ]);
  expect(classBlocks([])).toEqual([]);
});

it('draws the most alike pair strongest, whether likeness or unlikeness is given, whatever the diagonal holds', () => {
  expect([...levels(Float32Array.of(9, -1, 3, -1, 9, 1, 3, 1, 9), 3, 'products')]).toEqual([1, 0, 1, 0, 1, 0.5, 1, 0.5, 1]);
  expect([...levels(Float32Array.of(0, 4, 2, 4, 0, 3, 2, 3, 0), 3, 'dissimilarities')]).toEqual([1, 0, 1, 0, 1, 0.5, 1, 0.5, 1]);
  expect(levels(Float32Array.of(0, 0, 0, 0), 2, 'products').every(Number.isNaN)).toBe(true);
});

it('tells classes from chance', () => {
  expect(blockMeans(Float32Array.of(1, 0.75, 0.25, 0.75, 1, 0, 0.25, 0, 1), [4, 4, 7])).toEqual({ within: 0.75, between: 0.125 });
});
