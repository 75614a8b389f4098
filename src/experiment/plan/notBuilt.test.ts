import { expect, it } from 'vitest';
import { withPath } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { formatProblem } from '../schema/problem.ts';
import { presetExperiment } from '../testing.ts';

const align = { kind: 'align', guide: 'trained', weight: 1 };
const TERM = 'arms.guided.terms.align';

/** Everything that can be stated and is not built: its field, and a way to state it. */
it.each<[field: string, path: string, value: unknown]>([
  ['observe', 'observe', [{ what: 'gradients' }]],
  ['guides.untrained.network.stem', 'guides.untrained.network.stem', 'large'],
  ['guides.trained.network.skips', 'guides.trained.network.skips', false],
])('%s: %s = %j is refused', (field, path, value) => {
  const parsed = parseExperiment(withPath(presetExperiment('wide-fcn'), path, value));
  expect(parsed.ok).toBe(false);
  const sentences = parsed.ok ? [] : parsed.problems.map(formatProblem);
  expect(sentences).toEqual([expect.stringMatching(/ asks for what is not built yet, .+: remove it or .+/)]);
  expect(sentences[0].startsWith(`${field} `)).toBe(true);
});

it.each<[string, unknown]>([
  [`${TERM}.course`, { kind: 'whole' }],
  [`${TERM}.course`, { kind: 'between', from: 5, to: 50 }],
  [`${TERM}.course`, { kind: 'decay', shape: 'cosine', steps: 50 }],
  [`${TERM}.course`, { kind: 'every', steps: 4 }],
  [`${TERM}.course`, { kind: 'stall', of: 'similarity', patience: 3 }],
  [`${TERM}.mapping`, { rule: 'first', count: 2 }],
  [`${TERM}.mapping`, { rule: 'random', seed: 3 }],
  [`${TERM}.mapping`, { rule: 'even', perTarget: 2 }],
  [`${TERM}.mapping`, [{ guide: 'stem', target: 'linear1', weight: 0.5 }]],
  ['arms.unguided.labelSmoothing', 0.1],
  ['arms.unguided.terms', [{ kind: 'regularise', what: 'participation-ratio', weight: 1 }]],
  ['arms.unguided.terms', [{ kind: 'match', guide: 'trained', what: 'outputs', weight: 1 }]],
  ['arms.unguided.target', { ...presetExperiment('wide-fcn').target, norm: 'none' }],
  ['arms.unguided.optimiser', { kind: 'sgd', momentum: 0.9, weightDecay: 0 }],
  ['arms.distilled.terms.distil.course', { kind: 'until', step: 10 }],
  ['arms.distilled.terms.distil.direction', 'logits'],
  ['arms.unguided.terms', [align, { ...align, guide: 'untrained' }]],
  ['arms.unguided.terms', [align, { kind: 'distil', guide: 'trained', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'reverse' }]],
  ['observe', []],
  ['observe', [{ what: 'similarity', measure: { name: 'procrustes' } }]],
  ['observe', [{ what: 'similarity', measure: { name: 'svcca', variance: 0.9 } }]],
  ['base.measure', { name: 'rbf-cka', bandwidth: 2 }],
  ['base.measure', { name: 'fitnets' }],
  [`${TERM}.measure`, { name: 'fitnets' }],
  [`${TERM}.measure`, { name: 'soft-knn', temperature: 0.5 }],
])('%s = %j is built', (path, value) => {
  expect(parseExperiment(withPath(presetExperiment('wide-fcn'), path, value))).toMatchObject({ ok: true });
});
