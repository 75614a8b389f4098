/** Changing what a network is: its family, a guide's state. */
import { RESNET_8, TRAINED_RESNET } from '../experiment/presets.ts';
import type { Experiment, GuideSpec, NetworkSpec } from '../experiment/schema.ts';
import { sameValue } from './paths.ts';

const FCN_DEFAULT: NetworkSpec = { family: 'fcn', depth: 3, width: 256, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' };

/** Another family, keeping what both families have. */
export function withFamily(network: NetworkSpec, family: NetworkSpec['family']): NetworkSpec {
  if (network.family === family) return network;
  const fresh = family === 'fcn' ? FCN_DEFAULT : RESNET_8;
  return { ...fresh, tap: network.tap };
}

/** Guides whose network is the same as this one's: edited together, so that only their training differs. */
export const guidesLikeThis = (experiment: Experiment, guide: string): string[] =>
  Object.keys(experiment.guides).filter((id) =>
    sameValue(experiment.guides[id].network, experiment.guides[guide].network));

export function withGuideNetwork(experiment: Experiment, guides: readonly string[], network: NetworkSpec): Experiment {
  const entries = Object.entries(experiment.guides)
    .map(([id, guide]): [string, GuideSpec] => [id, guides.includes(id) ? { ...guide, network } : guide]);
  return { ...experiment, guides: Object.fromEntries(entries) };
}

/** Trained (by the recipe that the presets use) or untrained, with the same network. */
export function withGuideState(guide: GuideSpec, state: GuideSpec['state']): GuideSpec {
  if (guide.state === state) return guide;
  return state === 'trained'
    ? { ...TRAINED_RESNET, network: guide.network }
    : { state: 'untrained', network: guide.network };
}
