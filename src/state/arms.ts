/** Adding, copying and removing arms and guides. Pure: from one experiment to the next. */
import { TRAINED_RESNET, UNTRAINED_RESNET } from '../experiment/presets/imageSettings.ts';
import { termOf, withTermOf } from '../experiment/plan/arms.ts';
import { guideNetwork, isControl } from '../experiment/plan/guides.ts';
import {
  type AlignTerm,
  type ArmSpec,
  type DistilTerm,
  type Experiment,
  isImageTask,
  type NetworkGuideSpec,
  type TaskSpec,
} from '../experiment/schema/schema.ts';
import { canFollow } from './mapping.ts';
import { modelFor } from './tasks.ts';

export interface ArmTemplate {
  /** Also the id of the first arm made from it. */
  id: string;
  name: string;
  hint: string;
  /** The guide it needs; made when the experiment has none in that state. */
  guide?: NetworkState;
  /** Absent: offered for every experiment. */
  suits?: (experiment: Experiment) => boolean;
  /** @param guide id of the one it needs */
  make: (experiment: Experiment, guide: string) => Partial<ArmSpec> & Pick<ArmSpec, 'terms'>;
}

/** Whether a guide that is no control was trained. */
export type NetworkState = 'trained' | 'untrained';

type DistilSettings = Omit<DistilTerm, 'guide' | 'kind'>;

/** Where no arm of the experiment shows what to use: as in the presets. */
const IMAGE_TERMS: { weight: number; distil: DistilSettings } = {
  weight: 4,
  distil: { temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' },
};
const SEQUENCE_TERMS: typeof IMAGE_TERMS = {
  weight: 1,
  distil: { temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward' },
};
export const usualTerms = (task: TaskSpec) => (isImageTask(task) ? IMAGE_TERMS : SEQUENCE_TERMS);

/** A guide in that state, as the presets on such tasks have it; trained on the experiment's own task. */
export function guideModel(task: TaskSpec, state: NetworkState): NetworkGuideSpec {
  const guides = Object.values(modelFor(task).experiment.guides);
  const model =
    guides.find((guide): guide is NetworkGuideSpec => guide.state === state && !isControl(guide)) ?? (state === 'trained' ? TRAINED_RESNET : UNTRAINED_RESNET);
  if (model.state === 'untrained') return model;
  const { task: _, ...training } = model.training;
  return { ...model, training };
}

export const ARM_TEMPLATES: readonly ArmTemplate[] = [
  {
    id: 'guided',
    name: 'Guided',
    guide: 'trained',
    hint: 'Aligned to a guide that was trained on this task.',
    make: (experiment, guide) => ({ terms: [alignAs(experiment, guide)] }),
  },
  {
    id: 'guided-untrained',
    name: 'Guided, untrained guide',
    guide: 'untrained',
    hint: 'Aligned to a guide with random weights: what its architecture alone is worth.',
    make: (experiment, guide) => ({ terms: [alignAs(experiment, guide)] }),
  },
  {
    id: 'guided-then-off',
    name: 'Guided, then off',
    guide: 'trained',
    hint: 'Guidance for the first fifth of the run only: does its effect last?',
    make: (experiment, guide) => ({
      terms: [{ ...alignAs(experiment, guide), course: { kind: 'until', step: Math.max(1, Math.round(experiment.base.steps / 5)) } }],
    }),
  },
  {
    id: 'distilled',
    name: 'Distilled',
    guide: 'trained',
    hint: "Taught by the trained guide's outputs instead of its layers.",
    make: (experiment, guide) => ({ terms: [distilAs(experiment, guide)] }),
  },
  {
    id: 'distilled-untrained',
    name: 'Distilled, untrained teacher',
    guide: 'untrained',
    hint: 'Taught by the outputs of a network that knows nothing.',
    make: (experiment, guide) => ({ terms: [distilAs(experiment, guide)] }),
  },
  {
    id: 'unguided',
    name: 'Unguided',
    hint: 'The task loss only: what every other arm is compared with.',
    make: () => ({ terms: [] }),
  },
  {
    id: 'unguided-good-init',
    name: 'Unguided, good initialisation',
    hint: 'Orthogonal weights and small inputs: what a better start is worth without a guide.',
    suits: ({ target }) => target.family === 'rnn',
    make: () => ({ terms: [], init: 'good' }),
  },
];

/** A free id made from the wanted one: itself, then `-2`, `-3`, … */
export function freeId(wanted: string, taken: readonly string[]): string {
  const stem = wanted.slice(0, 36).replace(/-\d+$/, '') || 'arm';
  if (!taken.includes(wanted)) return wanted;
  let n = 2;
  while (taken.includes(`${stem}-${n}`)) n++;
  return `${stem}-${n}`;
}

/** "Guided" → "Guided 2" when there is one already. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  // The step of a fork is no number of its own kind.
  const stem = wanted.slice(0, 54).replace(/(?<!, fork at) \d+$/, '');
  let n = 2;
  while (taken.includes(`${stem} ${n}`)) n++;
  return `${stem} ${n}`;
}

/** A guide in the wanted state: one that is there, or a new one beside it with the same network. */
export function withGuide(experiment: Experiment, state: NetworkState): { experiment: Experiment; guide: string } {
  const entries = Object.entries(experiment.guides);
  const existing = entries.find(([, guide]) => guide.state === state && !isControl(guide));
  if (existing) return { experiment, guide: existing[0] };
  const guide = freeId(state, Object.keys(experiment.guides));
  const model = guideModel(experiment.task, state);
  const network = entries.map(([id]) => guideNetwork(experiment, id)).find((known) => known !== null) ?? model.network;
  return { experiment: { ...experiment, guides: { ...experiment.guides, [guide]: { ...model, network } } }, guide };
}

export function append(experiment: Experiment, wanted: ArmSpec): Experiment {
  const arm: ArmSpec = {
    ...wanted,
    id: freeId(
      wanted.id,
      experiment.arms.map((a) => a.id),
    ),
    name: freeName(
      wanted.name,
      experiment.arms.map((a) => a.name),
    ),
  };
  return { ...experiment, arms: [...experiment.arms, arm] };
}

/**
 * Guidance by a guide, as the experiment's other arms are guided, so that a new arm differs in nothing but what it is
 * made for. When guidance begins and ends is an arm's own matter, and a mapping that this guide cannot follow stays behind.
 */
function alignAs(experiment: Experiment, guide: string): AlignTerm {
  const terms = experiment.arms.flatMap((arm) => termOf(arm, 'align') ?? []);
  const like = terms.find((term) => term.guide === guide) ?? terms[0] ?? { kind: 'align', guide, weight: usualTerms(experiment.task).weight };
  const { course: _, mapping, ...settings } = like;
  return { ...settings, guide, ...(mapping !== undefined && canFollow(experiment, guide, mapping) && { mapping }) };
}

/** Distillation from a guide, as the experiment's other arms are taught. */
const distilAs = (experiment: Experiment, guide: string): DistilTerm => ({
  ...(experiment.arms.flatMap((arm) => termOf(arm, 'distil') ?? [])[0] ?? usualTerms(experiment.task).distil),
  kind: 'distil',
  guide,
});

/** Add an arm from a template, with the settings that the experiment's other arms use. */
export function addArm(experiment: Experiment, template: ArmTemplate): Experiment {
  const { experiment: ready, guide } = template.guide ? withGuide(experiment, template.guide) : { experiment, guide: '' };
  return append(ready, { id: template.id, name: template.name, ...template.make(ready, guide) });
}

const withArm = (experiment: Experiment, armId: string, change: (arm: ArmSpec) => ArmSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => (arm.id === armId ? change(arm) : arm)),
});

/** Give an arm a guidance or distillation term, or take it away. A guide is made where there is none. */
export function withTerm(experiment: Experiment, armId: string, term: 'align' | 'distil', on: boolean): Experiment {
  if (!on) return withArm(experiment, armId, (arm) => withTermOf(arm, term, undefined));
  const [known] = (['align', 'distil'] as const).flatMap((kind) => experiment.arms.flatMap((arm) => termOf(arm, kind)?.guide ?? []));
  const ready = known === undefined ? withGuide(experiment, 'trained') : { experiment, guide: known };
  return withArm(ready.experiment, armId, (arm) =>
    term === 'align' ? withTermOf(arm, 'align', alignAs(ready.experiment, ready.guide)) : withTermOf(arm, 'distil', distilAs(ready.experiment, ready.guide)),
  );
}

/** The same arm once more: with the same seeds it must come out the same (an A/A comparison). */
export function duplicateArm(experiment: Experiment, armId: string): Experiment {
  const arm = experiment.arms.find((a) => a.id === armId);
  return arm ? append(experiment, structuredClone(arm)) : experiment;
}

export const removeArm = (experiment: Experiment, armId: string): Experiment => ({
  ...experiment,
  arms: experiment.arms.filter((arm) => arm.id !== armId),
});

/** Seeds 0 … n−1. */
export const withSeeds = (experiment: Experiment, count: number): Experiment => ({
  ...experiment,
  seeds: Array.from({ length: count }, (_, i) => i),
});
