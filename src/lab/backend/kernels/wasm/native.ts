import type { Kernels } from '../types.ts';
import { convolution } from './convolution.ts';
import { dense, normalisation } from './dense.ts';
import { dropout } from './dropout.ts';
import type { Heap } from './heap.ts';
import { losses } from './losses.ts';
import { measures } from './measures.ts';
import { optimisers } from './optimisers.ts';
import { recurrentKernels } from './recurrent.ts';
import { Block, type Runner } from './runner.ts';
import { similarity } from './similarity.ts';
import { attentionKernels, tokenKernels } from './sequences.ts';
import { tableKernels } from './tables.ts';

/** The kernels of `c/*.c` behind the interface that the engine uses. `dispose` frees what they share. */
export function nativeKernels(heap: Heap, runner: Runner): { kernels: Kernels; dispose(): void } {
  const partialSums = new Block(heap);
  const context = { heap, runner, partialSums };
  const products = dense(context);
  const { centreNormaliseMembers, ...normalisations } = normalisation(context);
  return {
    kernels: {
      ...products,
      ...normalisations,
      ...similarity(context, { ...products, centreNormaliseMembers }),
      ...measures(context, products),
      ...convolution(context),
      ...dropout(context),
      ...losses(context),
      ...optimisers(context),
      ...tokenKernels(context),
      ...attentionKernels(context),
      ...recurrentKernels(context, products),
      ...tableKernels(context),
    },
    dispose() {
      partialSums.free();
      runner.dispose();
    },
  };
}
