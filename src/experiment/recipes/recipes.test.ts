import { describe, expect, it } from 'vitest';
import { withPath } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { termOf } from '../plan/arms.ts';
import { tapNames } from '../plan/pairs.ts';
import { PRESETS } from '../presets/presets.ts';
import type { AlignTerm, CustomSpec, Experiment, NetworkGuideSpec } from '../schema/schema.ts';
import { presetExperiment } from '../testing.ts';
import { addTerm } from '../../state/arms.ts';
import { withGuideNetwork } from '../../state/networks.ts';
import { freeId } from './adding.ts';
import { type Fix, GROUPS, told } from './recipe.ts';
import { missingControls, RECIPES, recipeOf, whyNoControls, whyNot, withControlSet, withFix, withRecipe } from './recipes.ts';

const base = presetExperiment('wide-fcn');
const set = (path: string, value: unknown) => withPath(base, path, value) as Experiment;
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

describe('an arm of a recipe', () => {
  it('makes the guide it needs, with the network that is there', () => {
    const trained = base.guides.trained as NetworkGuideSpec;
    const only: Experiment = { ...base, asks: undefined, guides: { trained }, arms: [base.arms[0]] };
    const added = withRecipe(only, recipeOf('guided-untrained'));
    valid(added);
    expect(added.guides.untrained).toEqual({ state: 'untrained', network: trained.network });
    expect(added.arms[1].terms).toEqual([{ kind: 'align', guide: 'untrained', weight: 4 }]);
  });

  it('uses the weight that this guide has elsewhere', () => {
    const deep = presetExperiment('deep-fcn');
    expect(lastAlign(withRecipe(deep, recipeOf('guided-untrained')))?.weight).toBe(1);
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
    const [guided, untrained, off] = ['guided', 'guided-untrained', 'guided-then-off'].map(recipeOf);
    const added = (template: typeof guided, to = from) => lastAlign(withRecipe(to, template));
    expect(added(off)).toEqual({ ...align, course: { kind: 'until', step: base.base.steps / 5 } });
    expect(added(untrained)).toEqual({ ...align, guide: 'untrained' });
    // One that is guided for the whole run stays so, whatever its model does.
    expect(added(guided, { ...from, arms: [from.arms[0], { ...from.arms[1], terms: [{ ...align, course: { kind: 'until', step: 7 } }] }] })).toEqual(align);
    expect(addTerm(from, 'unguided', 'align').arms[0].terms).toEqual([align]);
  });

  it('leaves a drawn mapping behind that its guide has no layers for', () => {
    const align: AlignTerm = { kind: 'align', guide: 'trained', weight: 2, mapping: [{ guide: tapNames(base, 'trained')[0], target: tapNames(base)[0] }] };
    const from: Experiment = { ...base, arms: [base.arms[0], { ...base.arms[1], terms: [align] }] };
    expect(lastAlign(withRecipe(from, recipeOf('guided-untrained')))).toEqual({ ...align, guide: 'untrained' });
    const other = withGuideNetwork(from, ['untrained'], { ...base.target });
    const added = withRecipe(other, recipeOf('guided-untrained'));
    valid(added);
    expect(lastAlign(added)).toEqual({ kind: 'align', guide: 'untrained', weight: 2 });
  });
});

describe('the list of recipes', () => {
  it('has ids of its own, in the order of the groups', () => {
    expect(new Set(RECIPES.map(({ id }) => id)).size).toBe(RECIPES.length);
    expect(RECIPES.map(({ group }) => group).filter((group, i, all) => group !== all[i - 1])).toEqual(Object.keys(GROUPS));
  });

  it.each(PRESETS.map(({ id }) => id))('can be added to %s, or says in a sentence why not', (id) => {
    const preset = presetExperiment(id);
    const experiment = { ...preset, arms: preset.arms.slice(0, 6) };
    for (const recipe of RECIPES.filter(({ suits }) => suits?.(experiment) ?? true)) {
      const refusal = whyNot(experiment, recipe);
      const name = told(recipe.name, experiment);
      expect(name.length, name).toBeLessThanOrEqual(60);
      expect(told(recipe.hint, experiment), name).toMatch(/^[A-Z].+[.?]$/);
      if (refusal) expect(refusal.why, name).toMatch(/^[A-Z].+\.$/);
      if (refusal && !refusal.fix) continue;
      const once = refusal?.fix ? withFix(experiment, recipe, refusal.fix) : withRecipe(experiment, recipe);
      valid(once);
      const arm = once.arms[experiment.arms.length];
      expect(arm.id, name).toMatch(new RegExp(`^${recipe.id}(-\\d+)?$`));
      expect([name, `${name.replace(/ \d+$/, '')} 2`]).toContain(arm.name);
      // Nothing but the arm, and the guides that it needs.
      expect({ ...once, guides: null, arms: null, base: refusal?.fix?.change ? null : once.base }).toEqual({
        ...experiment,
        guides: null,
        arms: null,
        base: refusal?.fix?.change ? null : experiment.base,
      });
    }
  });

  it('offers what can be done where nothing is mapped, the run is short, or the experiment is full', () => {
    const unmapped: Experiment = { ...base, base: { ...base.base, mapping: { rule: 'none' } } };
    const nothing = whyNot(unmapped, recipeOf('guided'));
    expect(nothing).toMatchObject({ why: 'The mapping pairs no layers: guidance has nothing to pull on.', fix: { label: 'Pair layers evenly' } });
    const mapped = withFix(unmapped, recipeOf('guided'), nothing?.fix as Fix);
    expect([mapped.base.mapping, mapped.arms.length]).toEqual([{ rule: 'even' }, base.arms.length + 1]);
    // A base that pairs nothing is no matter to an arm with pairs of its own, or without guidance.
    expect(whyNot(unmapped, recipeOf('guided-first'))).toBeNull();
    expect(whyNot(unmapped, recipeOf('unguided'))).toBeNull();

    const warm = recipeOf('warmed-up-smooth-noise').cannot?.(base);
    expect(warm).toMatchObject({ why: 'A warm-up of 300 steps, as in the paper, is longer than the 250 steps of the run.' });
    expect(withFix(base, recipeOf('warmed-up-smooth-noise'), warm?.fix as Fix).arms.at(-1)?.warmup).toMatchObject({ steps: 250 });
    expect(whyNot(set('base.steps', 100), recipeOf('guided-first-100'))?.why).toMatch(/^The run has 100 steps/);

    // Measures that solve bear no more than so many examples.
    const crowded = set('base.batchSize', 400);
    const ridge = whyNot(crowded, recipeOf('guided-ridge'));
    expect(ridge).toMatchObject({ why: expect.stringMatching(/^The batch size \(under Training\) must be at most 256 with ridge/i) });
    expect(withFix(crowded, recipeOf('guided-ridge'), ridge?.fix as Fix).base.batchSize).toBe(256);
    expect(whyNot(base, recipeOf('matched-moments'))?.why).toBe('No layer of the guide is as wide as one of the target’s: there are no units to match.');

    const full = { ...base, arms: Array.from({ length: 12 }, (_, i) => ({ ...base.arms[0], id: `a${i}`, name: `A ${i}` })) };
    expect(whyNot(full, recipeOf('unguided'))?.why).toBe('An experiment has at most 12 arms: remove one first.');
  });

  it('adds residual connections and norms to a target that lacks them', () => {
    const target = (id: string, experiment = base) => withRecipe(experiment, recipeOf(id)).arms.at(-1)?.target;
    expect(target('unguided-residual')).toMatchObject({ family: 'custom', tap: 'pre' });
    expect((target('unguided-residual') as CustomSpec).text).toBe(`# 3×384 FCN
flatten
dense 384
tap linear1
batchnorm
relu
dropout 0.1
residual
  dense 384
  tap linear2
  batchnorm
  relu
  dropout 0.1
residual
  dense 384
  tap linear3
  batchnorm
  relu
  dropout 0.1
`);
    expect(target('unguided-layer-norm')).toEqual({ ...base.target, norm: 'layer' });
    expect(recipeOf('unguided-batch-norm').suits?.(base)).toBe(false);
    const tokens = presetExperiment('first-token');
    expect((target('unguided-layer-norm', tokens) as CustomSpec).text).toBe(
      '# 2×64 RNN\nembed 64\nrnn 64 tanh\ntap layer1\nlayernorm\nrnn 64 tanh\ntap layer2\nlayernorm\n',
    );
    expect(recipeOf('unguided-residual').suits?.(presetExperiment('deep-convnet'))).toBe(false);
  });
});

describe('the control set', () => {
  const ids = (experiment: Experiment) => missingControls(experiment).map(({ id }) => id);

  it('is what the experiment lacks of identity, shuffled under debiased CKA, own kind and a good start', () => {
    expect(ids(base)).toEqual(['guided-identity-gram', 'shuffled-debiased', 'guided-own-kind', 'unguided-he']);
    expect(ids(presetExperiment('first-token'))).toEqual(['guided-identity-gram', 'shuffled-debiased', 'guided-own-kind']);
    expect(ids(presetExperiment('copy-official'))).toEqual(['guided-own-kind']);
    const all = withControlSet(base);
    valid(all);
    expect(all.arms.slice(4).map(({ id }) => id)).toEqual(ids(base));
    expect(Object.keys(all.guides)).toEqual(['trained', 'untrained', 'identity', 'trained-shuffled', 'own-kind']);
    expect(whyNoControls(all)).toBe('All controls of the set are there.');
  });

  it('shuffles under the arm’s own measure where sequences are padded', () => {
    const padded = withPath(presetExperiment('parity'), 'task.minLength', 4) as Experiment;
    expect(ids(padded)).toContain('guided-shuffled');
    valid(withControlSet(padded));
  });

  it('needs something to control for, and room', () => {
    expect(whyNoControls({ ...base, arms: [base.arms[0]] })).toBe('No arm is guided: there is nothing to control for.');
    const ten = { ...base, arms: [...base.arms, ...Array.from({ length: 6 }, (_, i) => ({ ...base.arms[0], id: `a${i}`, name: `A ${i}` }))] };
    expect(whyNoControls(ten)).toBe('An experiment has at most 12 arms: remove 2 first.');
  });
});
