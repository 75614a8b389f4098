/** What a guide comes to in its experiment: its network, its layers, and whether it can teach. */
import { describeNetwork, type NetworkDescription, type TapDescription, taskShape } from '../networks/describe.ts';
import { describeImported } from '../networks/imported.ts';
import type { ExampleControl, Experiment, GuideSpec, NetworkSpec } from '../schema/schema.ts';

type Parts = Pick<Experiment, 'task' | 'target' | 'guides' | 'base'>;

/** The network behind a guide; null for a control that has none, and for one out of a file. */
export function guideNetwork({ guides, target }: Pick<Experiment, 'guides' | 'target'>, id: string): NetworkSpec | null {
  const guide = guides[id];
  if (guide.state === 'imported') return null;
  if (guide.state !== 'control') return guide.network;
  return guide.kind === 'own-kind' ? target : null;
}

/** Whether a guide is a control with no network behind it: one layer, which any mapping pairs with all of the target's. */
export const standsAlone = ({ guides }: Pick<Experiment, 'guides'>, id: string): boolean => {
  const guide = guides[id];
  return guide.state === 'control' && guide.kind !== 'own-kind';
};

/** Layers, size and arithmetic of a guide. A control without a network has one layer and costs nothing. */
export function describeGuide(experiment: Parts, id: string): NetworkDescription {
  const shape = taskShape(experiment.task);
  const network = guideNetwork(experiment, id);
  if (network) return describeNetwork(network, shape);
  const guide = experiment.guides[id];
  if (guide.state === 'imported') return describeImported(guide.model, guide.file.name);
  const identity = guide.state === 'control' && guide.kind === 'identity-gram';
  const { batchSize } = experiment.base;
  const only = (label: string, dimensions: number[]): TapDescription => ({
    name: ONLY_TAP,
    label,
    shape: dimensions,
    features: dimensions.reduce((a, b) => a * b, 1),
  });
  const tap = identity
    ? only('identity', shape.tokens ? [shape.input[0], batchSize] : [batchSize])
    : shape.tokens
      ? only('mean of tokens', [shape.input[0], shape.tokens.vocabulary])
      : only('pixels', [...shape.input]);
  return { title: identity ? 'Identity' : shape.tokens ? 'Running mean' : 'Pixels', taps: [tap], parameters: 0, flops: 0, activations: 0, layers: 0 };
}

/** Name of the one layer of a guide without a network. */
export const ONLY_TAP = 'all';

/** Whether the order of its examples, or its inputs, are not those of the batch. */
export const exampleControl = (guide: GuideSpec): ExampleControl | undefined =>
  guide.state === 'control' || guide.control === 'orthogonal' ? undefined : guide.control;

/** Whether a guide reads noise instead of the batch: nothing of it can be kept from step to step. */
export const readsNoise = (guide: GuideSpec): boolean => ['noise', 'white-noise'].includes(exampleControl(guide) ?? '');

/** Whether a guide is there for comparison: whatever it teaches is not what its network knows. */
export const isControl = (guide: GuideSpec): boolean => guide.state === 'control' || guide.control !== undefined;

/** The same guide as it was trained: what a control does to it changes nothing of that. */
export function withoutControl<T extends GuideSpec>(guide: T): T {
  if (guide.state === 'control') return guide;
  const { control: _, ...plain } = guide;
  return plain as T;
}

/**
 * The guide whose random weights a guide has: a control shows the very network of the plain guide beside it, so that
 * nothing but the control tells the two apart.
 */
export function weightsOf({ guides }: Pick<Experiment, 'guides'>, id: string): string {
  if (!isControl(guides[id])) return id;
  const plain = JSON.stringify(withoutControl(guides[id]));
  return Object.keys(guides).find((other) => !isControl(guides[other]) && JSON.stringify(guides[other]) === plain) ?? id;
}

/** Whether its weights are the same for every seed. */
export const sharedBySeeds = ({ state }: GuideSpec): boolean => state === 'trained' || state === 'loaded';

/** Networks of one guide: one for all seeds when they share it or when there is none, else one per seed. */
export const guideInstances = (experiment: Pick<Experiment, 'guides' | 'target' | 'seeds'>, id: string): number =>
  sharedBySeeds(experiment.guides[id]) || guideNetwork(experiment, id) === null ? 1 : experiment.seeds.length;
