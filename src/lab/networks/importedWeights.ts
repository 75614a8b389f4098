/** Which weight of a file belongs to which of a model's. Names differ between the programs that write them. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

interface Slot {
  variable: LayerVariable;
  /** As tfjs names it. */
  own: string[];
  /** With the networks around it. */
  full: string[];
  /** Place among the weights of its layer. */
  index: number;
}

interface Stored {
  spec: tf.io.WeightsManifestEntry;
  tokens: string[];
  /** Where it lies in the list. */
  at: number;
}

function slotsOf(model: LayersModel, folder: readonly string[] = [], seen = new Set<unknown>()): Slot[] {
  return model.layers.flatMap((layer) => {
    if (seen.has(layer)) return [];
    seen.add(layer);
    if ('layers' in layer) return slotsOf(layer as unknown as LayersModel, [...folder, layer.name], seen);
    return layer.weights.map((variable, index): Slot => {
      const own = variable.originalName.split('/');
      return { variable, own, full: [...folder, ...own], index };
    });
  });
}

/** Whether all of `short` stands in `long`, in order. */
function within(short: readonly string[], long: readonly string[]): boolean {
  let at = 0;
  for (const token of long) if (token === short[at]) at++;
  return at === short.length;
}

/** Of what Keras 3 keeps beside the weights. */
const NO_WEIGHT = /(^|\/)seed_generator(_\d+)?\/|seed_generator_state$|(^|\/)optimizer\/|(^|\/)iterations?$/;
/** Steps of paths that name no layer. */
const STEPS = new Set(['layers', 'vars', '_layer_checkpoint_dependencies']);
const ALIAS: Record<string, string> = { depthwise_kernel: 'kernel' };

function fits({ variable, own, full, index }: Slot, { spec, tokens }: Stored): boolean {
  if (String(variable.shape) !== String(spec.shape)) return false;
  const last = tokens[tokens.length - 1];
  const wanted = own[own.length - 1];
  if (last !== wanted && last !== ALIAS[wanted] && last !== String(index)) return false;
  const path = tokens.slice(0, -1);
  return within(own.slice(0, -1), path) || (path.length > 0 && within(path, full.slice(0, -1)));
}

/** How well a stored path tells a place: the networks that both name. */
const nearness = ({ full }: Slot, { tokens }: Stored): number => tokens.filter((token) => full.includes(token)).length - tokens.length / 1000;

/** What ours call what Keras calls otherwise, and where it is saved (`Weights.named`). */
const OURS: Readonly<Record<string, (layer: string) => string>> = {
  kernel: (layer) => `parameter/${layer}.weight`,
  depthwise_kernel: (layer) => `parameter/${layer}.weight`,
  recurrent_kernel: (layer) => `parameter/${layer}.hidden`,
  moving_mean: (layer) => `mean/${layer}`,
  moving_variance: (layer) => `variance/${layer}`,
};

/** A model's weights, `[1, …shape]`, under the names that a network of ours with such layers has; new tensors that share their data. */
export const namedWeights = (model: LayersModel): [string, tf.Tensor][] =>
  slotsOf(model).map(({ variable, own, full }) => {
    const layer = full.slice(0, -1).join('/');
    const last = own[own.length - 1].replace(/_\d+$/, '');
    return [OURS[last]?.(layer) ?? `parameter/${layer}.${last}`, tf.expandDims(variable.read(), 0)];
  });

/**
 * Put a file's weights into a model.
 * @param data of all specs, one behind the other
 * @throws {Error} when a weight of the model is not in the file, or one in the file belongs nowhere
 */
export function putWeights(model: LayersModel, specs: readonly tf.io.WeightsManifestEntry[], data: ArrayBuffer): void {
  const stored = specs.map(
    (spec, at): Stored => ({
      spec,
      at,
      tokens: spec.name
        .replace(/:0$/, '')
        .split('/')
        .filter((step) => !STEPS.has(step)),
    }),
  );
  const left = new Set(stored.filter(({ spec }) => spec.group !== 'optimizer' && !NO_WEIGHT.test(spec.name)));
  const found = new Map<Slot, Stored>();
  const give = (slot: Slot, one: Stored | undefined) => {
    if (!one) return;
    found.set(slot, one);
    left.delete(one);
  };
  const slots = slotsOf(model);
  // Names that are the same come first; those that occur twice (in two networks inside) go by their order.
  for (const name of ['full', 'own'] as const) {
    for (const slot of slots) {
      if (!found.has(slot))
        give(
          slot,
          [...left].find((one) => one.tokens.join('/') === slot[name].join('/') && fits(slot, one)),
        );
    }
  }
  for (const slot of slots) {
    if (found.has(slot)) continue;
    const candidates = [...left].filter((one) => fits(slot, one));
    give(slot, candidates.sort((a, b) => nearness(slot, b) - nearness(slot, a) || a.at - b.at)[0]);
  }
  const without = slots.filter((slot) => !found.has(slot)).map(({ full }) => full.join('/'));
  if (without.length > 0)
    throw new Error(`${without.length} of its ${slots.length} weights are not in its list of weights (${without.slice(0, 3).join(', ')})`);
  const [stray] = left;
  if (stray)
    throw new Error(`${left.size === 1 ? 'one weight of its list belongs' : `${left.size} weights of its list belong`} to no layer (“${stray.spec.name}”)`);
  tf.tidy(() => {
    // By place: names may occur twice.
    const tensors = tf.io.decodeWeights(
      data,
      specs.map((spec, at) => ({ ...spec, name: String(at) })),
    );
    for (const [{ variable }, { at }] of found) variable.write(tf.cast(tensors[at], variable.dtype));
  });
}
