/** Pictures by what their files hold: names lie, or have no ending. */
import type { Source } from './reader.ts';

const KINDS: readonly (readonly [kind: string, at: number, mark: string])[] = [
  ['PNG', 0, '\x89PNG'],
  ['JPEG', 0, '\xff\xd8\xff'],
  ['GIF', 0, 'GIF8'],
  ['BMP', 0, 'BM'],
  ['WebP', 8, 'WEBP'],
  ['AVIF', 4, 'ftypavi'],
];
/** Kinds that some browsers show and most do not. */
const RARE: readonly (readonly [kind: string, name: RegExp, at: number, mark: string])[] = [
  ['TIFF', /\.tiff?$/i, 0, 'II*\0'],
  ['TIFF', /\.tiff?$/i, 0, 'MM\0*'],
  ['HEIC', /\.hei[cf]$/i, 4, 'ftyphei'],
  ['JPEG 2000', /\.(jp2|j2k)$/i, 4, 'jP  '],
  ['JPEG XL', /\.jxl$/i, 4, 'JXL '],
  ['SVG', /\.svg$/i, 0, '<svg'],
  ['Photoshop', /\.psd$/i, 0, '8BPS'],
  ['ICO', /\.ico$/i, 0, '\0\0\x01\0'],
];
const NAME = /\.(png|jpe?g|jfif|webp|gif|bmp|avif)$/i;

const holds = ({ head }: Source, at: number, mark: string): boolean => Array.from(mark, (_, i) => mark.charCodeAt(i)).every((byte, i) => head[at + i] === byte);

/** Whether a file is, or by its name should be, a picture that every browser shows. */
export const isPicture = (file: Source): boolean =>
  NAME.test(file.name) || KINDS.some(([kind, at, mark]) => holds(file, at, mark) && (kind !== 'BMP' || file.size > 54));

/** The kind of a picture that not every browser shows, or null. */
export const rareKind = (file: Source): string | null =>
  isPicture(file) ? null : (RARE.find(([, name, at, mark]) => name.test(file.name) || holds(file, at, mark))?.[0] ?? null);
