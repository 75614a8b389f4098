import { expect, it } from 'vitest';
import { armTex, armWords } from './armWords.ts';
import { recipeOf, withRecipe } from './recipes/recipes.ts';
import type { ArmSpec, Experiment, Term } from './schema/schema.ts';
import { presetExperiment } from './testing.ts';

const wide = presetExperiment('wide-fcn');
const words = (arm: Partial<ArmSpec>, experiment = wide) => armWords(experiment, { ...wide.arms[0], ...arm });
const tex = (...terms: Term[]) => armTex(wide, { ...wide.arms[0], terms });
const align = { kind: 'align', guide: 'trained', weight: 0.5 } as const;
const distil = { kind: 'distil', guide: 'trained', temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' } as const;

it("says an arm's loss in a line", () => {
  expect(wide.arms.slice(0, 4).map((arm) => armWords(wide, arm))).toEqual([
    'task loss only',
    '+ 4 × Σ (1 − CKA), whole run',
    '+ 4 × Σ (1 − CKA), whole run',
    '½ CE + ½ KL · T 4',
  ]);
  const odd: Partial<ArmSpec> = {
    learningRate: 3e-4,
    terms: [{ ...align, reduction: 'mean', measure: { name: 'cka-debiased' }, course: { kind: 'until', step: 50 } }],
  };
  expect(words(odd)).toBe('+ ½ × mean (1 − debiased CKA), until step 50 · lr 3e-4');
  const switchedOff = (step: number) => words(odd, { ...wide, interventions: [{ step, set: { guidance: false } }] });
  expect(switchedOff(3)).toBe('+ ½ × mean (1 − debiased CKA), switched off at step 3 · lr 3e-4');
  expect(switchedOff(50)).toBe(words(odd));
});

it('tells several guides apart, and pairs and views of its own', () => {
  expect(words({ terms: [align, { ...align, guide: 'untrained', mapping: { rule: 'first', count: 2 }, tokens: 'last-token' }] })).toBe(
    '+ ½ × Σ (1 − CKA to “trained”), whole run + ½ × Σ (1 − CKA to “untrained”), first 2, last token, whole run',
  );
  expect(tex(align, { ...align, guide: 'untrained' })).toBe(
    '\\mathrm{CE} + 0.5\\sum_{(i,j)\\in M}\\bigl(1-\\mathrm{CKA}(G^{\\text{trained}}_i,T_j)\\bigr) + 0.5\\sum_{(i,j)\\in M}\\bigl(1-\\mathrm{CKA}(G^{\\text{untrained}}_i,T_j)\\bigr)',
  );
});

it.each<[string, string, Term[]]>([
  [
    '½ CE + ½ reverse KL · T 4, until step 9',
    '\\Vert\\,p^{\\text{teacher}}_{T=4}\\bigr)\\,[\\text{step}<9]',
    [{ ...distil, direction: 'reverse', course: { kind: 'until', step: 9 } }],
  ],
  [
    '½ CE + ½ (logits − teacher’s)²',
    '0.5\\,\\mathrm{CE} + 0.5\\,\\overline{\\bigl(z^{\\text{student}}-z^{\\text{teacher}}\\bigr)^2}',
    [{ ...distil, direction: 'logits' }],
  ],
  ['1 CE + ½ KL from “trained” · T 4 + ½ KL from “untrained” · T 4', '1\\,\\mathrm{CE}', [distil, { ...distil, guide: 'untrained' }]],
  ['½ CE + ½ KL · T 4 + ½ × Σ (1 − CKA), whole run', '+ 0.5\\sum_{(i,j)\\in M}', [align, distil]],
  [
    '+ 2 × (outputs − guide’s)², at every 10th step',
    '2\\,\\overline{\\bigl(z^{\\text{target}}-z^{\\text{guide}}\\bigr)^2}\\,[10\\mid\\text{step}]',
    [{ kind: 'match', guide: 'trained', what: 'outputs', weight: 2, course: { kind: 'every', steps: 10 } }],
  ],
  ['+ 1 × Σ (mean, variance − guide’s)²', '\\sigma^2(G_i)', [{ kind: 'match', guide: 'trained', what: 'moments', weight: 1 }]],
  ['+ 0.1 × intrinsic dimension loss', '0.1\\sum_{j}\\ell_{\\mathrm{ID}}(T_j)', [{ kind: 'regularise', what: 'intrinsic-dimension', weight: 0.1 }]],
  [
    '+ 1 × participation ratio loss of linear1',
    '1\\sum_{j\\in L}\\ell_{\\mathrm{PR}}(T_j)',
    [{ kind: 'regularise', what: 'participation-ratio', weight: 1, taps: ['linear1'] }],
  ],
])('%s', (line, formula, terms) => {
  expect(words({ terms })).toBe(line);
  expect(tex(...terms)).toContain(formula);
});

it('says of a fork where it leaves which arm, and counts from there', () => {
  const guided = wide.arms[1];
  const at = (step: number, terms = guided.terms, experiment = wide) => armWords(experiment, { ...guided, terms, fork: { of: 'guided', step } });
  const brief: Term[] = [{ ...align, weight: 4, course: { kind: 'until', step: 210 } }];
  expect(at(40)).toBe('+ 4 × Σ (1 − CKA), to the end · from step 40 of “Guided”');
  // What is left of the run is what a course may fill.
  expect(at(40, brief)).toBe('+ 4 × Σ (1 − CKA), to the end · from step 40 of “Guided”, and counted from there');
  expect(at(10, brief)).toBe('+ 4 × Σ (1 − CKA), until step 210 · from step 10 of “Guided”, and counted from there');
  expect(at(40, guided.terms, { ...wide, interventions: [{ step: 60, set: { guidance: false } }] })).toMatch(/^\+ 4 × Σ \(1 − CKA\), switched off at step 60/);
  expect(armTex(wide, { ...guided, terms: brief, fork: { of: 'guided', step: 10 } })).toContain('[(\\text{step}-10)<210]\\qquad\\text{step}\\ge 10');
});

it('says what else an arm has of its own', () => {
  const of = (id: string, experiment: Experiment = wide) => armWords(experiment, withRecipe(experiment, recipeOf(id)).arms.at(-1) as ArmSpec);
  expect(of('unguided-slow')).toBe('task loss only · lr 3.3e-4');
  expect(of('unguided-decay')).toBe('task loss only · AdamW, weight decay 0.1');
  expect(of('unguided-smooth')).toBe('task loss only · labels smoothed by 0.1');
  expect(of('unguided-residual')).toBe('task loss only · residual connections');
  expect(of('unguided-layer-norm')).toBe('task loss only · layer norm');
  expect(of('unguided-he')).toBe('task loss only · He init');
  expect(of('warmed-up-smooth-noise')).toBe('first 300 steps aligned on smooth noise · task loss only');
  expect(of('pretrained')).toMatch(/^first 300 steps trained on “.+” · task loss only$/);
  expect(armTex(wide, { ...wide.arms[0], labelSmoothing: 0.1 })).toBe('\\mathrm{CE}_{\\varepsilon=0.1}');
});

it('says a warm-up before what follows it', () => {
  const alone: Term = { ...align, weight: 4, course: { kind: 'until', step: 0 } };
  const warmup = { steps: 300, inputs: 'smooth-noise', loss: 'align', keepOptimiser: false } as const;
  const both = { ...warmup, loss: 'both', inputs: presetExperiment('shapes').task, keepOptimiser: true } as const;
  expect(words({ terms: [{ ...align, weight: 4 }], warmup: both })).toBe(
    'first 300 steps trained and aligned on “Shapes”, moments kept · + 4 × Σ (1 − CKA), whole run',
  );
  expect(words({ terms: [align], warmup: { ...warmup, steps: 0 } })).toBe(words({ terms: [align] }));
  expect(words({ terms: [alone] })).toBe('+ 4 × Σ (1 − CKA), before training only');
  const formula = armTex(wide, { ...wide.arms[1], terms: [alone], warmup });
  expect(formula).toContain('_{\\text{first 300 steps}}');
  expect(formula).toMatch(/rightarrow\\;\\mathrm\{CE\}$/);
  expect(formula.match(/mathrm\{CE\}/g)).toHaveLength(1);
});
