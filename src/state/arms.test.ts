import { describe, expect, it } from 'vitest';
import { taskShape } from '@/experiment/networks/describe.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { AlignTerm, Experiment, NetworkGuideSpec } from '@/experiment/schema/schema.ts';
import { termOf } from '@/experiment/plan/arms.ts';
import { tapNames } from '@/experiment/plan/pairs.ts';
import { ARM_TEMPLATES, addArm, duplicateArm, freeId, removeArm, withSeeds, withTerm } from './arms.ts';
import { duplicateGuide, guidesLikeThis, removeGuide, withFamily, withGuideNetwork, withGuideState } from './networks.ts';

const base = presetExperiment('wide-fcn');
const onSequences = findPreset('first-token')?.experiment as Experiment;
const lastAlign = ({ arms }: Experiment) => termOf(arms[arms.length - 1], 'align');
const valid = (experiment: Experiment) => expect(parseExperiment(experiment)).toMatchObject({ ok: true });

describe('freeId', () => {
  it('counts on from what is taken', () => {
    expect(freeId('guided', [])).toBe('guided');
    expect(freeId('guided', ['guided'])).toBe('guided-2');
    expect(freeId('guided-2', ['guided', 'guided-2'])).toBe('guided-3');
  });
  it('stays within the length that the schema allows', () => {
    const long = 'a'.repeat(40);
    expect(freeId(long, [long]).length).toBeLessThanOrEqual(40);
  });
});

describe('addArm', () => {
  it.each(ARM_TEMPLATES.map((template) => [template.id, template] as const))('%s is valid, with ids and names of its own', (_, template) => {
    const from = template.suits?.(base) === false ? onSequences : base;
    const twice = addArm(addArm(from, template), template);
    valid(twice);
    expect(new Set(twice.arms.map((arm) => arm.id)).size).toBe(from.arms.length + 2);
    expect(new Set(twice.arms.map((arm) => arm.name)).size).toBe(from.arms.length + 2);
  });

  it('makes the guide it needs, with the network that is there', () => {
    const trained = base.guides.trained as NetworkGuideSpec;
    const only: Experiment = { ...base, asks: undefined, guides: { trained }, arms: [base.arms[0]] };
    const added = addArm(only, ARM_TEMPLATES[1]);
    valid(added);
    expect(added.guides.untrained).toEqual({ state: 'untrained', network: trained.network });
    expect(added.arms[1].terms).toEqual([{ kind: 'align', guide: 'untrained', weight: 4 }]);
  });

  it('uses the weight that this guide has elsewhere', () => {
    const deep = presetExperiment('deep-fcn');
    expect(lastAlign(addArm(deep, ARM_TEMPLATES[1]))?.weight).toBe(1);
  });

  it('guides as that guide does elsewhere, in all but what the arm is made for', () => {
    const align: AlignTerm = {
      kind: 'align',
      guide: 'trained',
      weight: 0.5,
      measure: { name: 'cka-debiased' },
      reduction: 'mean',
      mapping: { rule: 'last', count: 1 },
    };
    const from: Experiment = { ...base, arms: [base.arms[0], { ...base.arms[1], terms: [align] }] };
    const [guided, untrained, off] = ARM_TEMPLATES;
    const added = (template: typeof guided, to = from) => lastAlign(addArm(to, template));
    expect(added(off)).toEqual({ ...align, course: { kind: 'until', step: base.base.steps / 5 } });
    expect(added(untrained)).toEqual({ ...align, guide: 'untrained' });
    // One that is guided for the whole run stays so, whatever its model does.
    expect(added(guided, { ...from, arms: [from.arms[0], { ...from.arms[1], terms: [{ ...align, course: { kind: 'until', step: 7 } }] }] })).toEqual(align);
    expect(withTerm(from, 'unguided', 'align', true).arms[0].terms).toEqual([align]);
  });

  it('leaves a drawn mapping behind that its guide has no layers for', () => {
    const align: AlignTerm = { kind: 'align', guide: 'trained', weight: 2, mapping: [{ guide: tapNames(base, 'trained')[0], target: tapNames(base)[0] }] };
    const from: Experiment = { ...base, arms: [base.arms[0], { ...base.arms[1], terms: [align] }] };
    expect(lastAlign(addArm(from, ARM_TEMPLATES[1]))).toEqual({ ...align, guide: 'untrained' });
    const other = withGuideNetwork(from, ['untrained'], { ...base.target });
    const added = addArm(other, ARM_TEMPLATES[1]);
    valid(added);
    expect(lastAlign(added)).toEqual({ kind: 'align', guide: 'untrained', weight: 2 });
  });
});

it('duplicates an arm into an A/A comparison', () => {
  const doubled = duplicateArm(base, 'guided');
  valid(doubled);
  const { id, name, ...rest } = doubled.arms[4];
  expect([id, name]).toEqual(['guided-2', 'Guided 2']);
  expect(rest).toEqual({ terms: base.arms[1].terms });
  expect(rest.terms).not.toBe(base.arms[1].terms);
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
