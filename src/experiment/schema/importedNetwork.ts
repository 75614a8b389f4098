/** A network out of a file: what an experiment must know of it to be described and checked without the file. */
import { z } from 'zod';

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

/** Whether two descriptions are of the same network. */
export const sameNetwork = (a: ImportedNetwork, b: ImportedNetwork): boolean => {
  const content = ({ input, vocabulary, layers, parameters, flops }: ImportedNetwork) =>
    JSON.stringify([input, vocabulary ?? null, layers.map(({ name, shape }) => [name, shape]), parameters, flops]);
  return content(a) === content(b);
};
