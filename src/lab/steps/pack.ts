/** Results of a step as named parts: a step returns one tensor, and what is read back is taken apart by the same names. */
import * as tf from '@tensorflow/tfjs-core';

/** Results of a training step, of each member: its loss and accuracy on the batch, whether it was updated, its alignment loss. */
export const STEP_PARTS = ['loss', 'accuracy', 'active', 'alignment'] as const;
export type StepParts<T> = Record<(typeof STEP_PARTS)[number], T>;

/** @returns `[parts, E]` */
export const packStep = (parts: StepParts<tf.Tensor1D>): tf.Tensor2D => tf.stack(STEP_PARTS.map((name) => parts[name])) as tf.Tensor2D;

export const unpackStep = (values: Float32Array): StepParts<Float32Array> => {
  const members = values.length / STEP_PARTS.length;
  return unpack(STEP_PARTS, { loss: members, accuracy: members, active: members, alignment: members }, values);
};

/** Parts one behind the other, in the order of their names. @returns one dimension */
export const pack = <Name extends string>(names: readonly Name[], parts: Readonly<Record<Name, readonly tf.Tensor[]>>): tf.Tensor1D =>
  tf.concat1d(names.flatMap((name) => parts[name].map((part) => tf.reshape(part, [-1]) as tf.Tensor1D)));

/**
 * The parts of what was packed, without copying.
 * @param sizes of the parts; one may be 'rest'
 * @throws {Error} when they do not add up to the values that there are
 */
export function unpack<Name extends string>(
  names: readonly Name[],
  sizes: Readonly<Record<Name, number | 'rest'>>,
  values: Float32Array,
): Record<Name, Float32Array> {
  const size = (name: Name): number | 'rest' => sizes[name];
  const known = names.reduce((sum, name) => sum + (size(name) === 'rest' ? 0 : Number(size(name))), 0);
  const open = names.filter((name) => size(name) === 'rest').length;
  if (open > 1 || known > values.length || (open === 0 && known !== values.length))
    throw new Error(`${values.length} values of a step are not those of ${names.join(', ')}`);
  let at = 0;
  return Object.fromEntries(
    names.map((name) => {
      const from = at;
      const own = size(name);
      at += own === 'rest' ? values.length - known : own;
      return [name, values.subarray(from, at)];
    }),
  ) as Record<Name, Float32Array>;
}
