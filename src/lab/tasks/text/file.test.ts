import { describe, expect, it } from 'vitest';
import { withText } from '../../../experiment/plan/assetRefs.ts';
import type { AssetInfo, TextFacts } from '../../../experiment/schema/assets.ts';
import { labelGroups, taskMetric, taskShape } from '../../../experiment/networks/describe.ts';
import type { TextFileSpec } from '../../../experiment/schema/schema.ts';
import { Library } from '../../files/library.ts';
import { MemoryStorage } from '../../files/storage.ts';
import { given } from '../../files/testing.ts';
import { openTask, previewTask } from '../index.ts';
import { distinct, encode, pieces, UNKNOWN, vocabularyOf } from '../../files/tokenise.ts';

const SPEC: TextFileSpec = { kind: 'text-file', data: { name: 'A text' }, unit: 'characters', context: 8, vocabulary: 256, trainTokens: 2000, valTokens: 400 };
const newLibrary = () => {
  const storage = new MemoryStorage();
  return new Library(async () => storage);
};
const SENTENCE = 'The cat, it’s said, saw 12 cats.\n';
const LONG = SENTENCE.repeat(100);
const added = async (library: Library, ...files: Parameters<typeof given>[]) =>
  (await library.add(files.map((file) => given(...file)))) as AssetInfo<TextFacts>;

describe('tokens', () => {
  it('are characters or words, of any script', () => {
    expect(pieces('Aé😀\n', 'characters')).toEqual(['A', 'é', '😀', '\n']);
    expect(pieces(SENTENCE, 'words')).toEqual(['The', 'cat', ',', 'it’s', 'said', ',', 'saw', '12', 'cats', '.', '\n']);
    expect(pieces('Grüße, мир 你好!', 'words')).toEqual(['Grüße', ',', 'мир', '你好', '!']);
    expect(pieces('  ', 'words')).toEqual([]);
    // Words that no space parts are the dictionary's.
    expect(pieces('ฉันชอบกินข้าว 12', 'words')).toEqual(['ฉัน', 'ชอบ', 'กิน', 'ข้าว', '12']);
  });

  it('are numbered by frequency behind the unknown one, which stands for all others', () => {
    const all = [...'bbbaac'];
    expect(vocabularyOf(all, 10)).toEqual([UNKNOWN, 'b', 'a', 'c']);
    expect(vocabularyOf([...'cab'], 3)).toEqual([UNKNOWN, 'a', 'b']);
    expect([...encode([...'abcd'], vocabularyOf(all, 3))]).toEqual([2, 1, 0, 0]);
  });
});

describe('files', () => {
  it('become a text: line ends alike, byte order mark gone, the same hash for the same text', async () => {
    const library = newLibrary();
    const asset = await added(library, ['story.txt', `\ufeff${LONG.replaceAll('\n', '\r\n')}`]);
    expect(asset).toMatchObject({
      name: 'story',
      facts: { kind: 'text', characters: LONG.length, words: 1100, characterTypes: distinct([...LONG]), wordTypes: 10 },
    });
    expect(await (await library.part(asset, 'text')).text()).toBe(LONG);
    expect((await added(library, ['other name.md', LONG])).hash).toBe(asset.hash);
    const joined = await added(library, ['b.txt', LONG], ['a.txt', SENTENCE]);
    expect(await (await library.part(joined, 'text')).text()).toBe(`${SENTENCE}\n${LONG}`);
    expect(joined.notes).toEqual(['2 files became one text.']);
  });

  it.each([
    ['little', 0],
    ['big', 1],
  ])('in UTF-16 are read by their mark: %s end first', async (_, high) => {
    const library = newLibrary();
    const marked = `\ufeff${LONG}é猫😀`;
    const bytes = Uint8Array.from({ length: 2 * marked.length }, (_, i) => (marked.charCodeAt(i >> 1) >> (i % 2 === high ? 0 : 8)) & 255);
    const asset = await added(library, ['wide.txt', bytes]);
    expect(await (await library.part(asset, 'text')).text()).toBe(`${LONG}é猫😀`);
  });

  it('are texts whatever they are called, and whatever lies beside them', async () => {
    const asset = await added(newLibrary(), ['book/book.txt', LONG], ['book/cover.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0)]);
    expect(asset).toMatchObject({ name: 'book', notes: ['1 file that is no text was left out (book/cover.jpg).'] });
    expect((await added(newLibrary(), ['poems', `{Act I}\n${LONG}`])).facts.kind).toBe('text');
  });

  it.each([
    ['empty', '', '“empty.txt” is empty.'],
    ['blank', ' \n'.repeat(5000), '“blank.txt” is too short to learn from: 0 characters without the blanks at its ends.'],
    ['short', 'To be.', '“short.txt” is too short to learn from: 6 characters.'],
    ['binary', `PK${'\0'.repeat(5000)}`, '“binary.txt” is no text: byte 3 is 0.'],
    ['latin', Uint8Array.from({ length: 3000 }, () => 0xe9), '“latin.txt” is no UTF-8 text.'],
    // Half of a pair.
    ['wide', Uint8Array.from({ length: 6000 }, (_, i) => (i === 0 ? 0xff : i === 1 ? 0xfe : i % 2 ? 0xd8 : 0)), '“wide.txt” is no UTF-16 text.'],
    ['huge', new Uint8Array(8 * 2 ** 20 + 1).fill(65), '“huge.txt” has 8.0 MB.'],
  ])('are refused with a reason: %s', async (name, content, message) => {
    const library = newLibrary();
    await expect(library.add([given(`${name}.txt`, content)])).rejects.toMatchObject({ name: 'FileError', message, remedy: expect.stringMatching(/\w/) });
    expect(await library.list()).toEqual([]);
  });
});

describe('a text as a task', () => {
  it('trains on its beginning, validates on its end, and groups labels', async () => {
    const library = newLibrary();
    const asset = await added(library, ['story.txt', LONG]);
    const spec = withText({ ...SPEC, trainTokens: 1_000_000, valTokens: 200_000 }, 'characters', asset);
    expect(spec).toMatchObject({ data: { hash: asset.hash, name: 'story' }, valTokens: 330, trainTokens: 2970, vocabulary: asset.facts.characterTypes + 1 });
    const task = await openTask(spec, library);
    const names = task.writing?.tokenNames ?? [];
    const written = (ids: ArrayLike<number>) => Array.from(ids, (id) => names[id]).join('');
    expect(written(task.val.inputs)).toBe(LONG.slice(2970, 2970 + 41 * 8));
    expect(written(task.val.labels)).toBe(LONG.slice(2971, 2971 + 41 * 8));
    expect(LONG).toContain(written(task.batch(0, 0, 8).inputs.subarray(0, 8)));
    expect(labelGroups(spec)).toEqual(['first letters', 'other characters']);
    const firsts = Array.from(task.val.labels as Int32Array, (label, i) => (task.val.groups?.[i] === 0 ? names[label] : '')).join('');
    // Of every word and number the first sign, and what stands behind the apostrophe.
    expect(firsts.slice(0, 8)).toBe('cisss1cT');
    expect(taskMetric(spec)).toEqual({ name: 'perplexity', higherIsBetter: false, chance: spec.vocabulary });
    expect(taskShape(spec)).toMatchObject({ input: [8], classes: spec.vocabulary, valExamples: 41, trainExamples: Number.POSITIVE_INFINITY });
    expect(await previewTask(spec, library, 3, 'train')).toMatchObject({ kind: 'sequences', count: 3, separator: '', tokenNames: names });
  });

  it('in words knows the frequent ones, and tells those that the window has', async () => {
    const library = newLibrary();
    const asset = await added(library, ['story.txt', LONG]);
    const words = withText({ ...SPEC, data: { hash: asset.hash, name: 'story' } }, 'words', asset);
    expect(words).toMatchObject({ unit: 'words', vocabulary: 11, valTokens: 110, trainTokens: 990 });
    const task = await openTask({ ...words, vocabulary: 6, context: 4, trainTokens: 900 }, library);
    expect(new Set(task.val.inputs)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    // “, it’s said ,”: the second comma has been seen; nothing before it has.
    const comma = task.writing?.tokenNames.indexOf(',');
    const { inputs, labels, groups } = task.val;
    for (let i = 0; i < labels.length; i++) {
      const start = i - (i % 4);
      expect(groups?.[i]).toBe(inputs.subarray(start, i + 1).includes(labels[i]) ? 0 : 1);
    }
    expect(comma).toBeGreaterThan(0);
  });

  it('says when the text is too short, and when it is not there', async () => {
    const library = newLibrary();
    const { hash } = await added(library, ['story.txt', LONG]);
    await expect(openTask({ ...SPEC, data: { hash, name: 'story' }, trainTokens: 3000 }, library)).rejects.toMatchObject({
      name: 'FileError',
      message: '“story” has 3,300 characters; the experiment asks for 3,000 to train on and 400 to validate on.',
    });
    await expect(openTask(SPEC, library)).rejects.toMatchObject({ name: 'MissingFilesError' });
  });
});
