/** Every arm that can be added by name, why one cannot, and the set of controls that one click adds. */
import { parseExperiment } from '../parse.ts';
import { alignSettings } from '../plan/arms.ts';
import { mappedPairs } from '../plan/pairs.ts';
import { problemWords, withNames } from '../problemWords.ts';
import { sameValue } from '../same.ts';
import type { Problem } from '../schema/problem.ts';
import type { ArmSpec, Experiment } from '../schema/schema.ts';
import { append } from './adding.ts';
import { BASELINE_RECIPES, goodStart } from './baselineRecipes.ts';
import { BRIEF_RECIPES } from './briefRecipes.ts';
import { CONTROL_RECIPES, controlRecipe, SHUFFLED_DEBIASED } from './controlRecipes.ts';
import { GUIDANCE_RECIPES } from './guidanceRecipes.ts';
import { type ArmRecipe, type Fix, type Made, type Refusal, told } from './recipe.ts';
import { RIVAL_RECIPES } from './rivalRecipes.ts';

/** In the order of their groups. */
export const RECIPES: readonly ArmRecipe[] = [...GUIDANCE_RECIPES, ...BRIEF_RECIPES, ...RIVAL_RECIPES, ...BASELINE_RECIPES, ...CONTROL_RECIPES];

/** As many as an experiment can have. */
const MOST_ARMS = 12;

/** @throws {Error} when there is none of that id */
export function recipeOf(id: string): ArmRecipe {
  const recipe = RECIPES.find((known) => known.id === id);
  if (!recipe) throw new Error(`no recipe "${id}"`);
  return recipe;
}

const withMade = (experiment: Experiment, recipe: ArmRecipe, { arm, guides }: Made): Experiment =>
  append({ ...experiment, ...(guides && { guides }) }, { id: recipe.id, name: told(recipe.name, experiment), ...arm });

/** The experiment with an arm of a recipe, which may be refused by its checks. */
export const withRecipe = (experiment: Experiment, recipe: ArmRecipe): Experiment => withMade(experiment, recipe, recipe.make(experiment));

/** Guidance that has nothing to pull on, where the experiment pairs no layers. */
function pairsNothing(experiment: Experiment): Refusal | null {
  const { arms, base } = experiment;
  const terms = (arms.at(-1) as ArmSpec).terms.flatMap((term) => (term.kind === 'align' ? [alignSettings(base, term)] : []));
  const empty = terms.some(({ guide, mapping }) => mappedPairs(experiment, guide, mapping).length === 0);
  if (!empty) return null;
  return {
    why: 'The mapping pairs no layers: guidance has nothing to pull on.',
    fix: { label: 'Pair layers evenly', change: (of) => ({ ...of, base: { ...of.base, mapping: { rule: 'even' } } }) },
  };
}

const sentence = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}.`;

/** The experiment with an arm of the recipe, after what a refusal offers has been done. */
export function withFix(experiment: Experiment, recipe: ArmRecipe, { change, make = recipe.make }: Fix): Experiment {
  const changed = change ? change(experiment) : experiment;
  return withMade(changed, recipe, make(changed));
}

/** A batch of a size that a measure bears, where it is the batch that is too large for one. */
function smallerBatch({ path, message }: Problem): Fix | undefined {
  const most = path === 'base.batchSize' ? /^must be at most (\d+)/.exec(message)?.[1] : undefined;
  if (most === undefined) return undefined;
  return { label: `Use batches of ${most}, in every arm`, change: (of) => ({ ...of, base: { ...of.base, batchSize: Number(most) } }) };
}

/** What is wrong with an experiment that an arm was added to; null where nothing is. */
function wrongWith(experiment: Experiment): Refusal | null {
  const parsed = parseExperiment(experiment);
  if (parsed.ok) return pairsNothing(parsed.experiment);
  const [problem] = parsed.problems;
  const fix = smallerBatch(problem);
  return { why: sentence(problemWords(withNames(problem, experiment))), ...(fix && { fix }) };
}

/** Why an arm of this recipe cannot be added to the experiment as it is; null where it can. */
export function whyNot(experiment: Experiment, recipe: ArmRecipe): Refusal | null {
  if (experiment.arms.length >= MOST_ARMS) return { why: `An experiment has at most ${MOST_ARMS} arms: remove one first.` };
  const refusal = recipe.cannot?.(experiment) ?? wrongWith(withRecipe(experiment, recipe));
  // What is offered instead must itself be possible.
  return (refusal?.fix && wrongWith(withFix(experiment, recipe, refusal.fix))) ?? refusal;
}

/** What an arm does, whatever it is called. */
const deeds = ({ id: _, name: _n, ...rest }: ArmSpec) => rest;

/**
 * The controls that belong beside the guided arm of the question and are not there yet: is it a spread of activations, chance,
 * any network, or a good start that helps? Of a shuffled guide the debiased measure, where sequences allow it.
 */
export function missingControls(experiment: Experiment): ArmRecipe[] {
  const roomy = { ...experiment, arms: experiment.arms.slice(0, MOST_ARMS - 1) };
  const possible = (recipe: ArmRecipe | undefined): recipe is ArmRecipe => recipe !== undefined && whyNot(roomy, recipe) === null;
  const shuffled = [SHUFFLED_DEBIASED, controlRecipe('shuffled')].find(possible);
  return [controlRecipe('identity-gram'), shuffled, controlRecipe('own-kind'), goodStart(experiment)].filter(possible).filter((recipe) => {
    const next = withRecipe(experiment, recipe);
    const made = deeds(next.arms[next.arms.length - 1]);
    return !experiment.arms.some((arm) => sameValue(deeds(arm), made));
  });
}

/** Why the control set cannot be added; null where it can. */
export function whyNoControls(experiment: Experiment): string | null {
  if (!experiment.arms.some(({ terms }) => terms.some(({ kind }) => kind === 'align'))) return 'No arm is guided: there is nothing to control for.';
  const missing = missingControls(experiment).length;
  if (missing === 0) return 'All controls of the set are there.';
  const over = experiment.arms.length + missing - MOST_ARMS;
  return over > 0 ? `An experiment has at most ${MOST_ARMS} arms: remove ${over} first.` : null;
}

/** The experiment with the controls that it lacks. */
export const withControlSet = (experiment: Experiment): Experiment => missingControls(experiment).reduce(withRecipe, experiment);

/** What can be chosen from the list of an experiment: one arm, or several at once. */
export interface Offer extends Pick<ArmRecipe, 'id' | 'group'> {
  name: string;
  hint: string;
  /** Takes some milliseconds: the experiment that would come of it is checked. */
  refusal: () => Refusal | null;
  add: (experiment: Experiment, fix: Fix | undefined) => Experiment;
}

const offerOf = (experiment: Experiment, recipe: ArmRecipe): Offer => ({
  id: recipe.id,
  group: recipe.group,
  name: told(recipe.name, experiment),
  hint: told(recipe.hint, experiment),
  refusal: () => whyNot(experiment, recipe),
  add: (current, fix) => (fix ? withFix(current, recipe, fix) : withRecipe(current, recipe)),
});

/** Everything that can be added to an experiment, or might be, in the order of the groups. */
export function offersFor(experiment: Experiment): Offer[] {
  const offers = RECIPES.filter(({ suits }) => suits?.(experiment) ?? true).map((recipe) => offerOf(experiment, recipe));
  const controls = offers.findIndex(({ group }) => group === 'controls');
  const set: Offer = {
    id: 'control-set',
    group: 'controls',
    name: 'The control set',
    hint: 'At once what belongs beside the guided arm and is not there: an identity, its guide shuffled, one of its own kind, a good start.',
    refusal: () => {
      const why = whyNoControls(experiment);
      return why === null ? null : { why };
    },
    add: withControlSet,
  };
  return offers.toSpliced(controls, 0, set);
}
