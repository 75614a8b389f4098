import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context, check, FLOAT_BYTES, shapesOf } from './context.ts';

/** Losses with their gradients. */
export function losses({ heap, runner }: Context): Pick<Kernels, 'softmaxCrossEntropy' | 'distillation'> {
  const { at, perMember } = addressesOn(heap);

  /** Address of the labels, and how many there are from one member to the next. */
  function labelsOf(labels: Tensor2D, logits: Tensor3D): [address: number, step: number] {
    const [members, rows] = logits.shape;
    const shared = labels.shape[0] === 1;
    check(
      labels.dtype === 'int32' && labels.size === (shared ? rows : members * rows),
      () => `Expected int32 labels for logits ${shapesOf(logits)}, got ${labels.dtype} ${shapesOf(labels)}.`,
    );
    return [heap.address(labels), shared ? 0 : rows];
  }

  const softmaxCrossEntropy: Kernels['softmaxCrossEntropy'] = (logits, labels) => {
    const [members] = logits.shape;
    const loss = heap.tensor<Tensor1D>([members]);
    const accuracy = heap.tensor<Tensor1D>([members]);
    const dLogits = heap.tensor<Tensor3D>(logits.shape);
    const inputs = [at(logits, logits.size), ...labelsOf(labels, logits)];
    const outputs = [loss, accuracy, dLogits].map(heap.address);
    runner.run('cross_entropy', [...inputs, ...outputs, ...logits.shape], 16 * logits.size);
    return { loss, accuracy, dLogits };
  };

  const distillation: Kernels['distillation'] = (logits, teacher, { temperature, direction, labels }) => {
    const [members, rows, classes] = logits.shape;
    const loss = heap.tensor<Tensor1D>([members]);
    const dLogits = heap.tensor<Tensor3D>(logits.shape);
    const inputs = [at(logits, logits.size), ...perMember(teacher, members, rows * classes)];
    const supervision = labels ? labelsOf(labels, logits) : [0, 0];
    const outputs = [heap.address(loss), heap.address(dLogits)];
    runner.run(
      'distil',
      [...inputs, ...supervision, ...outputs, ...logits.shape, temperature, Number(direction === 'reverse')],
      32 * logits.size,
      classes * FLOAT_BYTES,
    );
    return { loss, dLogits };
  };

  return { softmaxCrossEntropy, distillation };
}
