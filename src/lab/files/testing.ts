/** Files made for tests. */
import type { AssetInfo, GivenFile } from '../../experiment/assets.ts';
import type { Lab } from '../../experiment/events.ts';

/** A description of an asset that does not exist. */
export const fakeAsset = (name: string): AssetInfo => ({
  hash: Array.from(name.padEnd(32, '-').slice(0, 32), (c) => (c.charCodeAt(0) & 255).toString(16).padStart(2, '0')).join(''),
  name, bytes: 1000, added: 0, notes: [],
  facts: { kind: 'images', height: 32, width: 32, channels: 3, classes: ['cat', 'dog'], train: 50, val: 10 },
});

/** The part of a lab that keeps files; takes any for images. */
export class FakeAssets implements Pick<Lab, 'addFiles' | 'fetchFiles' | 'listAssets' | 'deleteAsset'> {
  assets: AssetInfo[] = [];

  async addFiles(files: GivenFile[]): Promise<AssetInfo> {
    const asset = fakeAsset(files[0].path);
    this.assets.unshift(asset);
    return structuredClone(asset);
  }

  fetchFiles(addresses: string[]): Promise<AssetInfo> {
    return this.addFiles(addresses.map((path) => ({ path, blob: new Blob() })));
  }

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
