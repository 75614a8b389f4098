import { expect, it } from 'vitest';
import { withPath } from '../link.ts';
import type { Experiment, TokenView } from '../schema/schema.ts';
import { presetExperiment } from '../testing.ts';
import { learntMaps, mapParameters } from './learntMaps.ts';
import { cost } from './plan.ts';

const set = (of: Experiment, ...changes: [path: string, value: unknown][]) =>
  changes.reduce<unknown>((all, [path, value]) => withPath(all, path, value), of) as Experiment;
const MEASURE = 'arms.guided.terms.align.measure';
const MAPPING = 'arms.guided.terms.align.mapping';
const learnt = (preset: string, ...changes: [path: string, value: unknown][]) => set(presetExperiment(preset), [MEASURE, { name: 'fitnets' }], ...changes);
const armOf = ({ arms }: Experiment) => arms.find(({ id }) => id === 'guided') as Experiment['arms'][number];
const maps = (experiment: Experiment) => learntMaps(experiment, armOf(experiment));

it('of a layer without positions: to the means over those of the guide', () => {
  const experiment = learnt('wide-fcn');
  expect(maps(experiment).map(({ targetTap, inputs, outputs, rows, pooling }) => [targetTap, inputs, outputs, rows, pooling?.guide.to])).toEqual([
    ['linear1', 384, 16, 1, [1, 1]],
    ['linear2', 384, 64, 1, [1, 1]],
    ['linear3', 384, 64, 1, [1, 1]],
  ]);
});

it.each([
  ['as large', { family: 'convnet', stages: [1, 1], width: 6, stride: 1, norm: 'batch', init: 'he', tap: 'pre' }, 'conv1', [16, 16]],
  ['of half the size', { family: 'convnet', stages: [1, 1], width: 6, stride: 2, norm: 'batch', init: 'he', tap: 'pre' }, 'conv1', [8, 8]],
  ['of patches', { family: 'vit', layers: 1, width: 8, ffn: 8, heads: 2, patch: 4, readout: 'mean', init: 'default' }, 'block1.mlp', [1, 1]],
])('of convolutions to a layer %s: the positions that both have', (_, target, targetTap, to) => {
  const [map] = maps(learnt('wide-fcn', ['target', target], [MAPPING, [{ guide: 'stem', target: targetTap }]]));
  expect(map.pooling).toMatchObject({ guide: { from: [16, 16], to }, target: { to } });
  expect(map.rows).toBe(to[0] * to[1]);
});

it.each<[TokenView, number, number]>([
  ['position', 1, 1],
  ['all-tokens', 1, 1],
  ['last-token', 1, 0],
  ['flattened', Number.NaN, 0],
])('of sequences by %s: of a token, or of all of them', (tokens, units, rows) => {
  const experiment = learnt('first-token', ['arms.guided.terms.align.tokens', tokens]);
  const { task, target } = experiment as Experiment & { task: { length: number }; target: { width: number } };
  const [map] = maps(experiment);
  expect(map.inputs).toBe(target.width * (units || task.length));
  expect(map.rows).toBe(rows === 1 ? task.length : 1);
});

it('one for each pair that is looked at alike, also of what is forked from', () => {
  const { id: _, name: __, ...guided } = armOf(learnt('wide-fcn'));
  const twice = { ...guided, id: 'guided', name: 'Guided', terms: [...guided.terms, ...guided.terms] };
  const fork = { id: 'fork', name: 'Fork', terms: [], fork: { of: 'guided', step: 3 } };
  const experiment = { ...presetExperiment('wide-fcn'), asks: undefined, arms: [twice, fork] };
  expect(learntMaps(experiment, twice)).toHaveLength(3);
  expect(learntMaps(experiment, fork)).toEqual(learntMaps(experiment, twice));
});

it('counts in time and memory, and not among the parameters', () => {
  const [plain, own] = [presetExperiment('wide-fcn'), learnt('wide-fcn')].map((of) => ({ ...of, arms: [armOf(of)] }));
  const weights = 384 * (16 + 64 + 64);
  expect(mapParameters(own, own.arms[0])).toBe(weights);
  expect(cost(own).parameters).toBe(cost(plain).parameters);
  expect(cost(own).bytes - cost(plain).bytes).toBe(4 * 4 * weights * own.seeds.length);
  const large = { ...own, target: { ...own.target, width: 768 } as Experiment['target'] };
  const alone = (of: Experiment): Experiment => ({ ...of, arms: [{ ...of.arms[0], terms: [] }], guides: {} });
  expect(cost(own).flopsPerStep - cost(alone(own)).flopsPerStep).toBe(6 * weights * own.base.batchSize * own.seeds.length);
  expect(cost(large).flopsPerStep - cost(alone(large)).flopsPerStep).toBe(12 * weights * own.base.batchSize * own.seeds.length);
});
