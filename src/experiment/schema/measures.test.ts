import { expect, it } from 'vitest';
import { type MatrixMeasure, measureKey, measureLabel, measureTex, measureWords, optionOf } from './measures.ts';

it.each<[MatrixMeasure, number, string, string, string]>([
  [{ name: 'cka' }, Number.NaN, 'cka', 'CKA', 'CKA'],
  [{ name: 'soft-knn' }, 0.1, 'soft-knn', 'Soft neighbours', 'soft neighbours'],
  // What is left out is the default: the same measure.
  [{ name: 'soft-knn', temperature: 0.1 }, 0.1, 'soft-knn', 'Soft neighbours', 'soft neighbours'],
  [{ name: 'soft-knn', temperature: 0.5 }, 0.5, 'soft-knn temperature=0.5', 'Soft neighbours at temperature 0.5', 'soft neighbours at temperature 0.5'],
  [{ name: 'rbf-cka', bandwidth: 2 }, 2, 'rbf-cka bandwidth=2', 'RBF CKA at bandwidth 2', 'RBF CKA at bandwidth 2'],
])('%j is named with its option where that says something', (spec, option, key, label, words) => {
  expect([optionOf(spec), measureKey(spec), measureLabel(spec), measureWords(spec)]).toEqual([option, key, label, words]);
});

it('has its option in the formula', () => {
  expect(measureTex({ name: 'rbf-cka', bandwidth: 1 })).toBe('\\mathrm{CKA}_{\\text{RBF}}');
  expect(measureTex({ name: 'rbf-cka', bandwidth: 2 })).toBe('{\\mathrm{CKA}_{\\text{RBF}}}^{t=2}');
});
