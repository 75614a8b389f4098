import { describe, expect, it } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import { termOf } from '@/experiment/plan/arms.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { AlignTerm, Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { addPair, hasOwnMapping, mappingOf, mappingPath, onlyPair, pairsOf, removePair, withMapping, withMostSimilar, withPairWeight } from './mapping.ts';
import { focusOf } from './focus.ts';

const base = presetExperiment('wide-fcn');
const focus = { arm: 'guided', guide: 'trained' };
const valid = (experiment: Experiment) => expect(parseExperiment(experiment)).toMatchObject({ ok: true });

describe('drawing', () => {
  it('a drawn pair turns the shared mapping into a list, in target order', () => {
    const drawn = addPair(base, focus, { guideTap: 'stem', targetTap: 'linear2' });
    valid(drawn);
    expect(drawn.base.mapping).toEqual([
      { guide: 'block1.conv2', target: 'linear1' },
      { guide: 'block3.conv1', target: 'linear2' },
      { guide: 'stem', target: 'linear2' },
      { guide: 'pool', target: 'linear3' },
    ]);
    expect(drawn.arms).toEqual(base.arms);
  });

  it('a pair that is there already changes nothing', () => {
    expect(addPair(base, focus, { guideTap: 'pool', targetTap: 'linear3' })).toBe(base);
  });

  it('the last pair can be removed', () => {
    const one = withMapping(base, focus, { rule: 'last', count: 1 });
    const none = removePair(one, focus, { guideTap: 'pool', targetTap: 'linear3' });
    valid(none);
    expect(pairsOf(none, focus)).toEqual([]);
  });

  it('where the guides differ in their layers, a drawn pair is stated in the arms of this guide alone', () => {
    const small: Experiment = {
      ...base,
      guides: {
        ...base.guides,
        untrained: { state: 'untrained', network: { family: 'resnet', stages: [1], width: 8, init: 'he', tap: 'pre' } },
      },
    };
    const drawn = addPair(small, focus, { guideTap: 'block3.conv2', targetTap: 'linear1' });
    valid(drawn);
    expect(drawn.base.mapping).toEqual({ rule: 'even' });
    expect(termOf(drawn.arms[1], 'align')?.mapping).toContainEqual({ guide: 'block3.conv2', target: 'linear1' });
    expect(termOf(drawn.arms[2], 'align')?.mapping).toBeUndefined();
    expect(hasOwnMapping(drawn, focus)).toBe(true);
  });
});

describe('a mapping of its own', () => {
  it('starts as a copy of the shared one, is edited alone, and can be given up', () => {
    const own = withPath(base, 'arms.guided.terms.align.mapping', base.base.mapping) as Experiment;
    expect(mappingOf(own, focus)).toEqual({ rule: 'even' });
    const first = withMapping(own, focus, { rule: 'first', count: 1 });
    valid(first);
    expect(first.base.mapping).toEqual({ rule: 'even' });
    expect(pairsOf(first, focus)).toHaveLength(1);
    // Seen against another guide, the arm has no say.
    expect(pairsOf(first, { arm: 'guided', guide: 'untrained' })).toHaveLength(3);
    expect(withPath(first, 'arms.guided.terms.align.mapping')).toEqual(base);
  });
});

describe('focusOf', () => {
  it('shows the first arm that is guided, and its guide', () => {
    const untrained = { arm: 'guided-untrained', guide: 'untrained' };
    expect(focusOf(presetExperiment('first-token'), { arm: null, guide: null })).toEqual(untrained);
    expect(focusOf(base, { arm: null, guide: null })).toEqual({ arm: 'guided', guide: 'trained' });
  });
  it('follows an arm to its guide, and survives what an experiment does not have', () => {
    expect(focusOf(base, { arm: 'guided-untrained', guide: null })).toEqual({
      arm: 'guided-untrained',
      guide: 'untrained',
    });
    expect(focusOf(base, { arm: 'gone', guide: 'gone' })).toEqual({ arm: 'guided', guide: 'trained' });
    expect(focusOf({ ...base, guides: {}, arms: [base.arms[0]] }, { arm: null, guide: null })).toBeNull();
  });
});

describe('weights of pairs', () => {
  const pool = { guideTap: 'pool', targetTap: 'linear3' };

  it('a weighed pair of a rule makes a list of named pairs; at 1 again its weight is not written down', () => {
    const weighed = withPairWeight(base, focus, pool, 2);
    expect(weighed.base.mapping).toEqual([
      { guide: 'block1.conv2', target: 'linear1' },
      { guide: 'block3.conv1', target: 'linear2' },
      { guide: 'pool', target: 'linear3', weight: 2 },
    ]);
    expect(pairsOf(weighed, focus).map(({ weight }) => weight)).toEqual([1, 1, 2]);
    const half = withPairWeight(weighed, focus, { guideTap: 'block1.conv2', targetTap: 'linear1' }, 0.5);
    expect(pairsOf(half, focus).map(({ weight }) => weight)).toEqual([0.5, 1, 2]);
    // Drawing beside them leaves weights as they are.
    expect(pairsOf(addPair(half, focus, { guideTap: 'stem', targetTap: 'linear2' }), focus).map(({ weight }) => weight)).toEqual([0.5, 1, 1, 2]);
    expect(withPairWeight(weighed, focus, pool, 1).base.mapping).toContainEqual({ guide: 'pool', target: 'linear3' });
  });

  it('one pair is kept alone', () => {
    const one = onlyPair(base, focus, pool);
    valid(one);
    expect(one.base.mapping).toEqual([{ guide: 'pool', target: 'linear3' }]);
  });
});

describe('pairs by similarity', () => {
  /** Every target layer is most like the guide layer of its own number. */
  const measured = async (experiment: Experiment) => new FakeLab().similarityBefore(experiment, focus);
  const named = [
    { guide: 'stem', target: 'linear1' },
    { guide: 'block1.conv1', target: 'linear2' },
    { guide: 'block1.conv2', target: 'linear3' },
  ];

  it('are named in the arms of that guide: of another guide they tell nothing', async () => {
    const mapped = withMostSimilar(base, focus, await measured(base));
    valid(mapped);
    expect(mapped.base).toEqual(base.base);
    expect(mapped.arms.map((arm) => termOf(arm, 'align')?.mapping)).toEqual([undefined, named, undefined, undefined]);
    expect(mappingPath(mapped, focus)).toBe('arms.guided.terms.align.mapping');
    expect(mappingPath(mapped, { arm: 'guided-untrained', guide: 'untrained' })).toBe('base.mapping');
  });

  it('of the only guide are named for all arms', async () => {
    const only = { ...base, guides: { trained: base.guides.trained }, arms: base.arms.filter(({ id }) => id !== 'guided-untrained') };
    const mapped = withMostSimilar(only, focus, await measured(only));
    valid(mapped);
    expect(mapped.base.mapping).toEqual(named);
  });
});

describe('an arm with several guides', () => {
  const align = (guide: string): AlignTerm => ({ kind: 'align', guide, weight: 1, mapping: { rule: 'even' } });
  const both: Experiment = {
    ...base,
    arms: base.arms.map((arm) => (arm.id === 'guided' ? { ...arm, terms: [align('untrained'), align('trained')] } : arm)),
  };

  it('has pairs with each of them, edited by themselves', () => {
    expect(mappingPath(both, { arm: 'guided', guide: 'untrained' })).toBe('arms.guided.terms.align.mapping');
    expect(mappingPath(both, focus)).toBe('arms.guided.terms.1.mapping');
    const edited = withMapping(both, focus, { rule: 'last', count: 1 });
    expect(pairsOf(edited, focus)).toHaveLength(1);
    expect(pairsOf(edited, { arm: 'guided', guide: 'untrained' })).toHaveLength(3);
    expect(focusOf(both, { arm: 'guided', guide: null })).toEqual({ arm: 'guided', guide: 'untrained' });
  });
});
