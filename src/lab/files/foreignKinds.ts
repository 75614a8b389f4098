/** Files that people have and that cannot be read here: what they are, and the way from them to what can. */
import { FileError } from './errors.ts';
import type { Reader, Source } from './reader.ts';

interface Kind {
  what: string;
  name: RegExp;
  /** Its first bytes, where they tell. */
  mark?: string;
  remedy: (path: string) => string;
}

const convert = (format: string) => (path: string) =>
  `Convert it with the Python package tensorflowjs: tensorflowjs_converter --input_format=${format} --output_format=tfjs_layers_model "${path}" converted. Then drop the folder “converted”.`;
const unpack = () => 'Unpack it, and drop the folder or an ordinary ZIP of it.';
const KINDS: readonly Kind[] = [
  { what: 'a network saved by Keras', name: /\.keras$/i, remedy: convert('keras_keras') },
  { what: 'a network saved by Keras (HDF5)', name: /\.(h5|hdf5)$/i, mark: '\x89HDF', remedy: convert('keras') },
  { what: 'a network saved by TensorFlow', name: /(^|\/)(saved_model|keras_metadata)\.pb$/i, remedy: convert('keras_saved_model') },
  {
    what: 'a network of another program',
    name: /\.(pt|pth|onnx|tflite|ckpt|pb)$/i,
    remedy: () =>
      'Networks are read in the format of TensorFlow.js (model.json with its .bin files): build it in Keras and convert it with tensorflowjs_converter.',
  },
  { what: 'an archive that cannot be unpacked here', name: /\.(rar|7z|bz2|xz|zst|lz4)$/i, remedy: unpack },
  { what: 'an archive that cannot be unpacked here (RAR)', name: /\.rar$/i, mark: 'Rar!', remedy: unpack },
  { what: 'an archive that cannot be unpacked here (7-Zip)', name: /\.7z$/i, mark: '7z\xbc\xaf', remedy: unpack },
];

const kindOf = ({ name, head }: Source): Kind | undefined =>
  KINDS.find((kind) => kind.name.test(name) || (kind.mark !== undefined && Array.from(kind.mark).every((c, i) => c.charCodeAt(0) === head[i])));

export const foreignKinds: Reader = {
  recognises: (files) => files.some(kindOf),

  async read(files) {
    const file = files.find(kindOf) as Source;
    const { what, remedy } = kindOf(file) as Kind;
    throw new FileError(`“${file.path}” is ${what}.`, remedy(file.name));
  },
};
