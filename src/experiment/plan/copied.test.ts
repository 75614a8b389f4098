import { describe, expect, it } from 'vitest';
import { armTex, armWords } from '../armWords.ts';
import { withPath } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { questionOf } from '../question.ts';
import { recipeOf, whyNot, withFix, withRecipe } from '../recipes/recipes.ts';
import type { ArmSpec, Experiment, StartSpec } from '../schema/schema.ts';
import { formatProblem } from '../schema/problem.ts';
import { presetExperiment } from '../testing.ts';
import { copiedBy, copiedPairs } from './copied.ts';
import { learningOf } from './lead.ts';

const shapes = (of: Record<string, number[]>) => Object.entries(of).map(([name, shape]) => ({ name, shape }));
const pairs = (target: Record<string, number[]>, guide: Record<string, number[]>, by: StartSpec['by']) =>
  copiedPairs(shapes(target), shapes(guide), by).map(({ from, to }) => `${from} → ${to}`);
const problems = (of: unknown) => {
  const parsed = parseExperiment(of);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

describe('what is copied', () => {
  const TARGET = { embedding: [6, 8], 'layer1.hidden': [8, 8], 'layer1.inputBias': [8], 'layer2.hidden': [8, 8], 'head.weight': [8, 3], 'head.bias': [3] };
  const GUIDE = { embedding: [6, 8], 'block1.out.weight': [8, 8], 'head.weight': [8, 4], 'head.bias': [3] };

  it('agrees by name and shape, and a bias goes with its matrix', () => {
    expect(pairs(TARGET, GUIDE, 'names')).toEqual(['embedding → embedding']);
    expect(pairs(TARGET, { ...GUIDE, 'head.weight': [8, 3] }, 'names')).toEqual([
      'embedding → embedding',
      'head.weight → head.weight',
      'head.bias → head.bias',
    ]);
    // A bias alone is nothing to begin with.
    expect(pairs(TARGET, { 'head.bias': [3] }, 'names')).toEqual([]);
  });

  it('by shapes takes the guide’s matrices one by one, each once', () => {
    expect(pairs(TARGET, GUIDE, 'shapes')).toEqual(['embedding → embedding', 'block1.out.weight → layer1.hidden']);
    expect(pairs(TARGET, { a: [8, 8], b: [8, 3], c: [8, 8], d: [8, 8] }, 'shapes')).toEqual(['a → layer1.hidden', 'c → layer2.hidden', 'b → head.weight']);
  });

  it('keeps the parameters of a normalisation, which stands by itself', () => {
    const norm = { 'linear1.weight': [4, 8], 'norm1.gamma': [8], 'norm1.beta': [8] };
    expect(pairs(norm, norm, 'names')).toHaveLength(3);
    expect(pairs(norm, { ...norm, 'norm1.gamma': [9] }, 'names')).toEqual(['linear1.weight → linear1.weight', 'norm1.beta → norm1.beta']);
  });
});

describe('an arm that begins with a guide’s weights', () => {
  const images = presetExperiment('wide-fcn');
  const guides: Experiment['guides'] = {
    ...images.guides,
    twin: { state: 'untrained', network: images.target },
    identity: { state: 'control', kind: 'identity-gram' },
  };
  const started = (start: Partial<StartSpec>, own: Partial<ArmSpec> = {}): Experiment => {
    const arm: ArmSpec = { id: 'copied', name: 'Copied', terms: [], start: { kind: 'copied', guide: 'twin', by: 'names', noise: 0.1, ...start }, ...own };
    return { ...images, asks: undefined, guides, arms: [images.arms[0], arm] };
  };

  it('copies all of a network of its own kind', () => {
    const experiment = started({});
    expect(problems(experiment)).toEqual([]);
    const copied = copiedBy(experiment, experiment.arms[1]) ?? [];
    expect(copied.length).toBeGreaterThan(5);
    for (const { from, to } of copied) expect(from).toBe(to);
  });

  it('is refused where there is nothing to copy, by the field, with what to do', () => {
    expect(problems(started({ guide: 'trained' }))).toEqual([
      'arms.1.start.guide has no matrix with the name and the shape of one of the target’s: copy by shapes, or give the two networks layers of one kind and width',
    ]);
    expect(problems(started({ guide: 'trained', by: 'shapes' }))).toEqual([
      expect.stringMatching(/has no matrix of the shape of one of the target’s: give the two/),
    ]);
    expect(problems(started({ guide: 'identity' }))).toEqual([expect.stringMatching(/^arms\.1\.start\.guide is a control without a network/)]);
    expect(problems(started({ guide: 'nobody' }))).toEqual(['arms.1.start.guide names the guide "nobody", which does not exist']);
    expect(problems(started({ noise: -1 }))).toEqual(['arms.1.start.noise must be at least 0, not -1']);
    expect(problems(started({}, { fork: { of: 'unguided', step: 5 } }))).toEqual([
      expect.stringMatching(/^arms\.1\.start is that of "unguided", from which the arm forks/),
    ]);
  });

  it('counts as one that learns from the guide, and of a trained one as a transfer', () => {
    const untrained = started({});
    expect(learningOf(untrained, untrained.arms[1])).toEqual({ guided: true, aligned: false, control: false });
    expect(armWords(untrained, untrained.arms[1])).toMatch(/^task loss only · \d+ tensors of weights copied from “twin”, noise 0.1 × their spread$/);
    expect(armTex(untrained, untrained.arms[1])).toMatch(/\\theta_0=\\theta\^\{\\text\{twin\}\}\+0\.1\\,\\sigma\\varepsilon$/);
    const trained = withFix(images, recipeOf('copied'), whyNot(images, recipeOf('copied'))?.fix ?? { label: '' });
    expect(problems(trained)).toEqual([]);
    const [copied] = trained.arms.slice(-1);
    expect(armWords(trained, copied)).toMatch(/copied from “trained-target”, noise 0.1 × their spread \(a transfer of what it has learnt\)$/);
    const asked = { ...trained, question: '', asks: { arm: copied.id, against: 'unguided', by: 'final' as const } };
    expect(questionOf(asked)).toMatch(/with weights copied from a trained fully connected network\?$/);
  });

  it('takes what agrees where something does, and keeps a bias that it states itself', () => {
    const recall = presetExperiment('first-token');
    const narrow = withPath(recall, 'guides.trained.network.width', (recall.target as { width: number }).width) as Experiment;
    const added = withRecipe(narrow, recipeOf('copied'));
    expect(problems(added)).toEqual([]);
    expect(copiedBy(added, added.arms[added.arms.length - 1])?.map(({ to }) => to)).toEqual(['embedding', 'head.weight', 'head.bias']);
    const biased = { ...added.arms[added.arms.length - 1], unusedBias: -5 };
    expect(copiedBy(added, biased)?.map(({ to }) => to)).toEqual(['embedding', 'head.weight']);
  });
});
