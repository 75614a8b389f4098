/**
 * Dense layers: one product forward and two back. ReLU and mask are taken of the input where a product reads it and of its
 * gradient where the other one writes it; the bias gets the sums of what the product for the weights reads.
 */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { DenseInput, Kernels } from '../types.ts';
import { plainSides, productWithSums, type Sides } from './gemm.ts';
import type { ShaderRunner } from './runner.ts';

/** A mask may be shared by members: its elements repeat. */
const MASK = '* mask[i % u.period]';

interface Kind {
  relu: boolean;
  masked: boolean;
}

/** What is common to the shaders of a kind; `more`: arrays that they read besides. */
const named = (sides: Sides, { relu, masked }: Kind, more: readonly string[]): Sides => ({
  ...sides,
  name: `${sides.name} of a layer${relu ? ' relu' : ''}${masked ? ' mask' : ''}`,
  more,
  numbers: masked ? ['period'] : [],
});

/** A product that reads element `at` of A through ReLU (not max(v, 0), which may turn a NaN into 0) and mask. */
const reading = (sides: Sides, at: string, kind: Kind): Sides => ({
  ...named(sides, kind, kind.masked ? ['mask'] : []),
  a: `let i = ${at}; let v = a[i]; return ${kind.relu ? 'select(v, 0.0, v <= 0.0)' : 'v'} ${kind.masked ? MASK : ''};`,
});

const forward = (kind: Kind): Sides => reading(plainSides(false, false), '(e * u.M + row) * u.K + k', kind);

const inputGradient = (kind: Kind): Sides => {
  const value = `value ${kind.masked ? MASK : ''}`;
  return {
    ...named(plainSides(false, true), kind, [...(kind.masked ? ['mask'] : []), ...(kind.relu ? ['gate'] : [])]),
    finish: `return ${kind.relu ? `select(0.0, ${value}, gate[i] > 0.0)` : value};`,
  };
};

const weightGradient = (kind: Kind, bias: boolean): Sides => {
  const sides = reading(plainSides(true, false), '(e * u.K + k) * u.M + row', kind);
  return { ...sides, name: `${sides.name}${bias ? ' sums' : ''}`, sums: bias };
};

export function denseKernels(runner: ShaderRunner): Pick<Kernels, 'dense' | 'denseGrad'> {
  const layer = (x: Tensor3D, w: Tensor3D, { relu = false, mask }: DenseInput) => {
    const [members, inputs, outputs] = w.shape;
    const kind = { relu, masked: mask !== undefined };
    return { members, rows: x.shape[1], inputs, outputs, kind, masks: mask ? [mask] : [], numbers: mask ? [mask.size] : [] };
  };
  return {
    dense(x, w, options = {}) {
      const { members, rows, inputs, outputs, kind, masks, numbers } = layer(x, w, options);
      const [y] = productWithSums(runner, {
        sides: forward(kind),
        a: x,
        b: w,
        members: [x.shape[0], members, members],
        rows,
        columns: outputs,
        inner: inputs,
        bias: options.bias,
        more: masks,
        numbers,
        shape: [members, rows, outputs],
      });
      return y as Tensor3D;
    },

    denseGrad(dy, x, w, options) {
      const { members, rows, inputs, outputs, kind, masks, numbers } = layer(x, w, options);
      const [dx] = options.input
        ? productWithSums(runner, {
            sides: inputGradient(kind),
            a: dy,
            b: w,
            members: [members, members, members],
            rows,
            columns: inputs,
            inner: outputs,
            more: [...masks, ...(kind.relu ? [x] : [])],
            numbers,
            shape: [members, rows, inputs],
          })
        : [];
      const [dWeights, dBias] = productWithSums(runner, {
        sides: weightGradient(kind, options.bias),
        a: x,
        b: dy,
        members: [x.shape[0], members, members],
        rows: inputs,
        columns: outputs,
        inner: rows,
        more: masks,
        numbers,
        shape: [members, inputs, outputs],
      });
      return { ...(dx && { dx: dx as Tensor3D }), dWeights: dWeights as Tensor3D, ...(dBias && { dBias: dBias as Tensor2D }) };
    },
  };
}
