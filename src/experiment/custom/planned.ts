/** What a network's text says on a task, layer by layer: what `plan.ts` makes and descriptions and networks read. */
import { product } from '../shapes/description.ts';
import type { LayerName } from './grammar.ts';
import type { Place, Statement, TextProblem } from './parse.ts';

/** What flows between two layers, for one example. */
export type Flow =
  | { kind: 'image'; shape: [height: number, width: number, channels: number] }
  /** Token ids, before they are embedded. */
  | { kind: 'ids'; shape: [length: number] }
  | { kind: 'sequence'; shape: [length: number, width: number] }
  | { kind: 'vector'; shape: [width: number] };

/** How a parameter starts. `fanIn` is the number of inputs of one output unit. */
export type Role = 'weight' | 'bias' | 'headWeight' | 'ones' | 'zeros' | 'embedding' | 'positions' | 'projection' | 'recurrent' | 'recurrentHidden';

export interface PlannedParameter {
  name: string;
  shape: number[];
  role: Role;
  fanIn: number;
}

export interface PlannedLayer {
  layer: LayerName;
  /** Unique, e.g. `conv3`; parameters begin with it. */
  name: string;
  place: Place;
  statement: Statement;
  input: Flow;
  output: Flow;
  /** Taps that read this layer's output. */
  taps: string[];
  parameters: PlannedParameter[];
  /** Multiply-adds of one example. */
  multiplyAdds: number;
  /** Values kept of one example for the backward pass. */
  activations: number;
  /** Of a residual block. */
  body: PlannedLayer[];
  skip: PlannedLayer[];
}

export interface PlannedTap {
  name: string;
  label: string;
  shape: number[];
  /** Named by a `tap` line. */
  named: boolean;
}

export interface NetworkPlan {
  /** The lines of the text; those that could not be read are missing. */
  statements: Statement[];
  layers: PlannedLayer[];
  taps: PlannedTap[];
  output: Flow;
  /** The linear layer to the classes, which no line names. */
  head: PlannedParameter[];
  headMultiplyAdds: number;
  /** Values of one example that come in. */
  inputs: number;
  /** The first thing that does not fit; the layers before it are planned. */
  problem: TextProblem | null;
}

/** Values of one example. */
export const sizeOf = (flow: Flow): number => product(flow.shape);
/** Units or channels. */
export const widthOf = (flow: Flow): number => flow.shape[flow.shape.length - 1];

/** In a sentence. */
export function words(flow: Flow): string {
  switch (flow.kind) {
    case 'image':
      return `an image of ${flow.shape.join('×')}`;
    case 'ids':
      return 'tokens that are not embedded yet';
    case 'sequence':
      return `a sequence of ${flow.shape[0]} tokens with ${flow.shape[1]} units`;
    case 'vector':
      return `a vector of ${flow.shape[0]}`;
  }
}

/** Kernel, stride and padding of a convolution; odd windows keep the size at stride 1. */
export function convOptions({ window: kernel = 3, stride = 1, pad }: Statement): { kernel: number; stride: number; pad: number } {
  return { kernel, stride, pad: pad ?? (kernel % 2 === 1 ? (kernel - 1) / 2 : 0) };
}

/** All layers of a plan in the order they run, blocks opened. */
export const flatLayers = (layers: readonly PlannedLayer[]): PlannedLayer[] =>
  layers.flatMap((layer) => [layer, ...flatLayers(layer.body), ...flatLayers(layer.skip)]);
