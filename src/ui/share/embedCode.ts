/** The HTML by which another page shows this one in a frame. */
import { addressFor, type PartName } from '@/state/presenting.ts';

export interface FrameSize {
  name: string;
  /** Of the frame, as its attributes have them. */
  width: string;
  height: string;
}

export const SIZES: readonly FrameSize[] = [
  // The narrowest that shows everything on one screen has 1024.
  { name: '1100 × 720', width: '1100', height: '720' },
  { name: '1280 × 900', width: '1280', height: '900' },
  { name: 'As wide as its page', width: '100%', height: '900' },
];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * @param link the whole address of what is to be shown
 * @param question what a screen reader calls the frame
 */
export function embedCode(link: string, question: string, size: FrameSize, hidden: readonly PartName[]): string {
  const address = addressFor({ presenting: false, embedded: true, hidden }, link);
  // Isolation is the outer page's to give: where it has it, threads come with it.
  return (
    `<iframe src="${escaped(address)}" title="${escaped(question)}" width="${size.width}" height="${size.height}" ` +
    'allow="cross-origin-isolated; fullscreen; clipboard-write" loading="lazy" style="border: 0; max-width: 100%"></iframe>'
  );
}
