/** Files whose checksums their publishers name. Another checksum is worth a note: the content may differ, not the format. */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Source } from './reader.ts';

/** MD5 by name, as published; several data sets have files of the same names. */
const PUBLISHED: readonly (readonly [set: string, name: string, md5: string])[] = [
  ['CIFAR-10', 'cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530'],
  ['CIFAR-100', 'cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8'],
  ['MNIST', 'train-images-idx3-ubyte.gz', 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
  ['MNIST', 'train-labels-idx1-ubyte.gz', 'd53e105ee54ea40749a09fcbcd1e9432'],
  ['MNIST', 't10k-images-idx3-ubyte.gz', '9fb629c4189551a2d022fa330f9573f3'],
  ['MNIST', 't10k-labels-idx1-ubyte.gz', 'ec29112dd5afa0611ce80d1b7f02629c'],
  ['Fashion-MNIST', 'train-images-idx3-ubyte.gz', '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
  ['Fashion-MNIST', 'train-labels-idx1-ubyte.gz', '25c81989df183df01b3e8a0aad5dffbe'],
  ['Fashion-MNIST', 't10k-images-idx3-ubyte.gz', 'bef4ecab320f06d8554ea6380940ec79'],
  ['Fashion-MNIST', 't10k-labels-idx1-ubyte.gz', 'bb300cfdad3c16e7a12a480ee83cd310'],
];

/** Bytes hashed at a time. */
const PIECE = 2 ** 24;

/**
 * Compare a file with those published under its name.
 * @returns the data set that it is an official file of; null when it is none of them; undefined when none has its name
 */
export async function officialSet(file: Source): Promise<string | null | undefined> {
  const candidates = PUBLISHED.filter(([, name]) => name === file.name);
  if (candidates.length === 0) return undefined;
  const hash = md5.create();
  for (let at = 0; at < file.size; at += PIECE) hash.update(new Uint8Array(await file.blob.slice(at, at + PIECE).arrayBuffer()));
  const sum = bytesToHex(hash.digest());
  return candidates.find(([, , published]) => published === sum)?.[0] ?? null;
}
