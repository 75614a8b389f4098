/**
 * A network's text on a task: every repetition written out, every layer with its name, shapes, taps and parameters.
 * The description and the built network both come from this plan.
 */
import type { CustomSpec } from '../schema/networkSchema.ts';
import type { TaskShape } from '../shapes/describeTask.ts';
import { product } from '../shapes/description.ts';
import { type LayerName, MAX_EXPANDED } from './grammar.ts';
import { parseText, type Place, type Statement, type TextProblem } from './parse.ts';
import {
  convOptions,
  type Flow,
  type NetworkPlan,
  type PlannedLayer,
  type PlannedParameter,
  type PlannedTap,
  type Role,
  sizeOf,
  widthOf,
  words,
} from './planned.ts';

/** Layers whose own outputs are taps. */
const WEIGHTED: ReadonlySet<LayerName> = new Set<LayerName>(['conv', 'dense', 'attention', 'rnn', 'gru', 'lstm']);
/** With taps after the nonlinearity, a tap moves past as many of these as follow its layer directly. */
const FOLLOWING: ReadonlySet<LayerName> = new Set<LayerName>(['batchnorm', 'layernorm', 'relu', 'gelu', 'tanh']);
/** Layers without arithmetic; they keep nothing for the backward pass. */
const FREE: ReadonlySet<LayerName> = new Set<LayerName>(['flatten', 'tokens', 'tap']);

export const GATES_OF: Partial<Record<LayerName, number>> = { rnn: 1, gru: 3, lstm: 4 };
/** Values per unit and token that the backward pass of a recurrent layer keeps, besides states and projections. */
const SAVED: Partial<Record<LayerName, number>> = { rnn: 0, gru: 4, lstm: 5 };

/** A layer cannot read what the layer before it gives; with its place in the text. */
class Misfit extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

class Planner {
  readonly task: TaskShape;
  readonly tapAfter: boolean;
  readonly taps: PlannedTap[] = [];
  readonly #counts = new Map<string, number>();
  #expanded = 0;

  constructor(task: TaskShape, tapAfter: boolean) {
    this.task = task;
    this.tapAfter = tapAfter;
  }

  /** The lines of one block, repetitions written out behind `into`. */
  block(statements: readonly Statement[], from: Flow, into: PlannedLayer[], repeated: boolean): Flow {
    let flow = from;
    statements.forEach((statement, i) => {
      if (statement.layer === 'repeat') {
        for (let round = 1; round <= (statement.times ?? 1); round++) {
          flow = this.#round(() => this.block(statement.body, flow, into, true), round);
        }
        return;
      }
      if (++this.#expanded > MAX_EXPANDED) {
        throw new Misfit(statement.place, `The network has more than ${MAX_EXPANDED} lines once repetitions are written out: repeat less.`);
      }
      const planned = this.#layer(statement, flow, statements[i + 1], repeated);
      into.push(planned);
      flow = planned.output;
    });
    return flow;
  }

  /** Name the outputs that can be read, in one list of layers and in the blocks within it. */
  nameTaps(layers: readonly PlannedLayer[]): void {
    layers.forEach((layer, i) => {
      if (layer.layer === 'tap') this.#addTap(layer, layer, true);
      if (WEIGHTED.has(layer.layer)) {
        let at = layer;
        for (let j = i + 1; this.tapAfter && j < layers.length && FOLLOWING.has(layers[j].layer); j++) at = layers[j];
        this.#addTap(layer, at, false);
      }
      this.nameTaps(layer.body);
      this.nameTaps(layer.skip);
    });
  }

  #addTap(layer: PlannedLayer, at: PlannedLayer, named: boolean): void {
    if (this.taps.some(({ name }) => name === layer.name)) {
      throw new Misfit(layer.place, `The name “${layer.name}” is taken: a tap needs one of its own.`);
    }
    at.taps.push(layer.name);
    this.taps.push({ name: layer.name, label: layer.name.replace(/(?<=\D)(\d+)$/, ' $1'), shape: [...at.output.shape], named });
  }

  #round(plan: () => Flow, round: number): Flow {
    try {
      return plan();
    } catch (error) {
      // The block fits in its first round only: say in which round it fails, once.
      if (error instanceof Misfit && round > 1 && !error.message.includes('round')) {
        throw new Misfit(error.place, `${error.message} (In round ${round} of the repetition.)`);
      }
      throw error;
    }
  }

  #name(statement: Statement, repeated: boolean): string {
    const stem = statement.label ?? statement.layer;
    const n = (this.#counts.get(stem) ?? 0) + 1;
    this.#counts.set(stem, n);
    return statement.label && !repeated ? stem : `${stem}${n}`;
  }

  #layer(statement: Statement, input: Flow, next: Statement | undefined, repeated: boolean): PlannedLayer {
    const { layer, place } = statement;
    const name = this.#name(statement, repeated);
    const planned: PlannedLayer = {
      layer,
      name,
      place,
      statement,
      input,
      output: input,
      taps: [],
      parameters: [],
      multiplyAdds: 0,
      activations: FREE.has(layer) ? 0 : sizeOf(input),
      body: [],
      skip: [],
    };
    if (input.kind === 'ids' && layer !== 'embed') this.#refuse(statement, input, 'Begin with “embed 32”');
    const add = (suffix: string, shape: number[], role: Role, fanIn = 0) => planned.parameters.push({ name: `${name}.${suffix}`, shape, role, fanIn });
    const become = (output: Flow, activations = sizeOf(output)) => {
      planned.output = output;
      planned.activations = activations;
    };
    const units = statement.units ?? 1;

    switch (layer) {
      case 'conv': {
        const [h, w, channels] = this.#image(statement, input);
        const { kernel, stride, pad } = convOptions(statement);
        const size = (n: number) => Math.floor((n + 2 * pad - kernel) / stride) + 1;
        if (size(h) < 1 || size(w) < 1)
          throw new Misfit(place, `A ${kernel}x${kernel} window does not fit into an image of ${h}×${w}: take a smaller one or more padding.`);
        become({ kind: 'image', shape: [size(h), size(w), units] });
        const fanIn = kernel ** 2 * channels;
        add('weight', [kernel, kernel, channels, units], 'weight', fanIn);
        if (statement.bias ?? next?.layer !== 'batchnorm') add('bias', [units], 'bias', fanIn);
        planned.multiplyAdds = fanIn * sizeOf(planned.output);
        break;
      }
      case 'maxpool':
      case 'averagepool': {
        const side = statement.window;
        if (side === undefined) {
          if (input.kind === 'vector') this.#refuse(statement, input, 'Take this line out');
          become({ kind: 'vector', shape: [widthOf(input)] });
          this.#oneLabel(statement, input);
          break;
        }
        const [h, w, channels] = this.#image(statement, input);
        if (Math.min(h, w) < side) throw new Misfit(place, `A ${side}x${side} window does not fit into an image of ${h}×${w}: take a smaller one.`);
        become({ kind: 'image', shape: [Math.floor(h / side), Math.floor(w / side), channels] });
        break;
      }
      case 'tokens': {
        const [h, w, channels] = this.#image(statement, input);
        become({ kind: 'sequence', shape: [h * w, channels] }, 0);
        break;
      }
      case 'embed': {
        if (input.kind !== 'ids' || !this.task.tokens) this.#refuse(statement, input, 'embed is the first line of a network that reads tokens');
        become({ kind: 'sequence', shape: [this.task.input[0], units] });
        add('table', [this.task.tokens?.vocabulary ?? 1, units], 'embedding');
        break;
      }
      case 'positions': {
        const [length, width] = this.#sequence(statement, input);
        if (statement.positions === 'learned') add('table', [length, width], 'positions');
        break;
      }
      case 'attention': {
        const [length, width] = this.#sequence(statement, input);
        const heads = statement.heads ?? 1;
        if (width % heads !== 0) throw new Misfit(place, `${heads} heads cannot share ${width} units evenly: the units must be a multiple of the heads.`);
        add('qkv', [width, 3 * width], 'projection', width);
        add('out.weight', [width, width], 'headWeight', width);
        add('out.bias', [width], 'bias', width);
        planned.multiplyAdds = length * (4 * width * width + 2 * length * width);
        planned.activations = length * (5 * width + heads * length);
        break;
      }
      case 'rnn':
      case 'gru':
      case 'lstm': {
        const [length, width] = this.#sequence(statement, input);
        const gates = GATES_OF[layer] ?? 1;
        become({ kind: 'sequence', shape: [length, units] }, length * units * (1 + gates + (SAVED[layer] ?? 0)));
        add('input', [width, gates * units], 'recurrent', units);
        add('hidden', [units, gates * units], 'recurrentHidden', units);
        add('inputBias', [gates * units], 'recurrent', units);
        add('hiddenBias', [gates * units], 'recurrent', units);
        planned.multiplyAdds = length * gates * units * (width + units);
        break;
      }
      case 'last': {
        const [, width] = this.#sequence(statement, input);
        become({ kind: 'vector', shape: [width] });
        this.#oneLabel(statement, input);
        break;
      }
      case 'dense': {
        if (input.kind === 'image') this.#refuse(statement, input, 'Put flatten or averagepool before it, or write conv with a 1x1 window');
        const width = widthOf(input);
        const rows = sizeOf(input) / width;
        become(input.kind === 'sequence' ? { kind: 'sequence', shape: [rows, units] } : { kind: 'vector', shape: [units] });
        add('weight', [width, units], 'weight', width);
        if (statement.bias ?? true) add('bias', [units], 'bias', width);
        planned.multiplyAdds = rows * width * units;
        break;
      }
      case 'batchnorm':
      case 'layernorm':
        if (layer === 'batchnorm' && input.kind === 'sequence') this.#refuse(statement, input, 'Use layernorm there');
        add('gamma', [widthOf(input)], 'ones');
        add('beta', [widthOf(input)], 'zeros');
        break;
      case 'relu':
      case 'gelu':
      case 'tanh':
      case 'dropout':
      case 'tap':
        break;
      case 'flatten':
        if (this.task.tokens?.padded && input.kind === 'sequence')
          this.#refuse(statement, input, 'Sequences of different lengths have no flat form: use last or averagepool');
        become({ kind: 'vector', shape: [sizeOf(input)] }, 0);
        this.#oneLabel(statement, input);
        break;
      case 'residual':
        this.#residual(planned, repeated);
        break;
      case 'repeat':
      case 'skip':
        throw new Misfit(place, `${layer} cannot stand here.`);
    }
    return planned;
  }

  #residual(planned: PlannedLayer, repeated: boolean): void {
    const { statement, input, place } = planned;
    const last = statement.body.at(-1);
    const skip = last?.layer === 'skip' ? last : undefined;
    const main = this.block(skip ? statement.body.slice(0, -1) : statement.body, input, planned.body, repeated);
    const added = skip ? this.block(skip.body, input, planned.skip, repeated) : input;
    if (main.kind !== added.kind || main.shape.join() !== added.shape.join()) {
      throw new Misfit(
        skip?.place ?? place,
        `${skip ? 'The skip gives' : 'What comes in is'} ${words(added)}, but the block gives ${words(main)}, and only equal shapes can be added: ` +
          (skip ? 'let the lines of the skip lead to that shape.' : 'keep the shape, or end the block with a skip that changes what comes in alike.'),
      );
    }
    planned.output = main;
    planned.activations = sizeOf(main);
  }

  #image(statement: Statement, input: Flow): [number, number, number] {
    if (input.kind !== 'image') this.#refuse(statement, input, `${statement.layer} reads images`);
    return input.shape as [number, number, number];
  }

  #sequence(statement: Statement, input: Flow): [number, number] {
    if (input.kind !== 'sequence') {
      this.#refuse(
        statement,
        input,
        input.kind === 'image' ? 'Put a line “tokens” before it, to take the places of the image as tokens' : `${statement.layer} reads sequences`,
      );
    }
    return input.shape as [number, number];
  }

  /** Once tokens are joined there is one output per sequence: refuse tasks with a label at every token. */
  #oneLabel({ layer, place }: Statement, input: Flow): void {
    if (input.kind !== 'image' && (this.task.tokens?.outputs ?? 1) > 1) {
      throw new Misfit(place, `The task asks for a label at every token, so the tokens must stay apart: take ${layer} out.`);
    }
  }

  #refuse(statement: Statement, input: Flow, remedy: string): never {
    throw new Misfit(statement.place, `${statement.layer} cannot read ${words(input)}. ${remedy}.`);
  }
}

/** Check the end of the network: what the head reads. */
function headOf(output: Flow, task: TaskShape, at: Place): { parameters: PlannedParameter[]; multiplyAdds: number } {
  if (output.kind === 'image')
    throw new Misfit(at, `The network ends with ${words(output)}, but its outputs are read off a vector: end with averagepool or flatten.`);
  if (output.kind === 'ids') throw new Misfit(at, 'The network needs a layer: begin with “embed 32”.');
  if (output.kind === 'sequence' && !task.tokens)
    throw new Misfit(at, `The network ends with ${words(output)}, but the task asks for one label: end with averagepool or last.`);
  const width = widthOf(output);
  return {
    parameters: [
      { name: 'head.weight', shape: [width, task.classes], role: 'headWeight', fanIn: width },
      { name: 'head.bias', shape: [task.classes], role: 'bias', fanIn: width },
    ],
    multiplyAdds: (task.tokens?.outputs ?? 1) * width * task.classes,
  };
}

/** Lay a network's text out on a task. Never throws; the plan's `problem` says what does not fit. */
export function planNetwork(spec: Pick<CustomSpec, 'text' | 'tap'>, task: TaskShape): NetworkPlan {
  const { statements, problems } = parseText(spec.text);
  const planner = new Planner(task, spec.tap === 'post');
  const plan: NetworkPlan = {
    statements,
    layers: [],
    taps: planner.taps,
    head: [],
    headMultiplyAdds: 0,
    inputs: product(task.input),
    problem: problems[0] ?? null,
    output: task.tokens ? { kind: 'ids', shape: task.input } : { kind: 'image', shape: task.input },
  };
  if (plan.problem) return plan;
  const end = statements.at(-1)?.place ?? { line: 1, column: 1, end: 1 };
  try {
    plan.output = planner.block(statements, plan.output, plan.layers, false);
    planner.nameTaps(plan.layers);
    const head = headOf(plan.output, task, end);
    plan.head = head.parameters;
    plan.headMultiplyAdds = head.multiplyAdds;
    if (plan.taps.length === 0) throw new Misfit(end, 'The network needs at least one layer with weights, such as “dense 64”.');
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    plan.problem = { ...error.place, message: error.message };
  }
  return plan;
}

/** Everything that is wrong with a network's text on a task: all mistakes in single lines, else the first misfit. */
export function textProblems(spec: Pick<CustomSpec, 'text' | 'tap'>, task: TaskShape): TextProblem[] {
  const { problems } = parseText(spec.text);
  if (problems.length > 0) return problems;
  const { problem } = planNetwork(spec, task);
  return problem ? [problem] : [];
}
