/** Files made for tests. */
import type { AssetInfo, GivenFile } from '../../experiment/schema/assets.ts';
import type { Lab, WeightsFit } from '../../experiment/contract/lab.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

/** A description of an asset that does not exist. */
export const fakeAsset = (name: string): AssetInfo => ({
  hash: Array.from(name.padEnd(32, '-').slice(0, 32), (c) => (c.charCodeAt(0) & 255).toString(16).padStart(2, '0')).join(''),
  name,
  bytes: 1000,
  added: 0,
  notes: [],
  facts: { kind: 'images', height: 32, width: 32, channels: 3, classes: ['cat', 'dog'], train: 50, val: 10 },
});

/** The part of a lab that keeps files; takes any for images. */
export class FakeAssets implements Pick<Lab, 'addFiles' | 'fetchFiles' | 'cancelFetch' | 'listAssets' | 'deleteAsset' | 'weightsFit'> {
  assets: AssetInfo[] = [];

  async addFiles(files: GivenFile[]): Promise<AssetInfo> {
    const asset = fakeAsset(files[0].path);
    this.assets.unshift(asset);
    return structuredClone(asset);
  }

  fetchFiles(addresses: string[]): Promise<AssetInfo> {
    return this.addFiles(addresses.map((path) => ({ path, blob: new Blob() })));
  }

  async cancelFetch(): Promise<void> {}

  weightsFit = async ({ target }: Experiment): Promise<WeightsFit> => ({ network: target, guide: null });

  async listAssets(): Promise<AssetInfo[]> {
    return structuredClone(this.assets);
  }

  async deleteAsset(hash: string): Promise<void> {
    this.assets = this.assets.filter((asset) => asset.hash !== hash);
  }
}

export const given = (path: string, bytes: Uint8Array<ArrayBuffer> | string): GivenFile => ({ path, blob: new Blob([bytes]) });

/** A CIFAR-10 (or, with two labels a record, CIFAR-100) file: image i has the label i mod classes and pixels that tell i, channel and place. */
export function cifarFile(count: number, { labels = 1, classes = 10, first = 0 } = {}): Uint8Array<ArrayBuffer> {
  const record = labels + 3072;
  const bytes = new Uint8Array(count * record);
  for (let i = 0; i < count; i++) {
    bytes[i * record + labels - 1] = (i + first) % classes;
    for (let p = 0; p < 3072; p++) bytes[i * record + labels + p] = cifarPixel(i + first, Math.floor(p / 1024), p % 1024);
  }
  return bytes;
}

export const cifarPixel = (image: number, channel: number, place: number): number => (image * 7 + channel * 80 + place) & 255;

/** An IDX file of bytes: `sizes` are its dimensions, value k is k modulo `modulus`. */
export function idxFile(sizes: number[], modulus = 256): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * sizes.length + sizes.reduce((a, b) => a * b, 1));
  bytes.set([0, 0, 8, sizes.length]);
  const view = new DataView(bytes.buffer);
  sizes.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  for (let k = 4 + 4 * sizes.length; k < bytes.length; k++) bytes[k] = (k - 4 - 4 * sizes.length) % modulus;
  return bytes;
}

/** A tar archive of plain files. */
export function tarFile(files: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (const [name, content] of Object.entries(files)) {
    const head = new Uint8Array(512);
    const put = (text: string, at: number) => head.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put(content.length.toString(8).padStart(11, '0'), 124);
    put('0', 156);
    put('ustar', 257);
    blocks.push(head, content, new Uint8Array(-content.length & 511));
  }
  blocks.push(new Uint8Array(1024));
  return Uint8Array.from(blocks.flatMap((block) => [...block]));
}
