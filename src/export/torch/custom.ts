/** A network in text form as a Python class: its plan, written out layer by layer. */
import { planNetwork } from '../../experiment/custom/plan.ts';
import { convOptions, flatLayers, type PlannedLayer, widthOf } from '../../experiment/custom/planned.ts';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import type { CustomSpec } from '../../experiment/schema/schema.ts';
import { call, code, python, type Python } from './python.ts';

/** How the modules of layers are made; layers without weights have none. */
const MODULES: Partial<Record<PlannedLayer['layer'], (layer: PlannedLayer) => Python>> = {
  conv({ input, output, statement, parameters }) {
    const { kernel, stride, pad } = convOptions(statement);
    const options = { stride: stride > 1 ? stride : undefined, padding: pad > 0 ? pad : undefined, bias: parameters.length > 1 ? undefined : false };
    return call('nn.Conv2d', options, widthOf(input), widthOf(output), kernel);
  },
  embed: ({ parameters: [{ shape }] }) => call('nn.Embedding', {}, ...shape),
  positions: ({ parameters: [table] }) => (table ? call('nn.Embedding', {}, ...table.shape) : null),
  attention: ({ input, statement }) => call('Attention', { heads: statement.heads ?? 1, causal: statement.causal ?? false }, widthOf(input)),
  rnn: ({ input, output, statement }) => call(statement.cell === 'relu' ? 'relu_rnn' : 'nn.RNN', { batch_first: true }, widthOf(input), widthOf(output)),
  gru: ({ input, output }) => call('nn.GRU', { batch_first: true }, widthOf(input), widthOf(output)),
  lstm: ({ input, output }) => call('nn.LSTM', { batch_first: true }, widthOf(input), widthOf(output)),
  dense: ({ input, output, parameters }) => call('nn.Linear', { bias: parameters.length > 1 ? undefined : false }, widthOf(input), widthOf(output)),
  batchnorm: ({ input }) => call(input.kind === 'image' ? 'nn.BatchNorm2d' : 'nn.BatchNorm1d', {}, widthOf(input)),
  layernorm: ({ input }) => call('nn.LayerNorm', {}, widthOf(input)),
  // Masks are told apart by the number of their layer.
  dropout: ({ name, statement }) => call('Dropout', { layer: Number(name.slice('dropout'.length)) - 1 }, statement.rate ?? 0),
};

/** A module that reads channels last, on images that have them first. */
const channelsLast = (module: string, x: string): string => `${module}(${x}.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)`;

/** What a layer makes of x, as an expression. */
function applied({ layer, name, input, statement, parameters }: PlannedLayer, x: string, task: TaskShape): string {
  const own = `self.${name}`;
  const image = input.kind === 'image';
  switch (layer) {
    case 'maxpool':
      return `F.max_pool2d(${x}, ${statement.window ?? 2})`;
    case 'averagepool':
      if (statement.window !== undefined) return `F.avg_pool2d(${x}, ${statement.window})`;
      if (image) return `${x}.mean((2, 3))`;
      return task.tokens ? `mean_of_tokens(${x}, inputs)` : `${x}.mean(1)`;
    case 'tokens':
      return `${x}.flatten(2).transpose(1, 2)`;
    case 'embed':
      return `embed(${own}, ${x})`;
    case 'positions':
      return `${x} + ${parameters.length > 0 ? `${own}.weight` : `sinusoids(${input.shape.join(', ')}).to(${x})`}`;
    case 'attention':
      return task.tokens ? `${own}(${x}, inputs >= 0)` : `${own}(${x})`;
    case 'rnn':
    case 'gru':
    case 'lstm':
      return `${own}(${x})[0]`;
    case 'last':
      return task.tokens ? `last_token(${x}, inputs)` : `${x}[:, -1]`;
    case 'layernorm':
    case 'dropout':
      return image ? channelsLast(own, x) : `${own}(${x})`;
    case 'relu':
    case 'gelu':
      return `F.${layer}(${x})`;
    case 'tanh':
      return `torch.tanh(${x})`;
    case 'flatten':
      return image ? `${x}.permute(0, 2, 3, 1).flatten(1)` : `${x}.flatten(1)`;
    default:
      return `${own}(${x})`;
  }
}

/** The lines of a forward pass; values are in variables, one deeper in every residual block. */
function forward(layers: readonly PlannedLayer[], x: string, task: TaskShape): string[] {
  return layers.flatMap((layer) => {
    const lines: string[] = [];
    if (layer.layer === 'residual') {
      const [inner, beside] = [`${x}_block`, `${x}_skip`];
      lines.push(`${inner} = ${x}`, ...forward(layer.body, inner, task));
      if (layer.skip.length > 0) lines.push(`${beside} = ${x}`, ...forward(layer.skip, beside, task));
      lines.push(`${x} = ${inner} + ${layer.skip.length > 0 ? beside : x}`);
    } else if (layer.layer !== 'tap') {
      lines.push(`${x} = ${applied(layer, x, task)}`);
    }
    return [...lines, ...layer.taps.map((tap) => `taps[${JSON.stringify(tap)}] = ${x}`)];
  });
}

/** The class of a network. @throws {Error} when the text does not fit the task */
function classOf(name: string, spec: CustomSpec, task: TaskShape): string {
  const plan = planNetwork(spec, task);
  if (plan.problem) throw new Error(`the network's text has a mistake: ${plan.problem.message}`);
  const modules = flatLayers(plan.layers).flatMap((layer): string[] => {
    const made = MODULES[layer.layer]?.(layer) ?? null;
    return made === null ? [] : [`self.${layer.name} = ${python(made)}`];
  });
  const [{ shape }] = plan.head;
  const states = plan.output.kind === 'sequence';
  const read = states ? (task.tokens && task.tokens.outputs > 1 ? 'x.flatten(0, 1)' : 'last_token(x, inputs)') : 'x';
  return [
    `class ${name}(nn.Module):`,
    '    """A network of one\'s own; taps by the names of its layers."""',
    '',
    '    def __init__(self):',
    '        super().__init__()',
    ...[...modules, `self.head = ${python(call('nn.Linear', {}, ...shape))}`].map((line) => `        ${line}`),
    '',
    '    def forward(self, inputs):',
    ...[`x, taps = ${task.tokens ? 'inputs' : 'inputs.permute(0, 3, 1, 2)'}, {}`, ...forward(plan.layers, 'x', task), `return self.head(${read}), taps`].map(
      (line) => `        ${line}`,
    ),
  ].join('\n');
}

/** The classes of networks in text form that a script needs, each once. */
export class CustomClasses {
  readonly #names = new Map<string, string>();

  /** A call that makes the network. */
  add(spec: CustomSpec, task: TaskShape): Python {
    const text = classOf('', spec, task);
    const name = this.#names.get(text) ?? `OwnNetwork${this.#names.size === 0 ? '' : this.#names.size + 1}`;
    this.#names.set(text, name);
    return code(`${name}()`);
  }

  /** Their definitions. */
  get texts(): string[] {
    return [...this.#names].map(([text, name]) => text.replace('class (', `class ${name}(`));
  }
}
