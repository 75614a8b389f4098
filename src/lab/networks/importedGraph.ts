/**
 * The graph of a Layers model as a list of calls of layers, those of networks inside it included. tfjs itself gives the
 * outputs of outer layers only, and of a layer that is called twice the first.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];
/** A model or a network inside one. */
type Container = Pick<LayersModel, 'inputs' | 'outputs' | 'layers' | 'nodesByDepth'>;
type Node = Container['nodesByDepth'][string][number];

export interface Call {
  /** Unique, at most 40 characters: `inner/dense`, `dense (2)` where a layer is called again. */
  name: string;
  layer: Layer;
}

/** Longest name of a tap. */
const LONGEST = 40;

const isContainer = (layer: Layer | LayersModel): layer is LayersModel => 'nodesByDepth' in layer && 'layers' in layer;
const isInput = (layer: Layer): boolean => layer.getClassName() === 'InputLayer';

/** Calls in an order in which each has its inputs; the last one gives the output. */
function ordered({ nodesByDepth, layers }: Container): Node[] {
  const depths = Object.keys(nodesByDepth)
    .map(Number)
    .sort((a, b) => b - a);
  const place = new Map(layers.map((layer, i) => [layer, i]));
  return depths
    .flatMap((depth) => [...nodesByDepth[depth]].sort((a, b) => (place.get(a.outboundLayer) ?? 0) - (place.get(b.outboundLayer) ?? 0)))
    .filter(({ outboundLayer }) => !isInput(outboundLayer));
}

function visit(container: Container, folder: string, found: (name: string, layer: Layer) => void): void {
  for (const { outboundLayer: layer } of ordered(container)) {
    if (isContainer(layer)) visit(layer, `${folder}${layer.name}/`, found);
    else found(folder + layer.name, layer);
  }
}

/** Every call of a layer that computes something, in order; the last one gives the network's output. */
export function callsOf(model: LayersModel): Call[] {
  const calls: Call[] = [];
  const times = new Map<string, number>();
  visit(model, '', (full, layer) => {
    const time = (times.get(full) ?? 0) + 1;
    times.set(full, time);
    const told = time > 1 ? `${full} (${time})` : full;
    // Of a long path the end says most; the place in the list tells apart what is cut alike.
    calls.push({ name: told.length > LONGEST ? `${full.includes('/') ? told.slice(4 - LONGEST) : told.slice(0, LONGEST - 4)}-${calls.length}` : told, layer });
  });
  return calls;
}

interface Value {
  tensor: tf.Tensor;
  mask?: tf.Tensor;
}

const list = <T>(value: T | T[] | null | undefined): T[] => (Array.isArray(value) ? value : value == null ? [] : [value]);

function evaluate(container: Container, inputs: readonly Value[], told: (output: tf.Tensor) => void): Value[] {
  const values = new Map<number, Value>(container.inputs.map(({ id }, i) => [id, inputs[i]]));
  for (const { outboundLayer: layer, inputTensors, outputTensors, callArgs } of ordered(container)) {
    const given = inputTensors.map(({ id }) => values.get(id) as Value);
    const outputs = isContainer(layer) ? evaluate(layer, given, told) : call(layer, given, callArgs);
    if (!isContainer(layer)) told(outputs[0].tensor);
    outputTensors.forEach(({ id }, i) => {
      values.set(id, outputs[i]);
    });
  }
  return container.outputs.map(({ id }) => values.get(id) as Value);
}

function call(layer: Layer, given: readonly Value[], args: Node['callArgs']): Value[] {
  const tensors = given.map(({ tensor }) => tensor);
  const masks = given.map(({ mask }) => mask);
  const masked = masks.some((mask) => mask !== undefined);
  const outputs = list(layer.apply(tensors, { ...args, training: false, ...(masked && { mask: masks[0] }) }) as tf.Tensor | tf.Tensor[]);
  const passed = layer.supportsMasking ? list(layer.computeMask(tensors, masked ? (masks as tf.Tensor[]) : undefined))[0] : undefined;
  return outputs.map((tensor) => ({ tensor, ...(passed && { mask: passed }) }));
}

/**
 * Evaluate a model. Call inside `tf.tidy`.
 * @param input `[B, …]`, float32
 * @returns what each call of `callsOf` gives, in its order
 * @throws {Error} what tfjs says of shapes that do not fit
 */
export function evaluateCalls(model: LayersModel, input: tf.Tensor): tf.Tensor[] {
  const outputs: tf.Tensor[] = [];
  evaluate(model, [{ tensor: input }], (output) => outputs.push(output));
  return outputs;
}
