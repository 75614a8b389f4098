/**
 * MNIST's format (LeCun et al. 1998), also that of Fashion-MNIST, KMNIST and EMNIST: a file of images and a file of
 * labels, each beginning with two zero bytes, the type (8: bytes), the number of dimensions, and their big-endian sizes.
 */
import { FileError } from './errors.ts';
import { withoutCopies } from './copies.ts';
import { emnistClasses, upright } from './emnist.ts';
import { type ImageSet, imageDraft, MAX_CLASSES, MAX_PIXEL_BYTES } from './imageSet.ts';
import type { Reader, Source } from './reader.ts';

/** Types of values by their code, with the bytes of one. */
const TYPES: Record<number, readonly [name: string, bytes: number]> = {
  8: ['unsigned bytes', 1],
  9: ['signed bytes', 1],
  11: ['16-bit numbers', 2],
  12: ['32-bit numbers', 4],
  13: ['32-bit fractions', 4],
  14: ['64-bit fractions', 8],
};
const [BYTE, INT] = [8, 12];
const LARGEST_SIDE = 256;
const NAMED = /[-.]idx\d(-?(ubyte|u?int\d*|short|float|double))?(\.gz)?$/i;

const typeOf = ({ head }: Source): number => (head[0] === 0 && head[1] === 0 && Object.hasOwn(TYPES, head[2]) ? head[2] : 0);
const dimensions = (file: Source): number => (typeOf(file) ? file.head[3] : 0);
const isImages = (file: Source): boolean => typeOf(file) === BYTE && dimensions(file) === 3;
/** Bytes, one an image; or 32-bit numbers, of which the first of a row is the class (QMNIST). */
const isLabels = (file: Source): boolean =>
  dimensions(file) === 1 ? typeOf(file) === BYTE || (typeOf(file) === INT && NAMED.test(file.name)) : dimensions(file) === 2 && typeOf(file) === INT;
/** Named as IDX, holding something else. */
const isMisnamed = (file: Source): boolean => NAMED.test(file.name) && !isImages(file) && !isLabels(file);

/** What a file that is named as IDX holds instead. */
function misnamed(file: Source): FileError {
  const type = TYPES[typeOf(file)];
  if (type && dimensions(file) > 0 && dimensions(file) <= 8)
    return new FileError(
      `“${file.path}” holds ${sizesIn(file).join('×')} ${type[0]}: ${dimensions(file)} dimension${dimensions(file) === 1 ? '' : 's'}.`,
      'Images need three dimensions (images, rows, columns) of unsigned bytes, labels one.',
    );
  const text = new TextDecoder().decode(file.head).trimStart();
  if (/^<(!doctype|html|\?xml|head)/i.test(text))
    return new FileError(
      `“${file.path}” is a web page, no IDX file: what it is named after is missing.`,
      'The server answered with a page instead of the file. Fetch it again, or from another place.',
    );
  return new FileError(
    `“${file.path}” is no IDX file: it does not begin with 0, 0, a type and the number of dimensions.`,
    'It may be damaged: fetch the file again.',
  );
}

const FASHION = ['T-shirt', 'trousers', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'];
const FOUR = 'MNIST comes as four files: train-images, train-labels, t10k-images and t10k-labels. Choose them together.';

/** The sizes that the header tells. */
function sizesIn({ head }: Source): number[] {
  const view = new DataView(head.buffer);
  return Array.from({ length: head[3] }, (_, i) => (8 + 4 * i <= head.length ? view.getUint32(4 + 4 * i) : 0));
}

/** The sizes in the header. @throws {FileError} when the file has not the length that they say */
function sizes(file: Source): number[] {
  const header = 4 + 4 * dimensions(file);
  if (file.size < header) throw cutOff(file, header);
  const read = sizesIn(file);
  const expected = header + read.reduce((product, size) => product * size, TYPES[typeOf(file)][1]);
  if (file.size < expected) throw cutOff(file, expected);
  if (file.size > expected)
    throw new FileError(
      `“${file.path}” is longer than its header says: ${file.size.toLocaleString('en')} bytes instead of ${expected.toLocaleString('en')}.`,
      'It may be damaged: fetch the file again.',
    );
  return read;
}

/** The class of every image. */
async function readLabels(file: Source): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = (await file.bytes()).subarray(4 + 4 * dimensions(file));
  if (typeOf(file) === BYTE) return bytes;
  const [count, columns = 1] = sizes(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Uint8Array.from({ length: count }, (_, i) => {
    const label = view.getInt32(4 * i * columns);
    if (label < 0 || label >= MAX_CLASSES)
      throw new FileError(`“${file.path}”: image ${i + 1} has the label ${label}.`, `Labels go from 0 to ${MAX_CLASSES - 1}.`);
    return label;
  });
}

const cutOff = (file: Source, expected: number): FileError =>
  new FileError(`“${file.path}” was cut off: it has ${file.size.toLocaleString('en')} bytes of ${expected.toLocaleString('en')}.`, 'Fetch the file again.');

const folderOf = ({ path, name }: Source): string => path.slice(0, path.length - name.length);
/** What the names of two files that belong together have in common. */
const pairName = ({ name }: Source): string =>
  name
    .replace(/images?|labels?/i, '')
    .replace(/idx\d(-?\w+)?$/i, '')
    .toLowerCase();
/** By its name, else by the folders that it lies in. */
const isTest = ({ name, path }: Source): boolean => (/train/i.test(name) ? false : /t10k|test|val/i.test(name) || /(^|\/)(t10k|test|val)[^/]*\//i.test(path));

/** The labels of an image file: in the same folder where several are named alike. */
function labelsOf(file: Source, images: readonly Source[], labels: readonly Source[]): Source | undefined {
  const alike = labels.filter((other) => pairName(other) === pairName(file));
  const near = alike.find((other) => folderOf(other) === folderOf(file));
  return near ?? (alike.length === 1 ? alike[0] : images.length === 1 && labels.length === 1 ? labels[0] : undefined);
}

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
  return { height, width, pixels: (await images.bytes()).subarray(16), labels: await readLabels(labels) };
}

export const idx: Reader = {
  recognises: (files) => files.some((file) => isImages(file) || isLabels(file) || isMisnamed(file)),

  async read(files, onProgress) {
    const wrong = files.find(isMisnamed);
    if (wrong) throw misnamed(wrong);
    const { files: own, notes } = await withoutCopies(
      files.filter((file) => isImages(file) || isLabels(file)),
      ({ name }) => name.replace(/ ?\(\d+\)/, ''),
    );
    const images = own.filter(isImages);
    const labels = own.filter(isLabels);
    const total = images.reduce((sum, { size }) => sum + size, 0);
    if (total > MAX_PIXEL_BYTES)
      throw new FileError(`“${images[0].path}” is too large (${Math.round(total / 2 ** 20)} MB).`, `At most ${MAX_PIXEL_BYTES / 2 ** 20} MB of images fit.`);
    const sets: Partial<Record<'train' | 'val', Awaited<ReturnType<typeof readPair>>>> = {};
    let done = 0;
    for (const file of images) {
      const its = labelsOf(file, images, labels);
      if (!its) throw new FileError(`“${file.path}” came without its labels.`, FOUR);
      const split = isTest(file) && images.length > 1 ? 'val' : 'train';
      if (sets[split])
        throw new FileError(
          `“${file.path}” is a second file of ${split === 'val' ? 'validation' : 'training'} images.`,
          'Choose the files of one data set at a time.',
        );
      sets[split] = await readPair(file, its);
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
    const all = [train, ...(val ? [val] : [])];
    const emnist = images.some(({ path }) => /emnist/i.test(path));
    if (emnist) for (const set of all) upright(set);
    const most = all.reduce((largest, set) => set.labels.reduce((a, b) => Math.max(a, b), largest), 0);
    const least = all.reduce((smallest, set) => set.labels.reduce((a, b) => Math.min(a, b), smallest), MAX_CLASSES);
    if (most + 1 > MAX_CLASSES) throw new FileError(`“${labels[0].path}” has ${most + 1} classes.`, `At most ${MAX_CLASSES} fit.`);
    const numbered = Array.from({ length: Math.max(2, most + 1) }, (_, i) => String(i));
    const named = emnist ? emnistClasses(images[0].path, least, most) : null;
    // Labels that begin at 1 leave no class without images.
    const first = least >= 1 && least < most ? least : 0;
    if (first > 0) for (const set of all) set.labels = set.labels.map((label) => label - first);
    const classes = named ?? (fashion && most < FASHION.length ? FASHION : numbered).slice(first);
    const name = known ?? (fashion ? 'Fashion-MNIST' : emnist ? 'EMNIST' : `Images of ${train.height}×${train.width} pixels (IDX)`);
    const turned = emnist ? ['EMNIST is published transposed: its images were turned upright.'] : [];
    return imageDraft(name, [...notes, ...turned], { height: train.height, width: train.width, channels: 1, classes }, train, val);
  },
};
