import { describe, expect, it } from 'vitest';
import { taskShape } from '@/experiment/networks/describe.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment, NetworkGuideSpec } from '@/experiment/schema/schema.ts';
import { termOf } from '@/experiment/plan/arms.ts';
import { addTerm, duplicateArm, removeArm, removeTerm, withSeeds } from './arms.ts';
import { duplicateGuide, guidesLikeThis, removeGuide, withFamily, withGuideNetwork, withGuideState } from './networks.ts';

const base = presetExperiment('wide-fcn');
const valid = (experiment: Experiment) => expect(parseExperiment(experiment)).toMatchObject({ ok: true });

it('duplicates an arm into an A/A comparison', () => {
  const doubled = duplicateArm(base, 'guided');
  valid(doubled);
  const { id, name, ...rest } = doubled.arms[4];
  expect([id, name]).toEqual(['guided-2', 'Guided 2']);
  expect(rest).toEqual({ terms: base.arms[1].terms });
  expect(rest.terms).not.toBe(base.arms[1].terms);
});

it('gives an arm one more term, of a guide that it does not learn from yet, and takes one away', () => {
  const once = addTerm(base, 'guided', 'align');
  expect(once.arms[1].terms.map((term) => 'guide' in term && term.guide)).toEqual(['trained', 'untrained']);
  expect(removeTerm(once, 'guided', 0).arms[1].terms).toEqual([once.arms[1].terms[1]]);
  const each = (['align', 'distil', 'match', 'regularise'] as const).reduce((experiment, kind) => addTerm(experiment, 'unguided', kind), base);
  expect(each.arms[0].terms.map(({ kind }) => kind)).toEqual(['align', 'distil', 'match', 'regularise']);
  const bare = addTerm({ ...base, asks: undefined, guides: {}, arms: [base.arms[0]] }, 'unguided', 'distil');
  valid(bare);
  expect(bare.guides).toHaveProperty('trained');
});

it('removes an arm and counts seeds from 0', () => {
  expect(removeArm(base, 'guided').arms.map((arm) => arm.id)).toEqual(['unguided', 'guided-untrained', 'distilled']);
  expect(withSeeds(base, 5).seeds).toEqual([0, 1, 2, 3, 4]);
});

describe('guides', () => {
  it('a guide named by its state is renamed with it, in the arms too', () => {
    const changed = withGuideState(base, 'trained', 'untrained');
    valid(changed);
    expect(Object.keys(changed.guides)).toEqual(['untrained-2', 'untrained']);
    expect(termOf(changed.arms[1], 'align')?.guide).toBe('untrained-2');
    expect(termOf(changed.arms[3], 'distil')?.guide).toBe('untrained-2');
    expect(termOf(changed.arms[2], 'align')?.guide).toBe('untrained');
  });

  it('an untrained guide that is to be trained gets a recipe', () => {
    const changed = withGuideState(base, 'untrained', 'trained');
    valid(changed);
    expect(changed.guides['trained-2']).toMatchObject({ state: 'trained', training: { steps: 300 } });
  });

  it('are found to share a network, and can be changed together', () => {
    expect(guidesLikeThis(base, 'trained')).toEqual(['trained', 'untrained']);
    const fcn = withFamily((base.guides.trained as NetworkGuideSpec).network, 'fcn', taskShape(base.task));
    const changed = withGuideNetwork(base, ['trained', 'untrained'], fcn);
    valid(changed);
    expect(changed.guides.untrained).toEqual({ state: 'untrained', network: fcn });
    expect(guidesLikeThis(withGuideNetwork(base, ['trained'], fcn), 'trained')).toEqual(['trained']);
  });

  it('can be added and removed', () => {
    const { experiment, guide } = duplicateGuide(base, 'untrained');
    valid(experiment);
    expect(guide).toBe('untrained-2');
    expect(removeGuide(experiment, guide)).toEqual(base);
  });
});
