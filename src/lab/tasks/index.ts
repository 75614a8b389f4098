import type { TaskSpec } from '../../experiment/schema.ts';
import { createImageTask } from './images/task.ts';
import { drawShape } from './images/shapes.ts';
import { drawTexture } from './images/textures.ts';
import type { Task } from './types.ts';

export { batchIndices, stepsPerEpoch } from './order.ts';
export type { Split, Task } from './types.ts';

/** The task of that specification. Nothing is drawn yet. */
export function createTask(spec: TaskSpec): Task {
  switch (spec.kind) {
    case 'textures': return createImageTask(spec, drawTexture);
    case 'shapes': return createImageTask(spec, drawShape);
  }
}
