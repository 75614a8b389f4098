/** Guidance over the whole run: by which guide, by which measure, at which layers. */
import { mappedPairs } from '../plan/pairs.ts';
import type { MappingSpec, MeasureSpec } from '../schema/schema.ts';
import { alignAs, withGuide } from './adding.ts';
import { type ArmRecipe, type Guidance, guidanceIn, guidedArm, type Told } from './recipe.ts';

/** The paper's best result pulls the first five layers. */
const FEW = 5;

/** How many pairs "the first few" are: five, or half of what is there. */
const fewOf = ({ ready, term }: Guidance): number => {
  const all = mappedPairs(ready, term.guide, { rule: 'even' }).length;
  return all >= 2 * FEW ? FEW : Math.max(1, Math.floor(all / 2));
};

const layers = (id: string, name: Told, hint: string, mapping: (guidance: Guidance) => MappingSpec): ArmRecipe => ({
  id,
  group: 'guidance',
  name,
  hint,
  make: (experiment) => guidedArm(experiment, (guidance) => ({ mapping: mapping(guidance) })),
});

/** Only some of the pairs: where there is one, it is all of them. */
const some = (end: 'first' | 'last', hint: string): ArmRecipe => ({
  ...layers(
    `guided-${end}`,
    (experiment) => {
      const count = fewOf(guidanceIn(experiment));
      return `Guided, ${end} ${count === 1 ? 'pair' : `${count} pairs`}`;
    },
    hint,
    (guidance) => ({ rule: end, count: fewOf(guidance) }),
  ),
  cannot: (experiment) => {
    const { ready, term } = guidanceIn(experiment);
    return mappedPairs(ready, term.guide, { rule: 'even' }).length > 1 ? null : { why: `Only one pair of layers is there: the ${end} one is all of them.` };
  },
});

/** By another measure than the guided arm. @param name within the arm's name */
export const byMeasure = (measure: MeasureSpec, name: string, hint: string, group: ArmRecipe['group'] = 'guidance'): ArmRecipe => ({
  id: `guided-${measure.name}`,
  group,
  name: `Guided, ${name}`,
  hint,
  make: (experiment) => guidedArm(experiment, () => ({ measure })),
});

export const GUIDANCE_RECIPES: readonly ArmRecipe[] = [
  {
    id: 'guided',
    group: 'guidance',
    name: 'Guided',
    hint: 'Aligned to a guide that was trained on this task.',
    make: (experiment) => guidedArm(experiment, undefined, 'trained'),
  },
  {
    id: 'guided-untrained',
    group: 'guidance',
    name: 'Guided, untrained guide',
    hint: 'Aligned to a guide with random weights: what its architecture alone is worth.',
    make: (experiment) => guidedArm(experiment, undefined, 'untrained'),
  },
  {
    id: 'guided-twice',
    group: 'guidance',
    name: 'Guided by two guides',
    hint: 'Aligned to the trained and to the untrained guide at once.',
    make: (experiment) => {
      const { experiment: one, guide: trained } = withGuide(experiment, 'trained');
      const { experiment: ready, guide: untrained } = withGuide(one, 'untrained');
      return { guides: ready.guides, arm: { terms: [alignAs(ready, trained), alignAs(ready, untrained)] } };
    },
  },
  some('first', 'Only the layers next to the input are pulled: the paper’s best result on images is its first five.'),
  some('last', 'Only the layers next to the output are pulled: in the paper they do more for an RNN.'),
  layers('guided-reversed', 'Guided, layers reversed', 'The pairs back to front: if this helps as much, which layer is which does not matter.', () => ({
    rule: 'reversed',
  })),
  layers('guided-random', 'Guided, layers drawn', 'Each layer is pulled towards one that is drawn: does it matter which?', () => ({ rule: 'random', seed: 0 })),
  layers('guided-several', 'Guided, two layers each', 'Two guide layers for every layer of the target, where there are as many.', () => ({
    rule: 'even',
    perTarget: 2,
  })),
  byMeasure({ name: 'cka' }, 'CKA', 'By linear CKA, the paper’s measure.'),
  byMeasure({ name: 'cka-debiased' }, 'debiased CKA', 'By CKA without the share that few examples have by chance.'),
  byMeasure({ name: 'rbf-cka' }, 'RBF CKA', 'By CKA of Gaussian kernels, for which near neighbours count more.'),
  byMeasure({ name: 'rsa' }, 'RSA', 'By the correlation of dissimilarities between examples, as in the paper’s appendix J.'),
  byMeasure({ name: 'ridge' }, 'ridge', 'By how well a linear map from the target’s layer tells the guide’s: in the paper the best with an untrained guide.'),
  byMeasure({ name: 'cca' }, 'CCA', 'By regularised canonical correlation: blind to any linear map, unlike CKA.'),
  byMeasure({ name: 'procrustes' }, 'Procrustes', 'By how well a rotation lays one layer over the other.'),
  byMeasure({ name: 'soft-knn' }, 'soft neighbours', 'By whether examples have the same neighbours: our own relaxation, not in the paper.'),
];
