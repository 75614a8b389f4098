/** Controls as a person adds them: one more arm like a guided one, but with a control as its guide. */
import { alignSettings } from '../plan/arms.ts';
import { guideNetwork } from '../plan/guides.ts';
import { factsOf, isLearnt } from '../schema/measures.ts';
import { type AlignTerm, type Experiment, isDrawn } from '../schema/schema.ts';
import { sameValue } from '../same.ts';
import { alignments, freeId, usualTerms, withGuide } from './adding.ts';
import { asControl, type ControlKind, CONTROLS, controlOf, guideName } from './controls.ts';
import type { ArmRecipe, Made } from './recipe.ts';

/** The guided arm's term with a control for a guide, which is made where there is none such. */
function controlled(experiment: Experiment, kind: ControlKind, of: string | undefined, change: Partial<AlignTerm>): Made {
  const aligned = alignments(experiment);
  const like = aligned.find((align) => align.guide === of) ?? aligned[0];
  const model = like && { ...like, guide: of ?? like.guide };
  const { experiment: ready, guide: modelId } = model ? { experiment, guide: model.guide } : withGuide(experiment, 'untrained');
  const networks = [modelId, ...Object.keys(ready.guides)].map((id) => guideNetwork(ready, id));
  const control = asControl(ready.guides[modelId], kind, networks.find((network) => network !== null) ?? ready.target);
  const known = Object.keys(ready.guides).find((id) => sameValue(ready.guides[id], control));
  const guide = known ?? freeId(guideName(control), Object.keys(ready.guides));
  const term: AlignTerm = { ...(model ?? { kind: 'align', weight: usualTerms(ready.task).weight }), guide, ...change };
  const { mapping, measure } = alignSettings(ready.base, term);
  // Pairs that were drawn for another network, and a measure that leaves nothing of an identity, cannot be taken over.
  const other: Partial<AlignTerm> = {
    ...(kind === 'own-kind' && isDrawn(mapping) && { mapping: { rule: 'even' } }),
    ...(kind === 'identity-gram' && (isLearnt(measure) || !factsOf(measure).equidistant) && { measure: { name: 'cka' } }),
  };
  return { guides: { ...ready.guides, [guide]: control }, arm: { terms: [{ ...term, ...other }] } };
}

/** @param of the guide that it is a control of; without it that of the guided arm that the question is about */
export const controlRecipe = (kind: ControlKind, of?: string): ArmRecipe => ({
  id: `guided-${kind}`,
  group: 'controls',
  name: `Guided, ${controlOf(kind).name}`,
  hint: ({ task }) => controlOf(kind).tells(task),
  suits: ({ task }) => controlOf(kind).suits?.(task) ?? true,
  make: (experiment) => controlled(experiment, kind, of, {}),
});

/** By biased CKA a shuffled guide gains what chance does. */
export const SHUFFLED_DEBIASED: ArmRecipe = {
  id: 'shuffled-debiased',
  group: 'controls',
  name: 'Shuffled guide, debiased CKA',
  hint: 'The shuffled guide without what few examples have in common by chance: if this helps, the guide’s view of the examples does not matter.',
  make: (experiment) => controlled(experiment, 'shuffled', undefined, { measure: { name: 'cka-debiased' } }),
};

export const CONTROL_RECIPES: readonly ArmRecipe[] = [SHUFFLED_DEBIASED, ...CONTROLS.map(({ kind }) => controlRecipe(kind))];
