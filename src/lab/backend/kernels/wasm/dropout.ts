import type { Tensor3D } from '@tensorflow/tfjs-core';
import { dropThreshold } from '../../../random/dropout.ts';
import type { Kernels } from '../types.ts';
import { type Context, check, shapesOf } from './context.ts';

/** Dropout masks made on the heap. */
export function dropout({ heap, runner }: Context): Pick<Kernels, 'dropoutMask'> {
  const dropoutMask: NonNullable<Kernels['dropoutMask']> = (origin, layer, shape, rate) => {
    const [members, batch, features] = shape;
    const seeds = origin.size - 1;
    check(
      origin.dtype === 'int32' && seeds > 0 && members % seeds === 0,
      () => `dropoutMask: seeds and step ${origin.dtype} ${shapesOf(origin)} do not fit ${members} members.`,
    );
    const mask = heap.tensor<Tensor3D>(shape);
    const addresses = [heap.address(origin), seeds, layer | 0, heap.address(mask)];
    runner.run('dropout_mask', [...addresses, members, batch * features, dropThreshold(rate), 1 / (1 - rate)], 4 * mask.size);
    return mask;
  };
  return { dropoutMask };
}
