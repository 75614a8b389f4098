/** What is peculiar to EMNIST (Cohen et al. 2017): its images are published transposed, and its classes are letters. */
import type { ImageSet } from './imageSet.ts';

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SMALL = CAPITALS.toLowerCase();
/** By a word of the file's name; of the merged ones only the small letters that look unlike their capitals are classes of their own. */
const CLASSES: readonly (readonly [word: RegExp, classes: string])[] = [
  [/letters/i, SMALL],
  [/balanced|bymerge/i, `${DIGITS}${CAPITALS}abdefghnqrt`],
  [/byclass/i, DIGITS + CAPITALS + SMALL],
];

/**
 * @param least smallest label @param most largest one
 * @returns names of the classes from the smallest label on, or null when the labels are not those of the set
 */
export function emnistClasses(path: string, least: number, most: number): string[] | null {
  const [word, classes] = CLASSES.find(([name]) => name.test(path)) ?? [];
  if (!classes) return null;
  // Letters are numbered from 1.
  const first = word?.test('letters') ? 1 : 0;
  return least >= first && most < first + classes.length ? [...classes] : null;
}

/** Transpose the images of a set in place of the old ones. */
export function upright(set: ImageSet & { height: number; width: number }): void {
  const { height, width, pixels } = set;
  const turned = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += height * width) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[at + x * height + y] = pixels[at + y * width + x];
  }
  Object.assign(set, { pixels: turned, height: width, width: height });
}
