/** The safetensors format: the length of a JSON header (8 bytes, little-endian), the header, and the values. */

export type TensorValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export interface PlainTensor {
  shape: readonly number[];
  data: TensorValues;
}

const TYPES = [
  ['F32', Float32Array],
  ['I32', Int32Array],
  ['I64', BigInt64Array],
  ['U8', Uint8Array],
] as const;

const typeOf = (data: TensorValues): string => {
  const found = TYPES.find(([, Kind]) => data instanceof Kind);
  if (!found) throw new Error('a tensor of this type cannot be written');
  return found[0];
};

/** Values are aligned to their own size: the widest type stands first. */
export function writeSafetensors(tensors: Readonly<Record<string, PlainTensor>>): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let end = 0;
  const header = Object.fromEntries(
    entries.map(([name, { shape, data }]) => {
      const begin = end;
      end += data.byteLength;
      return [name, { dtype: typeOf(data), shape, data_offsets: [begin, end] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let at = 8 + length;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** The file is no such file, or is damaged. The message is a sentence for the person. */
export class SafetensorsError extends Error {}

/** @throws {SafetensorsError} */
export function readSafetensors(file: ArrayBuffer): Record<string, PlainTensor> {
  const view = new DataView(file);
  const length = file.byteLength < 8 ? Number.POSITIVE_INFINITY : Number(view.getBigUint64(0, true));
  const from = 8 + length;
  if (!(from <= file.byteLength)) throw new SafetensorsError('The file is no safetensors file, or its end is missing.');
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  } catch {
    throw new SafetensorsError('The file is no safetensors file: it does not begin with a list of tensors.');
  }
  return Object.fromEntries(
    Object.entries(header).flatMap(([name, entry]) => {
      if (name === '__metadata__') return [];
      const Kind = TYPES.find(([type]) => type === entry.dtype)?.[1];
      if (!Kind) throw new SafetensorsError(`The tensor ${name} is of type ${entry.dtype}, which is not read here.`);
      const [begin, end] = entry.data_offsets;
      const count = entry.shape.reduce((a, b) => a * b, 1);
      if (!(begin >= 0 && end <= file.byteLength - from) || end - begin !== count * Kind.BYTES_PER_ELEMENT)
        throw new SafetensorsError(`The values of the tensor ${name} are not all there.`);
      // A copy: values need not be aligned in the file.
      return [[name, { shape: entry.shape, data: new Kind(file.slice(from + begin, from + end)) }]];
    }),
  );
}
