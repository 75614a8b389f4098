/**
 * CIFAR-10 and CIFAR-100, "binary version" (Krizhevsky 2009): records of one label byte (CIFAR-100: two, coarse and
 * fine) and 3072 bytes of a 32×32 image, plane by plane. A file is any number of whole records.
 */
import { withoutCopies } from './copies.ts';
import { FileError } from './errors.ts';
import { type ImageSet, imageDraft, joined, MAX_PIXEL_BYTES } from './imageSet.ts';
import type { Reader, Source } from './reader.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;

interface Format {
  name: string;
  classes: readonly string[];
  /** How many values each byte of labels before the pixels may have; the last byte is the class. */
  labels: readonly number[];
  /** Images in an official file of that beginning of a name. */
  official: readonly (readonly [name: RegExp, images: number])[];
}

const FORMATS: readonly Format[] = [
  {
    name: 'CIFAR-10',
    classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    labels: [10],
    official: [
      [/^data_batch_[1-5]\.bin$/i, 10_000],
      [/^test_batch\.bin$/i, 10_000],
    ],
  },
  {
    name: 'CIFAR-100',
    classes: (
      'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle chair ' +
      'chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard ' +
      'lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear ' +
      'pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail ' +
      'snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale ' +
      'willow_tree wolf woman worm'
    )
      .split(' ')
      .map((name) => name.replace('_', ' ')),
    labels: [20, 100],
    official: [
      [/^train\.bin$/i, 50_000],
      [/^test\.bin$/i, 10_000],
    ],
  },
];

const record = ({ labels }: Format): number => labels.length + PIXELS;
const OFFICIAL_NAME = /^(data_batch|test_batch|train|test)[^/]*\.bin$/i;
/** The same data as pickled Python objects. */
const isPickled = ({ name, head }: Source): boolean => /^(data_batch_\d|test_batch|train|test)$/.test(name) && head[0] === 0x80;
const belongs = (file: Source): boolean =>
  isPickled(file) || (/\.bin$/i.test(file.name) && (OFFICIAL_NAME.test(file.name) || FORMATS.some((format) => file.size % record(format) === 0)));

const GET_BINARY = 'Download the “binary version” from the CIFAR page and choose its .bin files (or the .tar.gz as it is).';

/** Index of the first record with a label that the format does not have, or −1. */
function badRecord(bytes: Uint8Array, format: Format): number {
  const step = record(format);
  for (let i = 0; i * step < bytes.length; i++) if (format.labels.some((values, k) => bytes[i * step + k] >= values)) return i;
  return -1;
}

/** @throws {FileError} when it is of neither format */
function formatOf(file: Source, bytes: Uint8Array): Format {
  const fitting = FORMATS.filter((format) => bytes.length % record(format) === 0);
  if (fitting.length === 0) {
    throw new FileError(
      `“${file.path}” is no CIFAR file: its ${bytes.length.toLocaleString('en')} bytes are not a multiple of ${FORMATS.map((f) => `${record(f)} (${f.name})`).join(' or ')}.`,
      `The download may have been cut off: fetch the file again. ${GET_BINARY}`,
    );
  }
  const format = fitting.find((one) => badRecord(bytes, one) < 0);
  if (!format) {
    const bad = badRecord(bytes, fitting[0]);
    const labels = [...bytes.subarray(bad * record(fitting[0]), bad * record(fitting[0]) + fitting[0].labels.length)];
    throw new FileError(
      `“${file.path}” is no ${fitting[0].name} file: image ${bad + 1} has the label ${labels.join(', ')}, and labels go from 0 to ${fitting[0].labels.map((values) => values - 1).join(', ')}.`,
      `The file may be damaged or something else: fetch it again. ${GET_BINARY}`,
    );
  }
  return format;
}

/** From planes to pixels with their channels side by side. */
function unpack(bytes: Uint8Array, format: Format): ImageSet {
  const step = record(format);
  const count = bytes.length / step;
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const from = i * step + format.labels.length;
    labels[i] = bytes[from - 1];
    for (let p = 0, at = i * PIXELS; p < PLANE; p++) {
      for (let c = 0; c < 3; c++) pixels[at++] = bytes[from + c * PLANE + p];
    }
  }
  return { pixels, labels };
}

/**
 * For files that nobody recognised: why a `.bin` file whose length is off is not taken for CIFAR. By its name alone it
 * could be anything.
 */
export function cutCifar(files: readonly Source[]): FileError | undefined {
  const file = files.find(({ name, size }) => /\.bin$/i.test(name) && size >= PIXELS);
  return (
    file &&
    new FileError(
      `“${file.path}” is of no kind that can be used here. If it is CIFAR, it was cut off or changed: its ${file.size.toLocaleString('en')} bytes are not a multiple of ${FORMATS.map((f) => `${record(f)} (${f.name})`).join(' or ')}.`,
      GET_BINARY,
    )
  );
}

export const cifar: Reader = {
  recognises: (files) => files.some(belongs),

  async read(files, onProgress) {
    // Twenty thousand images are not the same by chance: another name does not make them others.
    const { files: wanted, notes } = await withoutCopies(files.filter(belongs), () => '');
    const pickled = wanted.find(isPickled);
    if (pickled) throw new FileError(`“${pickled.path}” is from the Python version of CIFAR, which cannot be read here.`, GET_BINARY);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    if (total > MAX_PIXEL_BYTES) {
      throw new FileError(
        `“${wanted[0].path}” and the files with it are too large (${Math.round(total / 2 ** 20)} MB).`,
        `At most ${MAX_PIXEL_BYTES / 2 ** 20} MB of images fit.`,
      );
    }
    const sets: Record<'train' | 'val', ImageSet[]> = { train: [], val: [] };
    let found: { format: Format; file: Source } | undefined;
    let done = 0;
    for (const file of wanted) {
      const bytes = await file.bytes();
      const format = formatOf(file, bytes);
      found ??= { format, file };
      if (format !== found.format) {
        throw new FileError(
          `“${found.file.path}” is ${found.format.name} and “${file.path}” is ${format.name}.`,
          'Choose the files of one data set at a time.',
        );
      }
      const set = unpack(bytes, format);
      const expected = format.official.find(([name]) => name.test(file.name))?.[1];
      if (expected !== undefined && set.labels.length !== expected) {
        notes.push(`“${file.name}” is not the official file: it holds ${set.labels.length.toLocaleString('en')} images, not ${expected.toLocaleString('en')}.`);
      }
      sets[/^test/i.test(file.name) || /(^|\/)(test|val)[^/]*\//i.test(file.path) ? 'val' : 'train'].push(set);
      done += file.size;
      onProgress(done, total);
    }
    const { format } = found as { format: Format };
    const about = { height: SIDE, width: SIDE, channels: 3 as const, classes: [...format.classes] };
    // Test files alone are images like any others.
    if (sets.train.length === 0) return imageDraft(format.name, notes, about, joined(sets.val), null);
    return imageDraft(format.name, notes, about, joined(sets.train), sets.val.length > 0 ? joined(sets.val) : null);
  },
};
