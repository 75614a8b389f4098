/** Networks as calls of the Python classes in `parts/`. */
import { type ImageShape, type SequenceShape, type TaskShape, vitTokens } from '../../experiment/networks/describe.ts';
import type { NetworkSpec, RnnSpec } from '../../experiment/schema/schema.ts';
import type { CustomClasses } from './custom.ts';
import { type Call, call, code, type Python } from './python.ts';

const CELLS: Record<RnnSpec['cell'], string> = { tanh: 'nn.RNN', relu: 'relu_rnn', gru: 'nn.GRU', lstm: 'nn.LSTM' };
const NORMS = { batch: code('nn.BatchNorm1d'), layer: code('nn.LayerNorm'), none: undefined } as const;
const ACTIVATIONS = { relu: code('F.relu'), gelu: code('F.gelu'), tanh: code('torch.tanh') } as const;

/** Said only where it is not what the class takes anyway. */
const unless = <T extends Python>(usual: T, value: T): T | undefined => (value === usual ? undefined : value);

function image(spec: NetworkSpec, { input, classes }: ImageShape): Call {
  const [height, width, channels] = input;
  switch (spec.family) {
    case 'fcn':
      return call('FCN', {
        inputs: height * width * channels,
        width: spec.width,
        depth: spec.depth,
        classes,
        norm: NORMS[spec.norm],
        activation: spec.activation === undefined || spec.activation === 'relu' ? undefined : ACTIVATIONS[spec.activation],
        dropout: unless<number>(0, spec.dropout),
        tap: unless<string>('pre', spec.tap),
      });
    case 'resnet':
      return call('ResNet', {
        channels,
        width: spec.width,
        stages: spec.stages,
        classes,
        bottleneck: unless<boolean>(false, spec.block === 'bottleneck'),
        tap: unless<string>('pre', spec.tap),
        large_stem: unless<boolean>(false, spec.stem === 'large'),
        skips: unless<boolean>(true, spec.skips !== false),
      });
    case 'convnet':
      return call('ConvNet', {
        channels,
        width: spec.width,
        stages: spec.stages,
        classes,
        stride: unless<number>(1, spec.stride),
        norm: unless<boolean>(true, spec.norm === 'batch'),
        tap: unless<string>('pre', spec.tap),
      });
    case 'convnext':
      return call('ConvNeXt', { channels, width: spec.width, stages: spec.stages, classes, patch: spec.patch, kernel: spec.kernel });
    case 'vit':
      return call('ViT', {
        channels,
        patch: spec.patch,
        length: vitTokens(spec, { input, classes } as ImageShape),
        width: spec.width,
        heads: spec.heads,
        ffn: spec.ffn,
        layers: spec.layers,
        classes,
        class_token: spec.pooling === 'class',
      });
    default:
      throw new Error(`${spec.family} reads no images`);
  }
}

function sequence(spec: NetworkSpec, { input: [length], tokens: { vocabulary, outputs }, classes }: SequenceShape): Call {
  const everyToken = unless<boolean>(false, outputs > 1);
  switch (spec.family) {
    case 'rnn':
      return call(
        spec.chained ? 'ChainedRNN' : 'RNN',
        { vocabulary, width: spec.width, layers: spec.layers, classes, every_token: everyToken },
        code(CELLS[spec.cell]),
      );
    case 'transformer':
      return call('Transformer', {
        length,
        vocabulary,
        width: spec.width,
        heads: spec.heads,
        ffn: spec.ffn,
        layers: spec.layers,
        classes,
        causal: spec.causal,
        pooling: outputs === 1 && spec.pooling === 'mean' ? code('mean_of_tokens') : undefined,
        learned: unless<boolean>(false, spec.positions === 'learned'),
        norm_first: unless<boolean>(true, spec.norm === 'pre'),
        activation: spec.activation === 'relu' ? undefined : ACTIVATIONS[spec.activation],
        every_token: everyToken,
      });
    default:
      throw new Error(`${spec.family} reads no tokens`);
  }
}

/**
 * A network on a task as an expression.
 * @param own takes in networks in text form, whose classes are written for them
 * @throws {Error} where it cannot read what the task gives
 */
export function networkCall(spec: NetworkSpec, task: TaskShape, own: CustomClasses): Python {
  if (spec.family === 'custom') return own.add(spec, task);
  return task.tokens ? sequence(spec, task) : image(spec, task);
}
