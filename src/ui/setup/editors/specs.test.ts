import { expect, it } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { armMeasureFields, trainingFields } from './specs.ts';

const { base, task } = presetExperiment('wide-fcn');
const shared = { name: 'rbf-cka', bandwidth: 2 } as const;

it('offers the option of a measure beside it, where that is stated', () => {
  const paths = trainingFields({ ...base, measure: shared }, task).map(({ path }) => path);
  expect(paths.slice(paths.indexOf('measure')).slice(0, 2)).toEqual(['measure', 'measure.bandwidth']);
  expect(trainingFields(base, task).some(({ path }) => path.startsWith('measure.'))).toBe(false);
  expect(armMeasureFields({ name: 'soft-knn' }, shared).map(({ path }) => path)).toEqual(['measure', 'measure.temperature']);
});

it('tells an arm that shares the measure which it is, with its option', () => {
  const [field, ...rest] = armMeasureFields(undefined, shared);
  expect(rest).toEqual([]);
  expect(field).toMatchObject({ choices: expect.arrayContaining([{ key: 'undefined', label: 'Shared (RBF CKA at bandwidth 2)', value: undefined }]) });
});
