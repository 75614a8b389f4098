/** What a network out of a file looks like, and why it may not fit a task. */
import type { ImportedNetwork } from '../schema/importedNetwork.ts';
import type { SequenceShape, TaskShape } from '../shapes/describeTask.ts';
import { type NetworkDescription, product } from '../shapes/description.ts';

export function describeImported(network: ImportedNetwork, name: string): NetworkDescription {
  const { layers, parameters, flops } = network;
  return {
    title: name.length > 28 ? `${name.slice(0, 27)}…` : name,
    taps: layers.map((layer) => ({ name: layer.name, label: layer.name.replaceAll('_', ' '), shape: [...layer.shape], features: product(layer.shape) })),
    parameters,
    flops,
    activations: product(network.input) + layers.reduce((sum, layer) => sum + product(layer.shape), 0),
    layers: layers.length,
  };
}

const sizes = (of: readonly number[]): string => of.join('×');

/** Why an imported network cannot read a task, or null. */
export function inputMisfit({ input, vocabulary }: ImportedNetwork, task: TaskShape): string | null {
  if (vocabulary === undefined) {
    if (task.tokens) return `reads images (${sizes(input)}), and the task gives tokens`;
    const fits = input.length === 1 ? input[0] === product(task.input) : sizes(input) === sizes(task.input);
    return fits ? null : `reads inputs of ${sizes(input)}, and the task gives ${sizes(task.input)} (${product(task.input)} values)`;
  }
  if (!task.tokens) return `reads tokens, and the task gives images of ${sizes(task.input)}`;
  if (input[0] !== task.input[0]) return `reads ${input[0]} tokens, and the task gives ${task.input[0]}`;
  if (vocabulary < task.tokens.vocabulary) return `knows ${vocabulary} tokens, and the task has ${task.tokens.vocabulary}`;
  return task.tokens.padded ? "knows no padding, and the task's sequences vary in length" : null;
}

/** Why an imported network cannot teach a task's classes, or null. */
export function outputMisfit({ layers }: ImportedNetwork, task: TaskShape): string | null {
  const output = layers[layers.length - 1].shape;
  const outputs = (task as SequenceShape).tokens?.outputs ?? 1;
  const wanted = outputs > 1 ? [outputs, task.classes] : [task.classes];
  return sizes(output) === sizes(wanted) ? null : `gives outputs of ${sizes(output)}, and teaching this task takes ${sizes(wanted)}`;
}
