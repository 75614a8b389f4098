/** Recurrent networks and Transformers before they exist: taps, parameters, arithmetic. */
import type { SequenceShape } from './describeTask.ts';
import type { NetworkDescription, TapDescription } from './description.ts';
import type { RnnSpec, TransformerSpec } from './networkSchema.ts';

/** Gates per hidden unit. */
export const RNN_GATES: Record<RnnSpec['cell'], number> = { tanh: 1, relu: 1, gru: 3, lstm: 4 };
/** Values per hidden unit that the backward pass needs besides the states. */
const RNN_SAVED: Record<RnnSpec['cell'], number> = { tanh: 0, relu: 0, gru: 4, lstm: 5 };
const CELL_NAMES: Record<RnnSpec['cell'], string> = { tanh: 'RNN', relu: 'ReLU RNN', gru: 'GRU', lstm: 'LSTM' };

const tokenTap = (name: string, label: string, length: number, width: number, primary = false): TapDescription =>
  ({ name, label, shape: [length, width], features: length * width, ...(primary && { primary }) });

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

/**
 * Of every block the attention output and the MLP output before they are added to the residual stream, and the stream
 * behind the block. Named mappings use the attention outputs: they guide far better than the stream (recipes, section 6).
 */
export function describeTransformer(spec: TransformerSpec, task: SequenceShape): NetworkDescription {
  const [length] = task.input;
  const { vocabulary, outputs } = task.tokens;
  const { layers, width, ffn, heads } = spec;
  const attention = 4 * width * width + width;
  const mlp = 2 * width * ffn + ffn + width;
  const norms = 4 * width;
  const finalNorm = spec.norm === 'pre' ? 2 * width : 0;
  const positions = spec.positions === 'learned' ? length * width : 0;
  const multiplyAdds = length * layers * (4 * width * width + 2 * width * ffn + 2 * length * width) + outputs * width * task.classes;
  return {
    title: `${layers}×${width} Transformer`,
    taps: Array.from({ length: layers }, (_, i) => [
      tokenTap(`block${i + 1}.attention`, `block ${i + 1}, attention`, length, width, true),
      tokenTap(`block${i + 1}.mlp`, `block ${i + 1}, MLP`, length, width),
      tokenTap(`block${i + 1}.output`, `block ${i + 1}, stream`, length, width),
    ]).flat(),
    parameters: vocabulary * width + positions + layers * (attention + mlp + norms) + finalNorm + width * task.classes + task.classes,
    flops: 2 * multiplyAdds,
    activations: length * (2 * width + layers * (11 * width + 2 * ffn + heads * length)) + outputs * task.classes,
    layers: 2 * layers + 1,
  };
}
