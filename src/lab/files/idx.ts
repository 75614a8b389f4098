/**
 * MNIST's format (LeCun et al. 1998), also that of Fashion-MNIST, KMNIST and EMNIST: a file of images and a file of
 * labels, each beginning with two zero bytes, the type (8: bytes), the number of dimensions, and their big-endian sizes.
 */
import { FileError } from './errors.ts';
import { type ImageSet, imageDraft, MAX_CLASSES, MAX_PIXEL_BYTES } from './imageSet.ts';
import type { Reader, Source } from './reader.ts';

const BYTES = 8;
const LARGEST_SIDE = 256;
const dimensions = ({ head }: Source): number => (head[0] === 0 && head[1] === 0 && head[2] === BYTES ? head[3] : 0);
const isImages = (file: Source): boolean => dimensions(file) === 3;
const isLabels = (file: Source): boolean => dimensions(file) === 1;
/** Named as IDX, holding something else. */
const isMisnamed = (file: Source): boolean => /(-|\.)idx\d-ubyte$/.test(file.name) && !isImages(file) && !isLabels(file);

const FASHION = ['T-shirt', 'trousers', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'];
const FOUR = 'MNIST comes as four files: train-images, train-labels, t10k-images and t10k-labels. Choose them together.';

/** The sizes in the header. @throws {FileError} when the file has not the length that they say */
function sizes(file: Source): number[] {
  const count = dimensions(file);
  const header = 4 + 4 * count;
  if (file.size < header) throw cutOff(file, header);
  const view = new DataView(file.head.buffer);
  const read = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + read.reduce((product, size) => product * size, 1);
  if (file.size < expected) throw cutOff(file, expected);
  if (file.size > expected)
    throw new FileError(
      `“${file.path}” is longer than its header says: ${file.size.toLocaleString('en')} bytes instead of ${expected.toLocaleString('en')}.`,
      'It may be damaged: fetch the file again.',
    );
  return read;
}

const cutOff = (file: Source, expected: number): FileError =>
  new FileError(`“${file.path}” was cut off: it has ${file.size.toLocaleString('en')} bytes of ${expected.toLocaleString('en')}.`, 'Fetch the file again.');

/** What the names of two files that belong together have in common. */
const pairName = ({ name }: Source): string =>
  name
    .replace(/images?|labels?/i, '')
    .replace(/idx\d/i, '')
    .toLowerCase();
const isTest = ({ name }: Source): boolean => /t10k|test|val/i.test(name);

async function readPair(images: Source, labels: Source): Promise<ImageSet & { height: number; width: number }> {
  const [count, height, width] = sizes(images);
  const [labelCount] = sizes(labels);
  if (count !== labelCount) {
    throw new FileError(
      `“${images.path}” holds ${count.toLocaleString('en')} images, “${labels.path}” ${labelCount.toLocaleString('en')} labels.`,
      'Choose an image file and the label file that belongs to it.',
    );
  }
  if (Math.min(height, width) < 1 || Math.max(height, width) > LARGEST_SIDE) {
    throw new FileError(`“${images.path}” has images of ${height}×${width} pixels.`, `They may have at most ${LARGEST_SIDE}×${LARGEST_SIDE}.`);
  }
  return { height, width, pixels: (await images.bytes()).subarray(16), labels: (await labels.bytes()).subarray(8) };
}

export const idx: Reader = {
  recognises: (files) => files.some((file) => isImages(file) || isLabels(file) || isMisnamed(file)),

  async read(files, onProgress) {
    const misnamed = files.find(isMisnamed);
    if (misnamed)
      throw new FileError(
        `“${misnamed.path}” is no IDX file: it does not begin with 0, 0, 8 and the number of dimensions.`,
        'It may be damaged: fetch the file again.',
      );
    const images = files.filter(isImages);
    const labels = files.filter(isLabels);
    const total = images.reduce((sum, { size }) => sum + size, 0);
    if (total > MAX_PIXEL_BYTES)
      throw new FileError(`“${images[0].path}” is too large (${Math.round(total / 2 ** 20)} MB).`, `At most ${MAX_PIXEL_BYTES / 2 ** 20} MB of images fit.`);
    const sets: Partial<Record<'train' | 'val', Awaited<ReturnType<typeof readPair>>>> = {};
    let done = 0;
    for (const file of images) {
      const own = labels.find((other) => pairName(other) === pairName(file)) ?? (images.length === 1 && labels.length === 1 ? labels[0] : undefined);
      if (!own) throw new FileError(`“${file.path}” came without its labels.`, FOUR);
      const split = isTest(file) && images.length > 1 ? 'val' : 'train';
      if (sets[split])
        throw new FileError(
          `“${file.path}” is a second file of ${split === 'val' ? 'validation' : 'training'} images.`,
          'Choose the files of one data set at a time.',
        );
      sets[split] = await readPair(file, own);
      done += file.size;
      onProgress(done, total);
    }
    const train = sets.train ?? sets.val;
    if (!train) throw new FileError(`“${labels[0].path}” holds labels without images.`, FOUR);
    const val = sets.train ? (sets.val ?? null) : null;
    if (val && (val.height !== train.height || val.width !== train.width)) {
      throw new FileError(
        `Training images have ${train.height}×${train.width} pixels, validation images ${val.height}×${val.width}.`,
        'Choose the files of one data set at a time.',
      );
    }
    const official = new Set(images.map((file) => file.official));
    const known = official.size === 1 ? [...official][0] : undefined;
    const fashion = known === 'Fashion-MNIST' || images.some(({ path }) => /fashion/i.test(path));
    const most = Math.max(...[train, val].map((set) => set?.labels.reduce((a, b) => Math.max(a, b), 0) ?? 0));
    if (most + 1 > MAX_CLASSES) throw new FileError(`“${labels[0].path}” has ${most + 1} classes.`, `At most ${MAX_CLASSES} fit.`);
    const classes = fashion && most < FASHION.length ? FASHION : Array.from({ length: Math.max(2, most + 1) }, (_, i) => String(i));
    const name = known ?? (fashion ? 'Fashion-MNIST' : `Images of ${train.height}×${train.width} pixels (IDX)`);
    return imageDraft(name, [], { height: train.height, width: train.width, channels: 1, classes }, train, val);
  },
};
