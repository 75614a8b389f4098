/**
 * tfjs's cast to float32 hands on integers and truth values as they lie in their buffer. Shaders that take the tensor's word
 * for it, such as transposition (and with it sums over an axis in the middle), are then refused by the device. Here a cast
 * is a cast: a sum with 0 gives floats.
 */
import { Add, Cast, getKernel, type KernelFunc, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';

interface Backend {
  tensorMap: { get(dataId: object): { dtype: string } };
  makeTensorInfo(shape: number[], dtype: string, values: Float32Array): TensorInfo;
  disposeData(dataId: object): boolean;
}

let done = false;

/** Call it after `tf.setBackend('webgpu')`; a second call changes nothing. */
export function castToFloats(): void {
  if (done) return;
  done = true;
  const [cast, add] = [Cast, Add].map((name) => getKernel(name, 'webgpu').kernelFunc as KernelFunc);
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) => {
    const result = cast({ inputs, backend, attrs }) as TensorInfo;
    const { tensorMap, makeTensorInfo, disposeData } = backend as Backend;
    if (attrs?.dtype !== 'float32' || tensorMap.get(result.dataId).dtype === 'float32') return result;
    const zero = makeTensorInfo.call(backend, [], 'float32', new Float32Array(1));
    const floats = add({ inputs: { a: result, b: zero }, backend }) as TensorInfo;
    for (const { dataId } of [result, zero]) disposeData.call(backend, dataId);
    return floats;
  };
  unregisterKernel(Cast, 'webgpu');
  registerKernel({ kernelName: Cast, backendName: 'webgpu', kernelFunc });
}
