/** A folder (or an archive) of pictures, one sub-folder a class; `train/` and `test/` above them are understood. */
import { decodePicture, type Picture } from './decode.ts';
import { FileError } from './errors.ts';
import { layoutOf, type Placed } from './folders.ts';
import { imageDraft, type ImageSet, MAX_CLASSES, MAX_PIXEL_BYTES } from './imageSet.ts';
import { counted, listed } from './notes.ts';
import { isPicture, rareKind } from './pictureKinds.ts';
import type { Reader, Source } from './reader.ts';
import { Resampler } from './resample.ts';

/** Pictures are kept at this size: tasks are no larger. */
const SIDE = 32;
const PIXELS = SIDE * SIDE * 3;
/** A picture file beyond this would take the memory of the browser to decode. */
const LARGEST_FILE = 32 * 2 ** 20;
/** Characters of a name that an experiment can hold. */
const LONGEST_NAME = 80;
/** @param decode how a picture becomes pixels; tests put their own here */
export const pictureReader = (decode: (blob: Blob) => Promise<Picture> = decodePicture): Reader => ({
  recognises: (files) => files.some(isPicture),

  async read(files, onProgress) {
    const rare = new Set<Source>();
    for (const file of files) if (rareKind(file) && !(await decodes(file, decode))) rare.add(file);
    const pictures = files.filter((file) => isPicture(file) || (rareKind(file) !== null && !rare.has(file)));
    const { placed, notes } = layoutOf(pictures);
    const classes = [...new Set(placed.map(({ className }) => className))].sort((a, b) => (a < b ? -1 : 1));
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
    const named = new Set(placed.map(({ split }) => split)).size === 2;
    let [onBlack, alike] = [0, true];
    let first: Uint8Array | undefined;
    const read = async (wanted: Placed[], before: number): Promise<ImageSet> => {
      const set = { pixels: new Uint8Array(wanted.length * PIXELS), labels: new Uint8Array(wanted.length) };
      for (const [i, { file, className }] of wanted.entries()) {
        const { pixels, background } = await reduce(file, decode);
        if (background === 'black') onBlack++;
        if (!first) first = pixels;
        else alike &&= pixels.every((value, k) => value === first?.[k]);
        set.pixels.set(pixels, i * PIXELS);
        set.labels[i] = classes.indexOf(className);
        onProgress(before + i + 1, placed.length);
      }
      return set;
    };
    const train = named ? placed.filter(({ split }) => split === 'train') : placed;
    const val = named ? placed.filter(({ split }) => split === 'val') : [];
    const name = `${classes.slice(0, 3).join(', ')}${classes.length > 3 ? ` and ${classes.length - 3} more` : ''}`.slice(0, LONGEST_NAME);
    const sets = [await read(train, 0), named ? await read(val, train.length) : null] as const;
    const drawn = [
      ...(onBlack > 0 ? [`${counted(onBlack, 'picture')} with light shapes on nothing ${onBlack === 1 ? 'was' : 'were'} laid on black.`] : []),
      ...(alike ? ['All pictures are alike, pixel by pixel: there is nothing to tell them apart by.'] : []),
    ];
    return imageDraft(
      name,
      [...rareNotes([...rare], classes), ...notes, ...(named ? lackNotes(placed, classes) : []), ...drawn],
      { height: SIDE, width: SIDE, channels: 3, classes: classes.map((one) => one.slice(0, LONGEST_NAME)) },
      ...sets,
    );
  },
});

const decodes = (file: Source, decode: (blob: Blob) => Promise<Picture>): Promise<boolean> =>
  decode(file.blob).then(
    () => true,
    () => false,
  );

const folderOf = ({ path }: Source): string => path.split('/').at(-2) ?? '';

/** What was left out because this browser cannot show it, and classes that are lost with it. */
function rareNotes(rare: readonly Source[], classes: readonly string[]): string[] {
  if (rare.length === 0) return [];
  const kinds = [...new Set(rare.map(rareKind))].join(', ');
  const lost = [...new Set(rare.map(folderOf))].filter((folder) => folder !== '' && !classes.includes(folder));
  const without = lost.length > 0 ? ` So there is no class ${listed(lost.map((one) => `“${one}”`))}.` : '';
  return [
    `${counted(rare.length, 'picture')} of a kind that this browser cannot show (${kinds}) ${rare.length === 1 ? 'was' : 'were'} left out: ${listed(rare.map(({ path }) => path))}.${without}`,
  ];
}

/** Classes that only one of the two sets has. */
function lackNotes(placed: readonly Placed[], classes: readonly string[]): string[] {
  const lacking = (split: 'train' | 'val') => classes.filter((name) => !placed.some((one) => one.className === name && one.split === split));
  const [untrained, unvalidated] = [lacking('train'), lacking('val')];
  return [
    ...(untrained.length > 0
      ? [`No training picture shows ${listed(untrained.map((one) => `“${one}”`))}: nothing can be learnt of ${untrained.length === 1 ? 'it' : 'them'}.`]
      : []),
    ...(unvalidated.length > 0 ? [`No validation picture shows ${listed(unvalidated.map((one) => `“${one}”`))}.`] : []),
  ];
}

async function reduce(file: Source, decode: (blob: Blob) => Promise<Picture>): Promise<{ pixels: Uint8Array; background: Picture['background'] }> {
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
  return { pixels: Uint8Array.from(values, Math.round), background: picture.background };
}
