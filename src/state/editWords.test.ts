import { expect, it } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { recipeOf, withRecipe } from '@/experiment/recipes/recipes.ts';
import { removeArm, withSeeds } from './arms.ts';
import { editWords } from './editWords.ts';
import { withControl } from './networks.ts';
import { repair } from './repair.ts';

const start = presetExperiment('wide-fcn');
const set = (path: string, value: unknown) => withPath(start, path, value) as Experiment;
const identity = repair(withControl(start, 'trained', 'identity-gram'), start).experiment;

it.each<[string, Experiment, Experiment]>([
  ['training: steps 300', start, set('base.steps', 300)],
  ['training', start, set('base.optimiser', { kind: 'sgd', momentum: 0.9, weightDecay: 0 })],
  ['mapping', start, set('base.mapping', { rule: 'none' })],
  ['target network: width 64', start, set('target.width', 64)],
  ['arm “Guided”: weight 2', start, set('arms.guided.terms.align.weight', 2)],
  ['arm “Mine”', start, set('arms.guided.name', 'Mine')],
  ['arm “Distilled” gone', start, removeArm(start, 'distilled')],
  ['arm “Distilled” there', removeArm(start, 'distilled'), start],
  ['arm “Guided 2” there', start, withRecipe(start, recipeOf('guided'))],
  [
    'arms “Guided” and “Guided, untrained guide”',
    start,
    { ...start, arms: start.arms.map((arm) => (arm.id.startsWith('guided') ? { ...arm, learningRate: 1 } : arm)) },
  ],
  ['guide “identity” instead of “trained”, arm “Distilled” gone, arm “Guided, identity”', start, identity],
  ['guide “trained” instead of “identity”, arm “Distilled” there, arm “Guided”', identity, start],
  ['guide “trained”: steps 10', start, set('guides.trained.training.steps', 10)],
  ['1 seed', start, withSeeds(start, 1)],
  ['another preset', start, presetExperiment('deep-fcn')],
  ['the question', start, set('question', 'Why?')],
])('%s', (words, from, to) => expect(editWords(from, to)).toBe(words));
