/** What arms are put together from: names that are free, guides that are there or are made, terms like those of other arms. */
import { termOf } from '../plan/arms.ts';
import { guideNetwork, isControl } from '../plan/guides.ts';
import { askedBy } from '../plan/lead.ts';
import { canFollow } from '../plan/pairs.ts';
import { modelFor } from '../presets/models.ts';
import { TRAINED_RESNET, UNTRAINED_RESNET } from '../presets/imageSettings.ts';
import { type AlignTerm, type ArmSpec, type DistilTerm, type Experiment, isImageTask, type NetworkGuideSpec, type TaskSpec } from '../schema/schema.ts';

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

/** Alignments of the experiment's arms to guides that are no controls (or, where there are none such, to these), that of the question first. */
export function alignments(experiment: Experiment): AlignTerm[] {
  const asked = askedBy(experiment)?.arm;
  const arms = [...experiment.arms.filter(({ id }) => id === asked), ...experiment.arms.filter(({ id }) => id !== asked)];
  const terms = arms.flatMap((arm) => termOf(arm, 'align') ?? []);
  const plain = terms.filter(({ guide }) => experiment.guides[guide] && !isControl(experiment.guides[guide]));
  return plain.length > 0 ? plain : terms;
}

/**
 * Guidance by a guide, as the experiment's other arms are guided, so that a new arm differs in nothing but what it is
 * made for. When guidance begins and ends is an arm's own matter, and a mapping that this guide cannot follow stays behind.
 */
export function alignAs(experiment: Experiment, guide: string): AlignTerm {
  const terms = alignments(experiment);
  const like = terms.find((term) => term.guide === guide) ?? terms[0] ?? { kind: 'align', guide, weight: usualTerms(experiment.task).weight };
  const { course: _, mapping, ...settings } = like;
  return { ...settings, guide, ...(mapping !== undefined && canFollow(experiment, guide, mapping) && { mapping }) };
}

/** Distillation from a guide, as the experiment's other arms are taught. */
export const distilAs = (experiment: Experiment, guide: string): DistilTerm => ({
  ...(experiment.arms.flatMap((arm) => termOf(arm, 'distil') ?? [])[0] ?? usualTerms(experiment.task).distil),
  kind: 'distil',
  guide,
});
