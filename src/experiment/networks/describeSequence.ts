/** Descriptions of recurrent networks and Transformers (over tokens or patches of images): taps, parameters and operations. */
import type { ImageShape, SequenceShape } from '../shapes/describeTask.ts';
import type { NetworkDescription, TapDescription } from '../shapes/description.ts';
import type { RnnSpec, TransformerSpec, VitSpec } from '../schema/networkSchema.ts';

/** Gates per hidden unit. */
export const RNN_GATES: Record<RnnSpec['cell'], number> = { tanh: 1, relu: 1, gru: 3, lstm: 4 };
/** Values per hidden unit that the backward pass keeps besides the states. */
const RNN_SAVED: Record<RnnSpec['cell'], number> = { tanh: 0, relu: 0, gru: 4, lstm: 5 };
const CELL_NAMES: Record<RnnSpec['cell'], string> = { tanh: 'RNN', relu: 'ReLU RNN', gru: 'GRU', lstm: 'LSTM' };

const tokenTap = (name: string, label: string, length: number, width: number, primary = false): TapDescription => ({
  name,
  label,
  shape: [length, width],
  features: length * width,
  ...(primary && { primary }),
});

export function describeRnn(spec: RnnSpec, task: SequenceShape): NetworkDescription {
  const [length] = task.input;
  const { vocabulary, outputs } = task.tokens;
  const { layers, width, cell } = spec;
  const gates = RNN_GATES[cell];
  // PyTorch's two biases per layer.
  const perLayer = gates * (2 * width * width + 2 * width);
  return {
    title: `${layers}×${width} ${CELL_NAMES[cell]}`,
    taps: Array.from({ length: layers }, (_, i) => tokenTap(`layer${i + 1}`, `layer ${i + 1}`, length, width)),
    parameters: vocabulary * width + layers * perLayer + width * task.classes + task.classes,
    flops: 2 * (length * layers * gates * 2 * width * width + outputs * width * task.classes),
    activations: length * width * (1 + layers * (1 + gates + RNN_SAVED[cell])) + outputs * task.classes,
    layers: layers + 1,
  };
}

type BlockSizes = Pick<TransformerSpec, 'layers' | 'width' | 'ffn' | 'heads'>;

/**
 * Blocks of attention and MLP over `length` tokens. Taps of every block: the attention output and the MLP output before
 * they are added to the residual stream, and the stream after the block. Named mappings use the attention outputs, which
 * guide far better than the stream (recipes, section 6).
 */
function describeBlocks({ layers, width, ffn, heads }: BlockSizes, length: number) {
  const attention = 4 * width * width + width;
  const mlp = 2 * width * ffn + ffn + width;
  const norms = 4 * width;
  return {
    taps: Array.from({ length: layers }, (_, i) => [
      tokenTap(`block${i + 1}.attention`, `block ${i + 1}, attention`, length, width, true),
      tokenTap(`block${i + 1}.mlp`, `block ${i + 1}, MLP`, length, width),
      tokenTap(`block${i + 1}.output`, `block ${i + 1}, stream`, length, width),
    ]).flat(),
    parameters: layers * (attention + mlp + norms),
    multiplyAdds: length * layers * (4 * width * width + 2 * width * ffn + 2 * length * width),
    activations: length * (2 * width + layers * (11 * width + 2 * ffn + heads * length)),
    layers: 2 * layers,
  };
}

export function describeTransformer(spec: TransformerSpec, task: SequenceShape): NetworkDescription {
  const [length] = task.input;
  const { vocabulary, outputs } = task.tokens;
  const { layers, width } = spec;
  const blocks = describeBlocks(spec, length);
  const finalNorm = spec.norm === 'pre' ? 2 * width : 0;
  const positions = spec.positions === 'learned' ? length * width : 0;
  return {
    title: `${layers}×${width} Transformer`,
    taps: blocks.taps,
    parameters: vocabulary * width + positions + blocks.parameters + finalNorm + width * task.classes + task.classes,
    flops: 2 * (blocks.multiplyAdds + outputs * width * task.classes),
    activations: blocks.activations + outputs * task.classes,
    layers: blocks.layers + 1,
  };
}

const LARGEST_PATCH = 16;

/** Sides of patches that images of this side can be cut into, smallest first. */
export const patchSizes = (side: number): number[] => Array.from({ length: LARGEST_PATCH }, (_, i) => i + 1).filter((size) => side % size === 0);

/** Tokens that a ViT makes of an image: its patches, and the class token where it has one. */
export const vitTokens = ({ patch, pooling }: VitSpec, { input: [height, width] }: ImageShape): number =>
  Math.floor(height / patch) * Math.floor(width / patch) + (pooling === 'class' ? 1 : 0);

export function describeVit(spec: VitSpec, task: ImageShape): NetworkDescription {
  const { layers, width, patch } = spec;
  const length = vitTokens(spec, task);
  const blocks = describeBlocks(spec, length);
  const patchWeights = patch ** 2 * task.input[2] * width;
  const classToken = spec.pooling === 'class' ? width : 0;
  const patches = length - (classToken > 0 ? 1 : 0);
  return {
    title: `${layers}×${width} ViT/${patch}`,
    taps: [tokenTap('patches', 'patch embedding', patches, width), ...blocks.taps],
    parameters: patchWeights + width + classToken + length * width + blocks.parameters + 2 * width + width * task.classes + task.classes,
    flops: 2 * (patches * patchWeights + blocks.multiplyAdds + width * task.classes),
    activations: task.input.reduce((a, b) => a * b, 1) + blocks.activations + task.classes,
    layers: blocks.layers + 2,
  };
}
