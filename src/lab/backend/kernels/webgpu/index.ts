/** The kernels on WebGPU: shaders of our own, agreeing with the composed ones to float32 tolerance. */
import { composed } from '../composed/index.ts';
import type { Kernels } from '../types.ts';
import { attentionKernels } from './attention.ts';
import { batchNormKernels } from './batchNorm.ts';
import { castToFloats } from './cast.ts';
import { centringKernels } from './centre.ts';
import { columnKernels } from './columns.ts';
import { comparisonKernels } from './comparison.ts';
import { denseKernels } from './dense.ts';
import { depthwiseKernels } from './depthwise.ts';
import { elementwiseKernels } from './elementwise.ts';
import { gramProducts, productKernels } from './gemm.ts';
import { optimiserKernels } from './optimisers.ts';
import { recurrentKernels } from './recurrent.ts';
import { rowKernels } from './rows.ts';
import { ShaderRunner } from './runner.ts';
import { similarityKernels } from './similarity.ts';
import { tableKernels } from './tables.ts';

/** Call it after `tf.setBackend('webgpu')` and `tf.ready()`. */
export function createWebGpuKernels(): Kernels {
  castToFloats();
  const runner = new ShaderRunner();
  const { layerNormSums, ...columns } = columnKernels(runner);
  const products = productKernels(runner);
  const centring = centringKernels(runner);
  return {
    ...composed,
    ...products,
    ...denseKernels(runner),
    ...columns,
    ...batchNormKernels(runner),
    ...rowKernels(runner, layerNormSums),
    ...similarityKernels(runner, gramProducts(runner), centring, columns),
    ...comparisonKernels(runner, products, centring),
    ...depthwiseKernels(runner),
    ...elementwiseKernels(runner),
    ...recurrentKernels(runner, { ...products, ...columns }),
    ...attentionKernels(runner),
    ...optimiserKernels(runner),
    ...tableKernels(runner),
  };
}
