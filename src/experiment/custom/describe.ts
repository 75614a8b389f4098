/** A network of the user's own before it exists: taps, parameters, arithmetic. */
import { type NetworkDescription, product } from '../shapes/description.ts';
import type { TaskShape } from '../shapes/describeTask.ts';
import type { CustomSpec } from '../schema/networkSchema.ts';
import { titleOf } from './parse.ts';
import { planNetwork } from './plan.ts';
import { flatLayers } from './planned.ts';

/** A text that does not fit the task is described up to the first misfit. What is wrong is reported by the checks. */
export function describeCustom(spec: CustomSpec, task: TaskShape): NetworkDescription {
  const plan = planNetwork(spec, task);
  const layers = flatLayers(plan.layers);
  const sum = (f: (layer: (typeof layers)[number]) => number) => layers.reduce((total, layer) => total + f(layer), 0);
  const weighted = plan.taps.filter(({ named }) => !named).length;
  return {
    title: titleOf(spec.text) ?? `${weighted + 1}-layer network`,
    taps: plan.taps.map(({ name, label, shape, named }) => ({ name, label, shape, features: product(shape), ...(named && { primary: true }) })),
    parameters: [...layers.flatMap(({ parameters }) => parameters), ...plan.head].reduce((total, { shape }) => total + product(shape), 0),
    flops: 2 * (sum(({ multiplyAdds }) => multiplyAdds) + plan.headMultiplyAdds),
    activations: plan.inputs + sum(({ activations }) => activations) + (task.tokens?.outputs ?? 1) * task.classes,
    layers: weighted + 1,
  };
}
