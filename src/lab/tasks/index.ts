import { type ImageTaskSpec, isImageTask, type TaskSpec } from '../../experiment/schema.ts';
import { drawDigit } from './images/digits.ts';
import { drawShape } from './images/shapes.ts';
import { type ImageSource, ImageTask } from './images/task.ts';
import { drawGreyTexture, drawTexture } from './images/textures.ts';
import { SequenceTask } from './sequences/task.ts';
import type { Library } from '../files/library.ts';
import type { Task } from './types.ts';

export { batchIndices, stepsPerEpoch } from './order.ts';
export type { SeedBatch, Split, Task } from './types.ts';

const IMAGES: Record<ImageTaskSpec['kind'], ImageSource> = {
  textures: { draw: drawTexture },
  'grey-textures': { draw: drawGreyTexture, ownContrast: true },
  shapes: { draw: drawShape },
  digits: { draw: drawDigit },
};

/** The task of that specification. Nothing is drawn yet. */
export function createTask(spec: ImageTaskSpec): ImageTask;
export function createTask(spec: TaskSpec): Task;
export function createTask(spec: TaskSpec): Task {
  if (!isImageTask(spec)) return new SequenceTask(spec);
  return new ImageTask(spec, IMAGES[spec.kind]);
}

/**
 * The task of any specification. What comes from files is read here, all that is needed of it.
 * @throws {MissingFilesError} when it names files that the library does not have
 */
export async function openTask(spec: TaskSpec, _library: Library): Promise<Task> {
  return createTask(spec);
}
