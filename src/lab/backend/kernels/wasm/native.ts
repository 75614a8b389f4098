import { composed } from '../composed.ts';
import type { Kernels } from '../types.ts';
import { convolution } from './convolution.ts';
import { dense, normalisation } from './dense.ts';
import type { Heap } from './heap.ts';
import { losses } from './losses.ts';
import { optimisers } from './optimisers.ts';
import { Block, type Runner } from './runner.ts';

/** The kernels of `c/*.c` behind the interface that the engine uses. `dispose` frees what they share. */
export function nativeKernels(heap: Heap, runner: Runner): { kernels: Kernels; dispose(): void } {
  const partialSums = new Block(heap);
  const context = { heap, runner, partialSums };
  return {
    kernels: {
      ...composed,
      ...dense(context),
      ...normalisation(context),
      ...convolution(context),
      ...losses(context),
      ...optimisers(context),
    },
    dispose() {
      partialSums.free();
      runner.dispose();
    },
  };
}
