import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { CONSTANT_LAYER_RATIO } from '../composed/index.ts';
import { sumOverPositions } from '../composed/similarity.ts';
import { FORMS, type MeasureKernels, PAIR_MEASURES } from '../measureTypes.ts';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context, check, DOUBLE_BYTES, FLOAT_BYTES, PRODUCT_SCRATCH_BYTES, shapesOf } from './context.ts';

/** An exponential, a root, and passes over both matrices: as many multiply-adds for each entry, about. */
const WORK = 60;

/** Floats of COMPARISON_SCRATCH in measures.h. */
const comparisonFloats = (n: number): number => 4 * n + n * n;

/** What measures other than CKA are made of. */
export function measures({ heap, runner }: Context, { sumRows }: Pick<Kernels, 'sumRows'>): Required<MeasureKernels> {
  const { at, perMember } = addressesOn(heap);
  return {
    compareGrams(measure, k, l, { option, real }) {
      const [members, n] = k.shape;
      const value = heap.tensor<Tensor1D>([members]);
      const g = heap.tensor<Tensor3D>(k.shape);
      const inputs = [at(k, members * n * n), ...perMember(l, members, n * n), ...perMember(real, members, n)];
      const sizes = [members, n, PAIR_MEASURES.indexOf(measure), option];
      const scratch = (comparisonFloats(n) + n + 3 * n * n) * FLOAT_BYTES;
      runner.run('compare_grams', [...inputs, heap.address(value), heap.address(g), ...sizes], WORK * k.size, scratch);
      return { value, g };
    },
    pairGradient(measure, x, guide, weights, { first, count, positions, shares, form, option }) {
      const [members, n, all] = x.shape;
      const features = all / positions;
      check(first + count <= members && Number.isInteger(features), () => `pairGradient: members ${first} to ${first + count} of ${shapesOf(x)}.`);
      const gradient = heap.tensor<Tensor3D>([count, n, all]);
      const values = heap.tensor<Tensor1D>([count * positions]);
      const inputs = [
        at(x, x.size) + first * n * all * FLOAT_BYTES,
        ...perMember(guide, count * positions, n * n),
        at(weights, members) + first * FLOAT_BYTES,
        shares ? at(shares, count * positions) : 0,
      ];
      const kind = [PAIR_MEASURES.indexOf(measure), FORMS.indexOf(form), option, CONSTANT_LAYER_RATIO];
      runner.run(
        'pair_gradient',
        [...inputs, heap.address(gradient), heap.address(values), count, n, positions, features, ...kind],
        count * positions * n * n * (2 * features + WORK),
        (2 * features + n) * DOUBLE_BYTES + PRODUCT_SCRATCH_BYTES + (comparisonFloats(n) + 3 * n * features + 2 * n * n) * FLOAT_BYTES,
      );
      return { gradient, value: sumOverPositions(values, positions, sumRows) };
    },
    invert(a) {
      const [matrices, n] = a.shape;
      const out = heap.tensor<Tensor3D>(a.shape);
      runner.run('invert', [at(a, matrices * n * n), heap.address(out), matrices, n], (matrices * n ** 3) / 2, n * FLOAT_BYTES);
      return out;
    },
  };
}
