/** Changing what a network is: its family, a guide's state. */
import { templatesFor } from '../experiment/custom/templates.ts';
import { textOf } from '../experiment/networks/asText.ts';
import type { TaskShape } from '../experiment/networks/describe.ts';
import { exampleControl, guideNetwork, withoutControl } from '../experiment/plan/guides.ts';
import { RESNET_8 } from '../experiment/presets/imageSettings.ts';
import type { Experiment, GuideSpec, NetworkSpec } from '../experiment/schema/schema.ts';
import { RNN_2X64, TRANSFORMER_2X32 } from '../experiment/presets/sequencePresets.ts';
import { freeId, guideModel, type NetworkState } from '../experiment/recipes/adding.ts';
import { asControl, type ControlKind, guideName } from '../experiment/recipes/controls.ts';
import { sameValue } from './paths.ts';
import { withFittingPatches } from './repair.ts';

const FCN_DEFAULT: NetworkSpec = {
  family: 'fcn',
  depth: 3,
  width: 256,
  norm: 'batch',
  dropout: 0.1,
  init: 'default',
  tap: 'pre',
};

/** Twelve convolutions: deep enough to be hard without skips, small enough to wait for. */
const CONVNET_DEFAULT: NetworkSpec = {
  family: 'convnet',
  stages: [4, 4, 4],
  width: 16,
  stride: 1,
  norm: 'batch',
  init: 'he',
  tap: 'pre',
};

const CONVNEXT_DEFAULT: NetworkSpec = {
  family: 'convnext',
  stages: [1, 1, 1],
  width: 24,
  patch: 2,
  kernel: 3,
  init: 'default',
};
const VIT_DEFAULT: NetworkSpec = {
  family: 'vit',
  patch: 4,
  layers: 3,
  width: 48,
  heads: 4,
  ffn: 96,
  pooling: 'mean',
  init: 'default',
};

/** What an edit to another family starts from. */
const FRESH: Record<Exclude<NetworkSpec['family'], 'custom'>, NetworkSpec> = {
  fcn: FCN_DEFAULT,
  resnet: RESNET_8,
  convnet: CONVNET_DEFAULT,
  convnext: CONVNEXT_DEFAULT,
  vit: VIT_DEFAULT,
  rnn: RNN_2X64,
  transformer: TRANSFORMER_2X32,
};

/** The network written out as text, or a template where the text form has no words for it. */
function written(network: NetworkSpec, task: TaskShape): NetworkSpec {
  const text = textOf(network, task) ?? templatesFor(task)[0].text;
  return {
    family: 'custom',
    text,
    init: network.init === 'he' ? 'he' : 'default',
    tap: 'tap' in network ? network.tap : 'pre',
  };
}

/** Another family, keeping what both families have. A network of one's own starts as the text of the one before. */
export function withFamily(network: NetworkSpec, family: NetworkSpec['family'], task: TaskShape): NetworkSpec {
  if (network.family === family) return network;
  if (family === 'custom') return written(network, task);
  const fresh = withFittingPatches(FRESH[family], task);
  return 'tap' in network && 'tap' in fresh ? { ...fresh, tap: network.tap } : fresh;
}

/** Guides whose network is the same as this one's: edited together, so that only their training differs. */
export function guidesLikeThis(experiment: Experiment, guide: string): string[] {
  const networkOf = (id: string) => {
    const spec = experiment.guides[id];
    // One whose weights come out of a file has the network that they fit.
    return 'network' in spec && spec.state !== 'loaded' ? spec.network : undefined;
  };
  const network = networkOf(guide);
  return network === undefined ? [] : Object.keys(experiment.guides).filter((id) => sameValue(networkOf(id), network));
}

export function withGuideNetwork(experiment: Experiment, guides: readonly string[], network: NetworkSpec): Experiment {
  const entries = Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => [
    id,
    guides.includes(id) && 'network' in guide ? { ...guide, network } : guide,
  ]);
  return { ...experiment, guides: Object.fromEntries(entries) };
}

/** A network for a guide that has none yet: its own, another guide's, or that of the presets on such tasks. */
function networkFor(experiment: Experiment, id: string): NetworkSpec {
  const ids = [id, ...Object.keys(experiment.guides)];
  return ids.map((known) => guideNetwork(experiment, known)).find((n) => n !== null) ?? guideModel(experiment.task, 'untrained').network;
}

/**
 * Put another guide in the place of one. A guide that is called by what it is gets the new one's name, in every arm
 * too: an untrained guide called "trained" would mislead whoever reads the curves.
 */
function replaceGuide(experiment: Experiment, id: string, guide: GuideSpec): Experiment {
  const before = experiment.guides[id];
  if (!before || sameValue(before, guide)) return experiment;
  const called = id.replace(/-\d+$/, '') === guideName(before);
  const others = Object.keys(experiment.guides).filter((other) => other !== id);
  const next = called ? freeId(guideName(guide), others) : id;
  const guides = Object.fromEntries(Object.entries(experiment.guides).map(([key, value]) => (key === id ? [next, guide] : [key, value])));
  const arms = experiment.arms.map((arm) => ({
    ...arm,
    terms: arm.terms.map((term) => ('guide' in term && term.guide === id ? { ...term, guide: next } : term)),
    ...(arm.start?.guide === id && { start: { ...arm.start, guide: next } }),
  }));
  return { ...experiment, guides, arms };
}

/** Train a guide (by the recipe that the presets on such tasks use) or leave it untrained, with the same network. */
export function withGuideState(experiment: Experiment, id: string, state: NetworkState): Experiment {
  const guide = experiment.guides[id];
  if (!guide || (guide.state === state && guide.control !== 'orthogonal')) return experiment;
  const control = exampleControl(guide);
  return replaceGuide(experiment, id, {
    ...guideModel(experiment.task, state),
    network: networkFor(experiment, id),
    ...(control && { control }),
  });
}

/** Make a guide a control, or (null) the plain guide that it was made from. */
export function withControl(experiment: Experiment, id: string, kind: ControlKind | null): Experiment {
  const guide = experiment.guides[id];
  if (!guide) return experiment;
  if (kind !== null) return replaceGuide(experiment, id, asControl(guide, kind, networkFor(experiment, id)));
  return guide.state === 'control' ? withGuideState(experiment, id, 'untrained') : replaceGuide(experiment, id, withoutControl(guide));
}

/** One more guide like this one. */
export function duplicateGuide(experiment: Experiment, id: string): { experiment: Experiment; guide: string } {
  const guide = freeId(guideName(experiment.guides[id]), Object.keys(experiment.guides));
  return { experiment: { ...experiment, guides: { ...experiment.guides, [guide]: experiment.guides[id] } }, guide };
}

export function removeGuide(experiment: Experiment, id: string): Experiment {
  const { [id]: _, ...guides } = experiment.guides;
  return { ...experiment, guides };
}
