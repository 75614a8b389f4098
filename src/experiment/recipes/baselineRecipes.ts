/** What a sceptic asks for: is the target as good without any guide, once it is started, built or trained well? */
import { textOf } from '../networks/asText.ts';
import { taskShape } from '../networks/describe.ts';
import { type ArmSpec, type Experiment, type InitName, INITS, type NetworkSpec, type OptimiserSpec } from '../schema/schema.ts';
import { initWord } from '../settingWords.ts';
import type { ArmRecipe, Told } from './recipe.ts';

const unguided = (id: string, name: Told, hint: string, change: (experiment: Experiment) => Omit<Partial<ArmSpec>, 'id' | 'name' | 'terms'>): ArmRecipe => ({
  id: `unguided${id === '' ? '' : `-${id}`}`,
  group: 'baselines',
  name,
  hint,
  make: (experiment) => ({ arm: { terms: [], ...change(experiment) } }),
});

/** Enough to be seen within a few hundred steps, where decay is decoupled; what there is already grows tenfold. */
function decayed(optimiser: OptimiserSpec): OptimiserSpec {
  const weightDecay = Math.min(10, 10 * optimiser.weightDecay || 0.1);
  return optimiser.kind === 'adam' ? { ...optimiser, kind: 'adamw', weightDecay } : { ...optimiser, weightDecay };
}

/** The target rebuilt, where it can be; null where it cannot, or is so already. */
type Rebuild = (experiment: Experiment) => NetworkSpec | null;

const rebuilt = (id: string, name: string, hint: string, rebuild: Rebuild): ArmRecipe => ({
  ...unguided(id, `Unguided, ${name}`, hint, (experiment) => ({ target: rebuild(experiment) ?? experiment.target })),
  suits: (experiment) => rebuild(experiment) !== null,
});

/** The target as text with what it lacks, in a text of its own: its initial weights are other draws. */
function written({ target, task }: Experiment, more: { residual?: boolean; norm?: 'layernorm' }): NetworkSpec | null {
  const text = textOf(target, taskShape(task), more);
  return text === null ? null : { family: 'custom', text, init: target.init === 'he' ? 'he' : 'default', tap: 'tap' in target ? target.tap : 'pre' };
}

/** Families that have skips already are left out, and those whose layers keep no names in a text. */
const withSkips: Rebuild = (experiment) => (['fcn', 'rnn'].includes(experiment.target.family) ? written(experiment, { residual: true }) : null);

const withNorm =
  (norm: 'batch' | 'layer'): Rebuild =>
  (experiment) => {
    const { target } = experiment;
    if (target.family === 'rnn') return norm === 'layer' ? written(experiment, { norm: 'layernorm' }) : null;
    if (target.family === 'fcn') return target.norm === norm ? null : { ...target, norm };
    return target.family === 'convnet' && norm === 'batch' && target.norm !== norm ? { ...target, norm } : null;
  };

const INIT_HINTS: Readonly<Record<Exclude<InitName, 'default' | 'good'>, string>> = {
  he: 'Weights scaled for ReLU: what a better start is worth without a guide.',
  xavier: 'Glorot’s weights: what a better start is worth without a guide.',
  orthogonal: 'Orthogonal weights, which keep distances from layer to layer.',
  identity: 'Layers that begin as the identity, and so hand on what they get.',
  mimetic: 'Weights as trained ones look: first layers have a mean (of a size that is ours), and attention starts near the identity.',
};

const initialised = (init: InitName, name: string, hint: string): ArmRecipe => ({
  ...unguided(init === 'good' ? 'good-init' : init, `Unguided, ${name}`, hint, () => ({ init })),
  suits: ({ target }) => target.init !== init && (INITS[target.family] as readonly string[]).includes(init),
});

const GOOD_INIT = initialised('good', 'good initialisation', 'Orthogonal weights and small inputs: what a better start is worth without a guide.');
const INIT_RECIPES = [
  GOOD_INIT,
  ...(Object.keys(INIT_HINTS) as (keyof typeof INIT_HINTS)[]).map((init) => initialised(init, `${initWord(init)} weights`, INIT_HINTS[init])),
];

/** The start that is the best known for a target without a guide; undefined where a family has but one. */
export const goodStart = (experiment: Experiment): ArmRecipe | undefined =>
  ['unguided-good-init', 'unguided-he', 'unguided-orthogonal']
    .flatMap((id) => INIT_RECIPES.filter((recipe) => recipe.id === id))
    .find(({ suits }) => suits?.(experiment));

export const BASELINE_RECIPES: readonly ArmRecipe[] = [
  unguided('', 'Unguided', 'The task loss only: what every other arm is compared with.', () => ({})),
  unguided('slow', 'Unguided, lower rate', 'At a third of the learning rate: is it only that steps are too long?', ({ base }) => ({
    learningRate: Math.max(1e-7, Number((base.learningRate / 3).toPrecision(2))),
  })),
  unguided('decay', 'Unguided, weight decay', 'Weights are pulled towards 0: a plain regulariser.', ({ base }) => ({ optimiser: decayed(base.optimiser) })),
  unguided('smooth', 'Unguided, label smoothing', 'A tenth of every label is spread over all classes: a plain regulariser.', () => ({ labelSmoothing: 0.1 })),
  rebuilt(
    'residual',
    'residual connections',
    'The target with skips around its layers, its weights drawn anew: what is worth the architecture itself?',
    withSkips,
  ),
  rebuilt('layer-norm', 'layer norm', 'The target with layer normalisation.', withNorm('layer')),
  rebuilt('batch-norm', 'batch norm', 'The target with batch normalisation.', withNorm('batch')),
  ...INIT_RECIPES,
];
