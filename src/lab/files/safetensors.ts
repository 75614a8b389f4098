/** Weights in the safetensors format, as the exported PyTorch script writes them. */
import { readSafetensors, SafetensorsError } from '../../experiment/contract/safetensors.ts';
import { FileError } from './errors.ts';
import type { Reader, Source } from './reader.ts';

const NAMED = /\.safetensors$/i;
/** A guide is held in memory beside the members. */
const MOST_BYTES = 512 * 2 ** 20;
const SAVE_AGAIN = 'Copy the file again, or let the script write it once more: it stands in the folder “runs” or “weights” beside train.py.';

/** By its name, or by its beginning: the length of a header, and the header's brace. */
const isWeights = ({ name, head }: Source): boolean =>
  NAMED.test(name) || (head.length > 9 && head[8] === 0x7b && head[9] === 0x22 && head[6] === 0 && head[7] === 0);

export const safetensors: Reader = {
  recognises: (files) => files.some(isWeights),

  async read(files) {
    const [file, another] = files.filter(isWeights);
    if (another) throw new FileError(`“${file.path}” and “${another.path}” are weights of two networks.`, 'Drop one of them at a time.');
    if (file.size > MOST_BYTES)
      throw new FileError(
        `“${file.path}” has ${Math.round(file.size / 2 ** 20)} MB of weights.`,
        `At most ${MOST_BYTES / 2 ** 20} MB fit: use a smaller network.`,
      );
    const bytes = await file.bytes();
    let tensors: ReturnType<typeof readSafetensors>;
    try {
      tensors = readSafetensors(bytes.buffer);
    } catch (error) {
      if (!(error instanceof SafetensorsError)) throw error;
      throw new FileError(`“${file.path}” cannot be read. ${error.message}`, SAVE_AGAIN);
    }
    const all = Object.entries(tensors);
    if (all.length === 0) throw new FileError(`“${file.path}” holds no tensors.`, SAVE_AGAIN);
    const bad = all.find(([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite));
    if (bad)
      throw new FileError(
        `“${file.path}”: ${bad[0]} holds values that are not numbers (NaN or infinite).`,
        'The network had diverged when it was saved: take one that has learnt.',
      );
    return {
      name: file.name.replace(NAMED, '').slice(0, 80) || 'weights',
      notes: [],
      facts: { kind: 'weights', tensors: all.length, values: all.reduce((sum, [, { data }]) => sum + data.length, 0) },
      identity: [],
      parts: { tensors: bytes },
    };
  },
};
