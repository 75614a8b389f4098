/** Guides without a network of their own, in mappings, estimates and checks. */
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../link.ts';
import { describeGuide, guideInstances, guideNetwork, ONLY_TAP, readsNoise, weightsOf } from './guides.ts';
import { parseExperiment } from '../parse.ts';
import { formatProblem } from '../schema/problem.ts';
import { alignedPairs, observedPairs } from './arms.ts';
import { mappedPairs } from './pairs.ts';
import { cost, guideCacheBytes } from './plan.ts';
import type { ArmSpec, Experiment, GuideSpec } from '../schema/schema.ts';
import { presetExperiment } from '../testing.ts';

const WIDE = presetExperiment('wide-fcn');
const FIRST = presetExperiment('first-token');
const IDENTITY: GuideSpec = { state: 'control', kind: 'identity-gram' };
const OWN: GuideSpec = { state: 'control', kind: 'own-kind' };
const MEAN: GuideSpec = { state: 'control', kind: 'running-mean' };

const guidedBy = (experiment: Experiment, guide: GuideSpec, arm: Partial<ArmSpec> = {}): Experiment => ({
  ...experiment,
  guides: { ...experiment.guides, control: guide },
  arms: [...experiment.arms, { id: 'c', name: 'C', terms: [{ kind: 'align', guide: 'control', weight: 1 }], ...arm }],
});
const problems = (experiment: Experiment): string[] => {
  const parsed = parseExperiment(experiment);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};
const noiseFed = { ...WIDE.guides.untrained, control: 'noise' } as GuideSpec;

it('knows the network behind a guide, and how many of it there are', () => {
  for (const [guide, network, instances] of [
    [IDENTITY, null, 1],
    [MEAN, null, 1],
    [OWN, WIDE.target, 3],
    [WIDE.guides.trained, guideNetwork(WIDE, 'trained'), 1],
    [noiseFed, guideNetwork(WIDE, 'untrained'), 3],
  ] as const) {
    const experiment = guidedBy(WIDE, guide);
    expect(guideNetwork(experiment, 'control')).toEqual(network);
    expect(guideInstances(experiment, 'control')).toBe(instances);
  }
  expect([readsNoise(noiseFed), readsNoise(IDENTITY), readsNoise(WIDE.guides.trained)]).toEqual([true, false, false]);
});

it('describes the one layer of a guide without a network', () => {
  expect(describeGuide(guidedBy(WIDE, IDENTITY), 'control')).toMatchObject({
    title: 'Identity',
    parameters: 0,
    flops: 0,
    taps: [{ name: ONLY_TAP, features: 128 }],
  });
  expect(describeGuide(guidedBy(WIDE, MEAN), 'control')).toMatchObject({ title: 'Pixels', taps: [{ shape: [16, 16, 3] }] });
  expect(describeGuide(guidedBy(FIRST, MEAN), 'control')).toMatchObject({ title: 'Running mean', taps: [{ shape: [24, 5] }] });
});

it('gives a control the random weights of the guide that it is a control of', () => {
  const shuffled = { ...WIDE.guides.untrained, control: 'shuffled' } as GuideSpec;
  expect(weightsOf(guidedBy(WIDE, shuffled), 'control')).toBe('untrained');
  expect(weightsOf(guidedBy(WIDE, WIDE.guides.untrained), 'control')).toBe('control');
  expect(weightsOf({ guides: { control: shuffled } }, 'control')).toBe('control');
  expect(weightsOf(guidedBy(WIDE, IDENTITY), 'control')).toBe('control');
});

describe('mapping', () => {
  const experiment = guidedBy(WIDE, IDENTITY);
  const targets = (mapping: Parameters<typeof mappedPairs>[2]) =>
    mappedPairs(experiment, 'control', mapping).map(({ guideTap, targetTap }) => `${guideTap} ${targetTap}`);

  it('takes the one layer to every target layer that the mapping reaches', () => {
    expect(targets({ rule: 'even' })).toEqual(['all linear1', 'all linear2', 'all linear3']);
    expect(targets({ rule: 'first', count: 1 })).toEqual(['all linear1']);
    expect(targets({ rule: 'last', count: 2 })).toEqual(['all linear2', 'all linear3']);
    expect(targets({ rule: 'none' })).toEqual([]);
    expect(new Set(targets({ rule: 'reversed' }))).toEqual(new Set(targets({ rule: 'even' })));
    expect(
      targets([
        { guide: 'stem', target: 'linear2' },
        { guide: 'pool', target: 'linear2' },
        { guide: 'all', target: 'linear3' },
      ]),
    ).toEqual(['all linear2', 'all linear3']);
  });

  it('observes a drawn mapping with the guides that have its layers', () => {
    const drawn = guidedBy({ ...WIDE, base: { ...WIDE.base, mapping: [{ guide: 'stem', target: 'linear1' }] } }, OWN, {
      terms: [{ kind: 'align', guide: 'control', weight: 1, mapping: { rule: 'even' } }],
    });
    expect(problems(drawn)).toEqual([]);
    const pairs = observedPairs(drawn).map(({ guide, guideTap, targetTap }) => `${guide} ${guideTap} ${targetTap}`);
    expect(pairs).toEqual(['trained stem linear1', 'untrained stem linear1', 'control linear1 linear1', 'control linear2 linear2', 'control linear3 linear3']);
    expect(alignedPairs(drawn, drawn.arms[1])).toHaveLength(1);
    // An arm that shares it needs its layers, and a layer that nobody has is an error.
    expect(problems(guidedBy({ ...WIDE, base: { ...WIDE.base, mapping: [{ guide: 'stem', target: 'linear1' }] } }, OWN))[0]).toMatch(
      /^base\.mapping the guide has no layer "stem"/,
    );
    expect(problems({ ...WIDE, asks: undefined, arms: [WIDE.arms[0]], base: { ...WIDE.base, mapping: [{ guide: 'nowhere', target: 'linear1' }] } })[0]).toMatch(
      /no layer "nowhere"/,
    );
  });
});

describe('estimates', () => {
  it('of a guide without a network are its Gram matrices', () => {
    const extra = (guide: GuideSpec) => cost(guidedBy(WIDE, guide)).flopsPerStep - cost(guidedBy(WIDE, guide, { terms: [] })).flopsPerStep;
    expect(extra(IDENTITY)).toBeLessThan(extra(noiseFed));
    expect(cost(guidedBy(WIDE, IDENTITY)).bytes).toBeLessThan(1.4 * cost(WIDE).bytes);
  });

  it('train a guide once that is also shown shuffled, and keep nothing of noise', () => {
    const shuffled = guidedBy(WIDE, { ...WIDE.guides.trained, control: 'shuffled' } as GuideSpec);
    expect(cost(shuffled).guideTrainingFlops).toEqual(cost(WIDE).guideTrainingFlops);
    expect(guideCacheBytes(shuffled, 'control')).toBeLessThan(1e9);
    for (const guide of [noiseFed, IDENTITY, MEAN]) expect(guideCacheBytes(guidedBy(WIDE, guide), 'control')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('checks', () => {
  const terms: ArmSpec['terms'] = [{ kind: 'distil', guide: 'control', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward' }];

  it('accept every control as a guide', () => {
    for (const guide of [IDENTITY, OWN, MEAN, noiseFed, { ...WIDE.guides.untrained, control: 'orthogonal' } as GuideSpec])
      expect(problems(guidedBy(WIDE, guide))).toEqual([]);
  });

  it('know no teacher without outputs, or with those of other examples', () => {
    expect(problems(guidedBy(WIDE, IDENTITY, { terms }))).toEqual(['arms.4.terms.0.guide is a control without a network: it has no outputs to learn from']);
    expect(problems(guidedBy(WIDE, noiseFed, { terms }))[0]).toMatch(/^arms\.4\.terms\.0\.guide is a control whose outputs belong to other examples/);
    expect(problems(guidedBy(WIDE, OWN, { terms }))).toEqual([]);
  });

  it('know no measure with an identity of which that leaves nothing, and no white noise of tokens', () => {
    expect(problems(guidedBy({ ...WIDE, base: { ...WIDE.base, measure: { name: 'cka-debiased' } } }, IDENTITY))).toEqual([
      'base.measure must be cka, rbf-cka, procrustes, cca, sp, rkd or soft-knn with an identity guide, of which debiased CKA leaves nothing',
    ]);
    expect(problems(guidedBy({ ...WIDE, base: { ...WIDE.base, measure: { name: 'rkd' } } }, IDENTITY))).toEqual([]);
    expect(problems(guidedBy(WIDE, IDENTITY, { terms: [{ kind: 'align', guide: 'control', weight: 1, measure: { name: 'cka-debiased' } }] }))[0]).toMatch(
      /^arms\.4\.terms\.0\.measure/,
    );
    expect(problems(guidedBy(FIRST, { ...FIRST.guides.untrained, control: 'white-noise' } as GuideSpec))[0]).toMatch(/^guides\.control\.control must be noise/);
    expect(problems(guidedBy(WIDE, { state: 'control', kind: 'magic' } as never))[0]).toMatch(/one of identity-gram, running-mean, own-kind/);
  });
});

it('links with controls come back exactly', () => {
  for (const guide of [IDENTITY, OWN, MEAN, noiseFed]) {
    const experiment = guidedBy(WIDE, guide);
    expect(decodeLink(encodeLink(experiment))).toEqual({ ok: true, experiment });
  }
});
