import * as tf from '@tensorflow/tfjs-core';

interface Attributes {
  strides: [number, number] | number;
  pad: number;
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a convolution for its filter, which tfjs's WASM backend lacks: one product for each place of the
 * filter, of tfjs operations alone. What somebody would write who only wants it to work.
 */
export function registerFilterGradient(): void {
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { strides, pad, filterShape } = attrs as unknown as Attributes;
      const stride = Array.isArray(strides) ? strides[0] : strides;
      const [size, , channels, outputs] = filterShape;
      return tf.tidy(() => {
        const tensor = (name: string) => {
          const info = inputs[name] as tf.TensorInfo;
          return tf.engine().makeTensorFromDataId(info.dataId, info.shape, info.dtype) as tf.Tensor4D;
        };
        tf.engine().backend.incRef((inputs.x as tf.TensorInfo).dataId);
        tf.engine().backend.incRef((inputs.dy as tf.TensorInfo).dataId);
        const [x, dy] = [tensor('x'), tensor('dy')];
        const [, height, width] = dy.shape;
        const padded = tf.pad(x, [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]);
        const rows = tf.reshape(dy, [-1, outputs]);
        const places: tf.Tensor[] = [];
        for (let ky = 0; ky < size; ky++) {
          for (let kx = 0; kx < size; kx++) {
            const seen = tf.stridedSlice(
              padded,
              [0, ky, kx, 0],
              [x.shape[0], ky + (height - 1) * stride + 1, kx + (width - 1) * stride + 1, channels],
              [1, stride, stride, 1],
            );
            places.push(tf.matMul(tf.transpose(tf.reshape(seen, [-1, channels])), rows));
          }
        }
        return tf.reshape(tf.stack(places), filterShape);
      });
    },
  });
}
