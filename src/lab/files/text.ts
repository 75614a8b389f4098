/** Plain text, UTF-8, or UTF-16 with its byte order mark. Several files are one text, in the order of their names. */
import { distinct, pieces } from './tokenise.ts';
import { FileError } from './errors.ts';
import { counted, listed } from './notes.ts';
import type { Reader, Source } from './reader.ts';

const LARGEST_BYTES = 8 * 2 ** 20;
/** Of less a network can learn nothing that would be worth a curve. */
const FEWEST_CHARACTERS = 2000;
export const NAMED_AS_TEXT = /\.(txt|text|md)$/i;
const SAVE_AS = 'Open it in a text editor and save it as plain text, encoding UTF-8.';

/** UTF-16 by its byte order mark, anything else as UTF-8; a mark is not part of the text. */
const encodingOf = ([a, b]: Uint8Array): string => (a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8');

function decode(file: Source, bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  const zero = encoding === 'utf-8' ? bytes.indexOf(0) : -1;
  if (zero >= 0) throw new FileError(`“${file.path}” is no text: byte ${(zero + 1).toLocaleString('en')} is 0.`, 'Choose a plain text file (.txt).');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`“${file.path}” is no ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'} text.`, SAVE_AS);
  }
}

/** Whether a beginning is that of a text, whatever its name: UTF-8 without control characters, and no web page. */
function beginsAsText({ head, size }: Source): boolean {
  if (size < FEWEST_CHARACTERS || head.some((byte) => byte < 32 && ![9, 10, 12, 13].includes(byte))) return false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return !/^\s*<(!doctype|html)/i.test(text);
  } catch {
    return false;
  }
}

/** Files that are texts by their names; without any, those that are by what they hold. */
function textsIn(files: readonly Source[]): Source[] {
  const named = files.filter(({ name }) => NAMED_AS_TEXT.test(name));
  return named.length > 0 ? named : files.filter(beginsAsText);
}

export const plainText: Reader = {
  recognises: (files) => textsIn(files).length > 0,

  async read(files, onProgress) {
    const texts = textsIn(files);
    const others = files.filter((file) => !texts.includes(file)).map(({ path }) => path);
    const bytes = texts.reduce((sum, { size }) => sum + size, 0);
    if (bytes > LARGEST_BYTES) {
      const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
      throw new FileError(
        texts.length === 1 ? `“${texts[0].path}” has ${size}.` : `These ${texts.length} texts have ${size} together.`,
        `At most ${LARGEST_BYTES / 2 ** 20} MB fit: choose a part.`,
      );
    }
    const parts: string[] = [];
    for (const [i, file] of texts.entries()) {
      parts.push(decode(file, await file.bytes()).replace(/\r\n?/g, '\n'));
      onProgress(i + 1, texts.length);
    }
    const text = parts.join('\n');
    const characters = pieces(text, 'characters');
    // Blanks at the ends are nothing to learn from.
    const counting = pieces(text.trim(), 'characters').length;
    if (counting < FEWEST_CHARACTERS) {
      throw new FileError(
        `“${texts[0].path}” is too short to learn from: ${counted(counting, 'character')}${counting < characters.length ? ' without the blanks at its ends' : ''}.`,
        `Choose a text of at least ${FEWEST_CHARACTERS.toLocaleString('en')}; some hundred thousand are better.`,
      );
    }
    const words = pieces(text, 'words');
    return {
      name: texts[0].name.replace(NAMED_AS_TEXT, '').slice(0, 80) || 'a text',
      notes: [
        ...(texts.length > 1 ? [`${texts.length} files became one text.`] : []),
        ...(others.length > 0
          ? [`${counted(others.length, 'file')} that ${others.length === 1 ? 'is no text was' : 'are no texts were'} left out (${listed(others)}).`]
          : []),
      ],
      facts: { kind: 'text', characters: characters.length, words: words.length, characterTypes: distinct(characters), wordTypes: distinct(words) },
      identity: [],
      parts: { text: new TextEncoder().encode(text) },
    };
  },
};
