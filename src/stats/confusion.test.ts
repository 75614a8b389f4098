import { expect, it } from 'vitest';
import { balancedAccuracy, confusionMatrix, majority, rowShares } from './confusion.ts';

// 13 of the first class, 3 of the second, none of the third.
const LABELS = [...new Array(13).fill(0), 1, 1, 1];

it('counts true classes down and predicted ones across', () => {
  const predicted = [...new Array(12).fill(0), 2, 1, 0, 0];
  expect([...confusionMatrix(LABELS, predicted, 3)]).toEqual([12, 0, 1, 2, 1, 0, 0, 0, 0]);
});

it('balanced accuracy of always answering the most frequent class is chance; accuracy is its share', () => {
  const always = confusionMatrix(LABELS, new Array(16).fill(0), 2);
  expect(balancedAccuracy(always, 2)).toBe(0.5);
  expect(majority(LABELS, 2)).toEqual({ label: 0, share: 13 / 16 });
});

it('a class without examples is left out', () => {
  const counts = confusionMatrix(LABELS, [...new Array(12).fill(0), 2, 1, 0, 0], 3);
  expect(balancedAccuracy(counts, 3)).toBeCloseTo((12 / 13 + 1 / 3) / 2, 12);
  expect([...rowShares(counts, 3)].slice(6)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([...rowShares(counts, 3)].slice(3, 6)).toEqual([2 / 3, 1 / 3, 0]);
});
