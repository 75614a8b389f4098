/**
 * Weights as the lab has them and as PyTorch has them: the same layers under the same names, but PyTorch puts outputs
 * before inputs, and calls γ and β of a norm `weight` and `bias`. One table for both directions.
 */
import type { PlainTensor } from './safetensors.ts';

type Values = Float32Array<ArrayBuffer>;
/** Tensors of one network by the names under which the lab keeps them (`parameter/head.weight`, `mean/norm1`, …), without a member axis. */
export type LabTensors = Record<string, { shape: number[]; data: Values }>;

interface Rule {
  lab: RegExp;
  /** PyTorch's name; `$1` is what stands before. */
  torch: string;
  /** PyTorch's axes in terms of the lab's; absent: the same. */
  axes?: readonly number[];
  /** Only tensors of so many axes. */
  rank?: number;
}

const MATRIX = [1, 0];

const RULES: readonly Rule[] = [
  { lab: /^mean\/(.+)$/, torch: '$1.running_mean' },
  { lab: /^variance\/(.+)$/, torch: '$1.running_var' },
  { lab: /^parameter\/(.+)\.gamma$/, torch: '$1.weight' },
  { lab: /^parameter\/(.+)\.beta$/, torch: '$1.bias' },
  { lab: /^parameter\/(.+)\.input$/, torch: '$1.weight_ih_l0', axes: MATRIX },
  { lab: /^parameter\/(.+)\.hidden$/, torch: '$1.weight_hh_l0', axes: MATRIX },
  { lab: /^parameter\/(.+)\.inputBias$/, torch: '$1.bias_ih_l0' },
  { lab: /^parameter\/(.+)\.hiddenBias$/, torch: '$1.bias_hh_l0' },
  { lab: /^parameter\/(.+)\.qkv$/, torch: '$1.qkv.weight', axes: MATRIX },
  { lab: /^parameter\/embedding$/, torch: 'embedding.weight' },
  { lab: /^parameter\/(.+)\.table$/, torch: '$1.weight' },
  { lab: /^parameter\/class$/, torch: 'class_token' },
  { lab: /^parameter\/(.+)\.weight$/, torch: '$1.weight', axes: MATRIX, rank: 2 },
  // One filter per channel: PyTorch has an axis of 1 there.
  { lab: /^parameter\/(.+\.depthwise)\.weight$/, torch: '$1.weight', axes: [2, -1, 0, 1], rank: 3 },
  { lab: /^parameter\/(.+)\.weight$/, torch: '$1.weight', axes: [3, 2, 0, 1], rank: 4 },
  { lab: /^parameter\/(.+)$/, torch: '$1' },
];

/** Values with their axes in another order; −1 stands for a new axis of length 1. */
function transposed({ shape, data }: { shape: readonly number[]; data: Values }, axes: readonly number[]): { shape: number[]; data: Values } {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const sizes = axes.map((axis) => (axis < 0 ? 1 : shape[axis]));
  const steps = axes.map((axis) => (axis < 0 ? 0 : strides[axis]));
  const values = new Float32Array(data.length);
  const at = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    values[to] = data[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      at[axis] = 0;
    }
  }
  return { shape: sizes, data: values };
}

const inverse = (axes: readonly number[]): number[] => axes.flatMap((_, i) => (axes.includes(i) ? [axes.indexOf(i)] : []));

function ruleFor(name: string, rank: number): Rule {
  const rule = RULES.find(({ lab, rank: only }) => lab.test(name) && (only === undefined || only === rank));
  if (!rule) throw new Error(`no rule for the tensor "${name}"`);
  return rule;
}

export const torchName = (name: string, rank: number): string => {
  const { lab, torch } = ruleFor(name, rank);
  return name.replace(lab, torch);
};

/** One tensor in PyTorch's layout. */
export const toTorchLayout = (name: string, tensor: { shape: number[]; data: Values }): { shape: number[]; data: Values } => {
  const { axes } = ruleFor(name, tensor.shape.length);
  return axes ? transposed(tensor, axes) : tensor;
};

/** A network's tensors as PyTorch's `load_state_dict` takes them. */
export function toTorch(tensors: LabTensors): Record<string, PlainTensor> {
  const all: Record<string, PlainTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const own = torchName(name, tensor.shape.length);
    all[own] = toTorchLayout(name, tensor);
    // PyTorch counts the batches that a batch norm has seen.
    if (name.startsWith('mean/')) all[own.replace('running_mean', 'num_batches_tracked')] = { shape: [], data: new BigInt64Array(1) };
  }
  return all;
}

/** Maps that are trained along, by their keys, as PyTorch's linear layers have them: outputs before inputs. */
export const mapsToTorch = (tensors: LabTensors): Record<string, PlainTensor> =>
  Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, transposed(tensor, MATRIX)]));

/**
 * The other way.
 * @param shapes of the lab's tensors by name
 * @throws {Error} with a sentence when one is missing or has another shape
 */
export function fromTorch(tensors: Readonly<Record<string, PlainTensor>>, shapes: Readonly<Record<string, readonly number[]>>): LabTensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const { axes } = ruleFor(name, shape.length);
      const own = torchName(name, shape.length);
      const found = tensors[own];
      if (!found) throw new Error(`The weights have no tensor ${own}.`);
      const wanted = axes ? axes.map((axis) => (axis < 0 ? 1 : shape[axis])) : [...shape];
      if (found.shape.join() !== wanted.join() || !(found.data instanceof Float32Array))
        throw new Error(`The tensor ${own} is of ${found.shape.join('×')} values, where the network has ${wanted.join('×')}.`);
      const tensor = { shape: [...found.shape], data: Float32Array.from(found.data) };
      return [name, axes ? transposed(tensor, inverse(axes)) : tensor];
    }),
  );
}
