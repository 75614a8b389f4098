import type { Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { ConvOptions, Kernels, Shape5D } from '../types.ts';
import { addressesOn, type Context, check } from './context.ts';

/** Sizes that follow from the shapes of input and filter. */
interface Geometry {
  members: number;
  batch: number;
  /** What all kernels of conv.c end with. */
  args: number[];
  outShape: Shape5D;
  outSize: number;
  filterSize: number;
  /** Values of one member's input. */
  inputSize: number;
  work: number;
  scratchBytes: number;
}

type Depthwise = Pick<Kernels, 'depthwiseConv' | 'depthwiseConvInputGrad' | 'depthwiseConvFilterGrad'>;

/** Convolutions and their gradients. */
export function convolution({ heap, runner }: Context): Pick<Kernels, 'conv2d' | 'conv2dInputGrad' | 'conv2dFilterGrad' | keyof Depthwise> {
  const { at, perMember } = addressesOn(heap);

  function geometry(xShape: readonly number[], filterShape: readonly number[], { stride, pad }: ConvOptions): Geometry {
    const [, batch, height, width, channels] = xShape;
    const [members, size, , inputs, outputs] = filterShape;
    const outHeight = Math.floor((height + 2 * pad - size) / stride) + 1;
    const outWidth = Math.floor((width + 2 * pad - size) / stride) + 1;
    check(
      size === filterShape[2] && inputs === channels && outHeight > 0 && outWidth > 0,
      () => `conv2d: a filter [${filterShape.join(', ')}] does not fit an input [${xShape.join(', ')}].`,
    );
    const outSize = members * batch * outHeight * outWidth * outputs;
    return {
      members,
      batch,
      args: [height, width, channels, outHeight, outWidth, outputs, size, stride, pad],
      outShape: [members, batch, outHeight, outWidth, outputs],
      outSize,
      filterSize: members * size * size * channels * outputs,
      inputSize: batch * height * width * channels,
      work: outSize * size * size * channels,
      scratchBytes: runner.query('conv_scratch', [height, width, channels, outHeight, outWidth, outputs, size, pad]),
    };
  }

  function conv2d(x: Tensor5D, filter: Tensor5D, options: ConvOptions & { bias?: Tensor2D }): Tensor5D {
    const g = geometry(x.shape, filter.shape, options);
    const [xAt, xStep] = perMember(x, g.members, g.inputSize);
    const biasAt = options.bias ? at(options.bias, g.members * g.outShape[4]) : 0;
    const y = heap.tensor<Tensor5D>(g.outShape);
    const inputs = [xAt, at(filter, g.filterSize), biasAt, heap.address(y), g.members, g.batch, xStep];
    runner.run('conv_forward', [...inputs, ...g.args], g.work, g.scratchBytes);
    return y;
  }

  function conv2dInputGrad(dy: Tensor5D, filter: Tensor5D, xShape: Shape5D, options: ConvOptions): Tensor5D {
    const g = geometry(xShape, filter.shape, options);
    const dx = heap.tensor<Tensor5D>([g.members, ...xShape.slice(1)]);
    const inputs = [at(dy, g.outSize), at(filter, g.filterSize), heap.address(dx), g.members, g.batch];
    runner.run('conv_input_grad', [...inputs, ...g.args], g.work, g.scratchBytes);
    if (xShape[0] === g.members) return dx;
    // The gradient of an input that all members share is the sum of theirs.
    const total = heap.tensor<Tensor5D>(xShape);
    runner.run('sum_rows', [heap.address(dx), heap.address(total), 1, g.members, total.size], dx.size);
    dx.dispose();
    return total;
  }

  function conv2dFilterGrad(dy: Tensor5D, x: Tensor5D, filterShape: Shape5D, options: ConvOptions): Tensor5D {
    const g = geometry(x.shape, filterShape, options);
    const [xAt, xStep] = perMember(x, g.members, g.inputSize);
    const dFilter = heap.tensor<Tensor5D>(filterShape);
    const inputs = [at(dy, g.outSize), xAt, heap.address(dFilter), g.members, g.batch, xStep];
    runner.run('conv_filter_grad', [...inputs, ...g.args], g.work, g.scratchBytes);
    return dFilter;
  }

  /** The filter turned round gives the gradient of the input. */
  function depthwise(x: Tensor5D, filter: Tensor4D, bias: Tensor2D | undefined, turned: boolean): Tensor5D {
    const [members, batch, height, width, channels] = x.shape;
    const size = filter.shape[1];
    const image = [height, width, channels, size];
    const [biasAt] = perMember(bias, members, channels);
    const inputs = [at(x, x.size), at(filter, members * size * size * channels), biasAt];
    const y = heap.tensor<Tensor5D>(x.shape);
    const args = [...inputs, heap.address(y), members, batch, ...image, Number(turned)];
    runner.run('depthwise', args, x.size * size * size, runner.query('depthwise_scratch', image));
    return y;
  }

  function depthwiseConvFilterGrad(dy: Tensor5D, x: Tensor5D, size: number): Tensor4D {
    const [members, batch, ...image] = x.shape;
    image.push(size);
    const gradient = heap.tensor<Tensor4D>([members, size, size, x.shape[4]]);
    const args = [at(dy, x.size), at(x, x.size), heap.address(gradient), members, batch, ...image];
    runner.run('depthwise_filter_grad', args, x.size * size * size, runner.query('depthwise_scratch', image));
    return gradient;
  }

  return {
    conv2d,
    conv2dInputGrad,
    conv2dFilterGrad,
    depthwiseConv: (x, filter, bias) => depthwise(x, filter, bias, false),
    depthwiseConvInputGrad: (dy, filter) => depthwise(dy, filter, undefined, true),
    depthwiseConvFilterGrad,
  };
}
