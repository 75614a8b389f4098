/** A folder (or an archive) of pictures, one sub-folder a class; `train/` and `test/` above them are understood. */
import { decodePicture, type Picture } from './decode.ts';
import { FileError } from './errors.ts';
import { imageDraft, type ImageSet, MAX_CLASSES, MAX_PIXEL_BYTES } from './imageSet.ts';
import type { Reader, Source } from './reader.ts';
import { Resampler } from './resample.ts';

/** Pictures are kept at this size: tasks are no larger. */
const SIDE = 32;
const PIXELS = SIDE * SIDE * 3;
/** A picture file beyond this would take the memory of the browser to decode. */
const LARGEST_FILE = 32 * 2 ** 20;
/** Characters of a name that an experiment can hold. */
const LONGEST_NAME = 80;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;
const SPLITS: Record<string, 'train' | 'val'> = { train: 'train', training: 'train', test: 'val', val: 'val', valid: 'val', validation: 'val' };

interface Placed {
  file: Source;
  className: string;
  split: 'train' | 'val' | undefined;
}

function place(file: Source): Placed {
  const folders = file.path.split('/').slice(0, -1);
  const className = folders.at(-1) ?? '';
  const split = folders
    .slice(0, -1)
    .map((folder) => SPLITS[folder.toLowerCase()])
    .find((one) => one !== undefined);
  return { file, className, split };
}

/** @param decode how a picture becomes pixels; tests put their own here */
export const pictureReader = (decode: (blob: Blob) => Promise<Picture> = decodePicture): Reader => ({
  recognises: (files) => files.some(({ path }) => PICTURE.test(path)),

  async read(files, onProgress) {
    const placed = files.filter(({ path }) => PICTURE.test(path)).map(place);
    const loose = placed.find(({ className }) => className === '');
    if (loose)
      throw new FileError(
        `“${loose.file.path}” lies in no folder, so its class is not known.`,
        'Put the pictures of each class into a folder of their own, named after it; then choose the folder above them, or a ZIP of it.',
      );
    const classes = [...new Set(placed.map(({ className }) => className))].sort();
    if (classes.length < 2 || classes.length > MAX_CLASSES) {
      throw new FileError(
        `The pictures lie in ${classes.length === 1 ? `one folder only (“${classes[0]}”)` : `${classes.length} folders`}.`,
        `One folder a class is needed: 2 to ${MAX_CLASSES} of them.`,
      );
    }
    if (placed.length * PIXELS > MAX_PIXEL_BYTES) {
      throw new FileError(
        `There are ${placed.length.toLocaleString('en')} pictures.`,
        `At most ${Math.floor(MAX_PIXEL_BYTES / PIXELS).toLocaleString('en')} fit.`,
      );
    }
    // Where only some lie below "train" or "test" the folders mean something else.
    const named = placed.every(({ split }) => split !== undefined) && new Set(placed.map(({ split }) => split)).size === 2;
    const read = async (wanted: Placed[], before: number): Promise<ImageSet> => {
      const set = { pixels: new Uint8Array(wanted.length * PIXELS), labels: new Uint8Array(wanted.length) };
      for (const [i, { file, className }] of wanted.entries()) {
        set.pixels.set(await reduce(file, decode), i * PIXELS);
        set.labels[i] = classes.indexOf(className);
        onProgress(before + i + 1, placed.length);
      }
      return set;
    };
    const train = named ? placed.filter(({ split }) => split === 'train') : placed;
    const val = named ? placed.filter(({ split }) => split === 'val') : [];
    const name = `${classes.slice(0, 3).join(', ')}${classes.length > 3 ? ` and ${classes.length - 3} more` : ''}`.slice(0, LONGEST_NAME);
    return imageDraft(
      name,
      [],
      { height: SIDE, width: SIDE, channels: 3, classes: classes.map((one) => one.slice(0, LONGEST_NAME)) },
      await read(train, 0),
      named ? await read(val, train.length) : null,
    );
  },
});

async function reduce(file: Source, decode: (blob: Blob) => Promise<Picture>): Promise<Uint8Array> {
  if (file.size > LARGEST_FILE)
    throw new FileError(
      `“${file.path}” is too large (${Math.round(file.size / 2 ** 20)} MB).`,
      `A picture may have at most ${LARGEST_FILE / 2 ** 20} MB: save it smaller.`,
    );
  let picture: Picture;
  try {
    picture = await decode(file.blob);
  } catch {
    throw new FileError(`“${file.path}” is no picture that this browser can show, or is damaged.`, 'Remove it, or save it as PNG or JPEG.');
  }
  const resampler = new Resampler({ ...picture, channels: 3 }, SIDE);
  const values = new Float32Array(resampler.length);
  resampler.write(picture.rgb, 0, values, 0);
  return Uint8Array.from(values, Math.round);
}
