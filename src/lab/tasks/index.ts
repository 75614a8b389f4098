import type { TaskPreview } from '../../experiment/contract/previews.ts';
import { type FileImagesSpec, isImageTask, isLanguageTask, type ProceduralSpec, type TaskSpec, type TextFileSpec } from '../../experiment/schema/schema.ts';
import type { Library } from '../files/library.ts';
import { drawDigit } from './images/digits.ts';
import { openFileImages, previewFileImages } from './images/fileTask.ts';
import { drawShape } from './images/shapes.ts';
import { type ImageSource, ImageTask } from './images/task.ts';
import { drawGreyTexture, drawTexture } from './images/textures.ts';
import { SequenceTask } from './sequences/task.ts';
import { openTextFile } from './text/file.ts';
import { microEnglishTask } from './text/task.ts';
import type { DrawnTask, Task } from './shared/types.ts';

export { batchIndices, stepsPerEpoch } from './shared/order.ts';
export type { DrawnTask, Split, Task } from './shared/types.ts';

const IMAGES: Record<ProceduralSpec['kind'], ImageSource> = {
  textures: { draw: drawTexture },
  'grey-textures': { draw: drawGreyTexture, ownContrast: true },
  shapes: { draw: drawShape },
  digits: { draw: drawDigit },
};

/** Tasks whose data are drawn, not read from files. */
export type DrawnTaskSpec = Exclude<TaskSpec, FileImagesSpec | TextFileSpec>;

/** The task of that specification. Nothing is drawn yet: splits are on first use. @throws {TypeError} for one that reads files */
export function createTask(spec: ProceduralSpec): ImageTask;
export function createTask(spec: TaskSpec): DrawnTask;
export function createTask(spec: TaskSpec): DrawnTask {
  if (spec.kind === 'image-files' || spec.kind === 'text-file') throw new TypeError('a task that reads files is opened with openTask');
  if (isLanguageTask(spec)) return microEnglishTask(spec);
  if (!isImageTask(spec)) return new SequenceTask(spec);
  return new ImageTask(spec, IMAGES[spec.kind]);
}

/**
 * The task of any specification. What comes from files is read here, all that it needs.
 * @throws {MissingFilesError} when it names files that the library does not have
 */
export async function openTask(spec: TaskSpec, library: Library): Promise<Task> {
  switch (spec.kind) {
    case 'image-files':
      return openFileImages(spec, library);
    case 'text-file':
      return openTextFile(spec, library);
    default:
      return createTask(spec);
  }
}

/** Examples of a task to be shown (see `DrawnTask.preview`), without reading all of it. @throws {MissingFilesError} */
export async function previewTask(spec: TaskSpec, library: Library, count: number, split: 'train' | 'val'): Promise<TaskPreview> {
  switch (spec.kind) {
    case 'image-files':
      return previewFileImages(spec, library, count, split);
    case 'text-file':
      return (await openTextFile(spec, library)).preview(count, split);
    default:
      return createTask(spec).preview(count, split);
  }
}

/** True classes of the validation images, where the images are a person's own: their classes may differ in size. */
export const ownLabels = ({ spec, val }: Task): number[] | undefined => (spec.kind === 'image-files' ? [...val.labels] : undefined);
