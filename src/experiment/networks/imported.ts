/** A network out of a file: what an experiment must know of it to be described and checked without the file. */
import { z } from 'zod';
import type { SequenceShape, TaskShape } from '../shapes/describeTask.ts';
import { type NetworkDescription, product } from '../shapes/description.ts';

const size = z.int().min(1).max(1_000_000);
const shape = z.array(size).min(1).max(4);

export const importedNetworkSchema = z.strictObject({
  /** One example, without the batch: `[H, W, C]`, all values flat `[F]`, or tokens `[T]`. */
  input: z.array(size).min(1).max(3),
  /** Present where it reads token ids: 0 … vocabulary − 1. */
  vocabulary: size.optional(),
  /** Layers in order with the shape of one example's output; the last one is the network's output. */
  layers: z
    .array(z.strictObject({ name: z.string().min(1).max(40), shape }))
    .min(1)
    .max(512),
  parameters: z.int().min(0).max(1_000_000_000),
  /** Floating-point operations of one example, estimated from the sizes of its weights. */
  flops: z.number().min(0).max(1e15),
});
export type ImportedNetwork = z.infer<typeof importedNetworkSchema>;

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

/** Whether two descriptions are of the same network. */
export const sameNetwork = (a: ImportedNetwork, b: ImportedNetwork): boolean => {
  const content = ({ input, vocabulary, layers, parameters, flops }: ImportedNetwork) =>
    JSON.stringify([input, vocabulary ?? null, layers.map(({ name, shape }) => [name, shape]), parameters, flops]);
  return content(a) === content(b);
};

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
