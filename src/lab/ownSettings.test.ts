/** Arms that train another network, or with another optimiser, than the experiment says for all. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../experiment/contract/result.ts';
import { parseExperiment } from '../experiment/parse.ts';
import type { ArmSpec, Experiment, NetworkSpec, OptimiserSpec } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const tiny = tinyExperiment({ 'base.steps': 4, 'base.evaluateEvery': 2, seeds: [0, 3] });
const decay: OptimiserSpec = { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 1 };
const plain = { ...tiny.target, norm: 'none', dropout: 0 } as NetworkSpec;
const layered = { ...tiny.target, norm: 'layer' } as NetworkSpec;
/** Layers of the same names with a connection around the second one; `dense1` and `dense2` are there besides. */
const text = `flatten
dense 16
tap linear1
relu
residual
  dense 16
  tap linear2
relu`;
const residual: NetworkSpec = { family: 'custom', text, init: 'he', tap: 'pre' };
const guided = { terms: [{ kind: 'align', guide: 'untrained', weight: 2 }] } satisfies Pick<ArmSpec, 'terms'>;

const OWN: Record<string, Omit<ArmSpec, 'id' | 'name'>> = {
  first: { terms: [] },
  plain: { terms: [], target: plain },
  layered: { ...guided, target: layered },
  decay: { ...guided, optimiser: decay },
  residual: { ...guided, target: residual },
  last: guided,
};

const withArms = (arms: Record<string, Omit<ArmSpec, 'id' | 'name'>>, changed: Partial<Experiment> = {}): Experiment => ({
  ...tiny,
  ...changed,
  asks: undefined,
  guides: { untrained: tiny.guides.untrained },
  arms: Object.entries(arms).map(([id, arm]) => ({ id, name: id, ...arm })),
});

const experiment = withArms(OWN);

describe('settings of an arm’s own', () => {
  let result: RunResult;
  beforeAll(async () => {
    result = (await runToEnd(experiment, 'wasm')).result;
  });

  it.each<[string, Partial<Experiment>]>([
    ['plain', { target: plain }],
    ['layered', { target: layered }],
    ['decay', { base: { ...tiny.base, optimiser: decay } }],
    ['residual', { target: residual }],
    ['last', {}],
  ])('are what they are for all: %s', async (id, changed) => {
    const arm = { terms: OWN[id].terms };
    // The pairs of a residual target are those of its named layers, as in the mixed run.
    const alone = (await runToEnd(withArms({ [id]: arm }, changed), 'wasm')).result;
    for (const seed of experiment.seeds) {
      const { loss, val, end } = curve(member(alone, id, seed));
      expect(curve(member(result, id, seed))).toMatchObject({ loss, val, end });
    }
  });

  it('all differ', () => {
    expect(new Set(Object.keys(OWN).map((id) => member(result, id, 0).final.valLoss)).size).toBe(6);
  });

  it('go on from a checkpoint', async () => {
    const begun = await openLab(experiment, 'wasm');
    await begun.steps(2);
    const checkpoint = structuredClone(await begun.lab.checkpoint());
    await begun.lab.dispose();
    const again = await openLab(experiment, 'wasm', { checkpoint });
    expect((await again.result()).members.map(curve)).toEqual(result.members.map(curve));
    await again.lab.dispose();
  });
});

it('must have the layers of the experiment’s target', () => {
  const refused = (target: NetworkSpec) => {
    const parsed = parseExperiment(withArms({ first: { terms: [] }, other: { terms: [], target } }));
    return parsed.ok ? [] : parsed.problems;
  };
  expect(refused(layered)).toEqual([]);
  expect(refused({ ...tiny.target, depth: 1 } as NetworkSpec)).toEqual([
    { path: 'arms.1.target', message: expect.stringMatching(/linear2 is missing \(it has linear1\)/) },
  ]);
  expect(refused({ family: 'rnn', cell: 'gru', layers: 2, width: 8, init: 'default', chained: false })).toEqual([
    { path: 'arms.1.target.family', message: expect.stringMatching(/reads tokens/) },
  ]);
  const init = parseExperiment(withArms({ first: { terms: [], target: residual, init: 'orthogonal' } }));
  expect(init.ok || init.problems[0].path).toBe('arms.0.init');
});
