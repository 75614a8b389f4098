/** Public data sets that can be used, and what to download. The page needs none of them. */

export interface KnownSet {
  name: string;
  /** What it shows. */
  hint: string;
  megabytes: number;
  /** Files to be dropped together. */
  files: readonly string[];
  /** Where its authors describe and offer it. */
  page: string;
  /** Where the files lie, in the order of `files`. */
  addresses: readonly string[];
}

const FASHION = 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/';
const MNIST = 'https://storage.googleapis.com/cvdf-datasets/mnist/';
const FOUR = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];
const TORONTO = 'https://www.cs.toronto.edu/~kriz/';

export const KNOWN_SETS: readonly KnownSet[] = [
  {
    name: 'CIFAR-10',
    hint: 'Photographs of 10 things, 32×32 pixels.',
    megabytes: 162,
    files: ['cifar-10-binary.tar.gz'],
    page: `${TORONTO}cifar.html`,
    addresses: [`${TORONTO}cifar-10-binary.tar.gz`],
  },
  {
    name: 'CIFAR-100',
    hint: 'Photographs of 100 things, 32×32 pixels.',
    megabytes: 161,
    files: ['cifar-100-binary.tar.gz'],
    page: `${TORONTO}cifar.html`,
    addresses: [`${TORONTO}cifar-100-binary.tar.gz`],
  },
  {
    name: 'MNIST',
    hint: 'Handwritten digits, 28×28 pixels.',
    megabytes: 11,
    files: FOUR,
    page: 'https://github.com/cvdfoundation/mnist',
    addresses: FOUR.map((file) => MNIST + file),
  },
  {
    name: 'Fashion-MNIST',
    hint: 'Clothes, 28×28 pixels.',
    megabytes: 30,
    files: FOUR,
    page: 'https://github.com/zalandoresearch/fashion-mnist',
    addresses: FOUR.map((file) => FASHION + file),
  },
];
