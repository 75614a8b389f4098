import { describe, expect, it } from 'vitest';
import { termOf, withoutLostAsks } from '@/experiment/plan/arms.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { PRESETS } from '@/experiment/presets/presets.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { withControl, withGuideState } from '@/state/networks.ts';
import { repair } from '@/state/repair.ts';
import { withTaskKind } from '@/state/tasks.ts';
import { alignments } from './adding.ts';
import { controlRecipe } from './controlRecipes.ts';
import { type ControlKind, CONTROLS, controlKind } from './controls.ts';
import { withRecipe } from './recipes.ts';

const WIDE = presetExperiment('wide-fcn');
const addControlArm = (experiment: Experiment, kind: ControlKind, of?: string) => withRecipe(experiment, controlRecipe(kind, of));
const lastAlign = ({ arms }: Experiment) => termOf(arms[arms.length - 1], 'align');
const valid = (experiment: Experiment) => expect(parseExperiment(experiment)).toMatchObject({ ok: true });

describe('an arm with a control', () => {
  it.each(PRESETS.flatMap(({ id, experiment }) => CONTROLS.filter(({ suits }) => suits?.(experiment.task) ?? true).map(({ kind }) => [id, kind] as const)))(
    '%s with %s is valid, twice',
    (id, kind) => {
      const experiment = withoutLostAsks({ ...presetExperiment(id), arms: presetExperiment(id).arms.slice(0, 4) });
      const once = repair(addControlArm(experiment, kind)).experiment;
      valid(once);
      const align = lastAlign(once);
      const guide = align?.guide ?? '';
      expect(controlKind(once.guides[guide])).toBe(kind);
      // The guided arm's weight and mapping: nothing else differs.
      expect(align?.weight).toBe(alignments(experiment)[0].weight);
      expect(once.base).toEqual(experiment.base);
      const twice = addControlArm(once, kind);
      expect(Object.keys(twice.guides)).toEqual(Object.keys(once.guides));
      expect(twice.arms).toHaveLength(experiment.arms.length + 2);
    },
  );

  it('is of the guide that is asked for', () => {
    const added = addControlArm(WIDE, 'shuffled', 'untrained');
    expect(added.guides['untrained-shuffled']).toEqual({ ...WIDE.guides.untrained, control: 'shuffled' });
    expect(added.arms.at(-1)).toMatchObject({ id: 'guided-shuffled', terms: [{ guide: 'untrained-shuffled', weight: 4 }] });
    expect(lastAlign(addControlArm(WIDE, 'shuffled'))?.guide).toBe('trained-shuffled');
  });

  it('needs no guide to begin with', () => {
    const bare: Experiment = { ...WIDE, asks: undefined, guides: {}, arms: [WIDE.arms[0]] };
    for (const { kind } of CONTROLS) valid(addControlArm(bare, kind));
  });

  it('takes a measure along that an identity has', () => {
    const debiased: Experiment = { ...WIDE, base: { ...WIDE.base, measure: { name: 'cka-debiased' } } };
    const added = addControlArm(debiased, 'identity-gram');
    valid(added);
    expect(lastAlign(added)?.measure).toEqual({ name: 'cka' });
  });
});

describe('a guide made a control', () => {
  it('is renamed with it, in the arms too, and back', () => {
    const shuffled = withControl(WIDE, 'untrained', 'shuffled');
    valid(shuffled);
    expect(Object.keys(shuffled.guides)).toEqual(['trained', 'untrained-shuffled']);
    expect(termOf(shuffled.arms[2], 'align')?.guide).toBe('untrained-shuffled');
    expect(withControl(shuffled, 'untrained-shuffled', null)).toEqual(WIDE);
    const identity = withControl(WIDE, 'untrained', 'identity-gram');
    valid(identity);
    expect(identity.guides.identity).toEqual({ state: 'control', kind: 'identity-gram' });
    expect(withGuideState(identity, 'identity', 'untrained')).toEqual(WIDE);
  });

  it('keeps the control when it is trained, but for orthogonal weights', () => {
    const noisy = withControl(WIDE, 'untrained', 'noise');
    expect(withGuideState(noisy, 'untrained-noise', 'trained').guides['trained-noise']).toMatchObject({ state: 'trained', control: 'noise' });
    const orthogonal = withControl(WIDE, 'untrained', 'orthogonal');
    expect(withGuideState(orthogonal, 'orthogonal', 'untrained')).toEqual(WIDE);
  });

  it('is refused as a teacher', () => {
    expect(parseExperiment(withControl(WIDE, 'trained', 'identity-gram'))).toMatchObject({ ok: false });
  });

  it('stays one on another task', () => {
    const all = CONTROLS.reduce((experiment, { kind }) => addControlArm(experiment, kind), { ...WIDE, arms: WIDE.arms.slice(0, 2) });
    const moved = repair(withTaskKind(all, 'first-token')).experiment;
    valid(moved);
    expect(Object.values(moved.guides).map(controlKind)).toEqual([
      null,
      null,
      'shuffled',
      'identity-gram',
      'running-mean',
      'orthogonal',
      'own-kind',
      'noise',
      'noise',
    ]);
  });
});

it('a drawn mapping outlives a control that has no such layers', () => {
  const drawn: Experiment = { ...WIDE, base: { ...WIDE.base, mapping: [{ guide: 'stem', target: 'linear1' }] } };
  for (const kind of ['own-kind', 'identity-gram'] as const) {
    const { experiment, notes } = repair(addControlArm(drawn, kind));
    expect(notes).toEqual([]);
    expect(experiment.base.mapping).toEqual([{ guide: 'stem', target: 'linear1' }]);
    valid(experiment);
  }
});
