/**
 * Whatever bytes people drop: taken in whole, or refused in words with nothing kept. `FUZZ_CASES` sets how many are tried,
 * `FUZZ_SEED` which.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { gzipSync, zipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import type { GivenFile } from '../../experiment/schema/assets.ts';
import { decodeLink } from '../../experiment/link.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import { readResult } from '../../experiment/contract/readResult.ts';
import { presetExperiment } from '../../experiment/testing.ts';
import { Library } from './library.ts';
import { MemoryStorage } from './storage.ts';
import { cifarFile, given, idxFile, tarFile } from './testing.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 1000);
const SEED = Number(process.env.FUZZ_SEED ?? 20241);
/** Milliseconds beyond which one case counts as hanging. */
const SLOWEST = 5000;

const text = (value: string) => new TextEncoder().encode(value);
const MODEL = {
  format: 'layers-model',
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, 2, 2, 1] } },
        { class_name: 'Dense', config: { name: 'top', units: 3, activation: 'softmax' } },
      ],
    },
    keras_version: '2.15.0',
  },
  weightsManifest: [
    {
      paths: ['w.bin'],
      weights: [
        { name: 'top/kernel', shape: [4, 3], dtype: 'float32' },
        { name: 'top/bias', shape: [3], dtype: 'float32' },
      ],
    },
  ],
};
const weights = new Uint8Array(Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)).buffer);

/** One good example of each format, its files side by side. */
const GOOD: Record<string, Uint8Array>[] = [
  { 'model.json': text(JSON.stringify(MODEL)), 'w.bin': weights },
  { 'train-images-idx3-ubyte': idxFile([20, 4, 4]), 'train-labels-idx1-ubyte': idxFile([20], 10) },
  { 'qmnist-images-idx3-ubyte': idxFile([20, 4, 4]), 'qmnist-labels-idx2-int': Uint8Array.of(0, 0, 12, 2, 0, 0, 0, 20, 0, 0, 0, 1, ...new Uint8Array(80)) },
  { 'data_batch_1.bin': cifarFile(17) },
  { 'story.txt': text('The cat, it’s said, saw 12 cats. '.repeat(70)) },
];
const SEEDS: Record<string, Uint8Array>[] = GOOD.flatMap((files) => [
  files,
  { 'set.zip': zipSync(files) },
  { 'set.tar.gz': gzipSync(tarFile(files)) },
  { 'set.zip': zipSync({ 'inner.tar': tarFile(files) }) },
]);

beforeAll(async () => {
  await tf.setBackend('cpu');
  // Untouched they are taken; this also loads the code that readers fetch when they need it, whose time is not theirs.
  for (const files of SEEDS) {
    const taken = new Library(async () => new MemoryStorage()).add(Object.entries(files).map(([name, bytes]) => given(name, Uint8Array.from(bytes))));
    await expect(taken).resolves.toMatchObject({ hash: expect.any(String) });
  }
}, 120_000);

type Edit = { at: number; kind: 'flip' | 'cut' | 'insert' | 'text'; value: number; words: string };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('flip', 'cut', 'insert', 'text'),
  value: fc.nat(255),
  words: fc.constantFrom('null', '-1', '1e99', '"x"', '[]', '{}', '\u0000', '__proto__', 'NaN'),
});

function edited(bytes: Uint8Array, { at, kind, value, words }: Edit): Uint8Array<ArrayBuffer> {
  const place = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, place);
  if (kind === 'cut') return Uint8Array.from(before);
  if (kind === 'insert') return Uint8Array.from([...before, value, ...bytes.subarray(place)]);
  if (kind === 'text') return Uint8Array.from([...before, ...text(words), ...bytes.subarray(place + words.length)]);
  const copy = Uint8Array.from(bytes);
  copy[place] = value;
  return copy;
}

const dropped: fc.Arbitrary<GivenFile[]> = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    edits: fc.array(fc.tuple(fc.nat(3), edit), { maxLength: 4 }),
    more: fc.array(fc.tuple(fc.string({ maxLength: 12 }), fc.uint8Array({ maxLength: 80 })), { maxLength: 2 }),
  })
  .map(({ seed, edits, more }) => {
    const files = Object.entries(seed).map(([name, bytes]) => ({ name, bytes }));
    for (const [which, change] of edits) {
      const file = files[which % files.length];
      file.bytes = edited(file.bytes, change);
    }
    return [...files.map(({ name, bytes }) => given(name, Uint8Array.from(bytes))), ...more.map(([name, bytes]) => given(name, Uint8Array.from(bytes)))];
  });

it(
  'files: taken in whole, or refused in words, within a bound of time',
  async () => {
    const tensors = tf.memory().numTensors;
    await fc.assert(
      fc.asyncProperty(dropped, async (files) => {
        const storage = new MemoryStorage();
        const library = new Library(async () => storage);
        const start = performance.now();
        const failure = await library.add(files).then(
          () => null,
          (error: Error & { remedy?: string }) => error,
        );
        expect(performance.now() - start).toBeLessThan(SLOWEST);
        if (failure) {
          expect(`${failure.name}: ${failure.message}`).toMatch(/^FileError: ./);
          expect(failure.remedy).toBeTruthy();
        }
        expect(await library.list()).toHaveLength(failure ? 0 : 1);
        expect(tf.memory().numTensors).toBe(tensors);
      }),
      { numRuns: CASES, seed: SEED },
    );
  },
  Math.max(60_000, CASES * 50),
);

it('experiments, results and links: read, or refused in words', () => {
  const good = JSON.stringify(presetExperiment('wide-fcn'));
  fc.assert(
    fc.property(edit, edit, fc.json(), (one, two, any) => {
      const changed = new TextDecoder().decode(edited(edited(text(good), one), two));
      for (const candidate of [changed, any]) {
        let data: unknown;
        try {
          data = JSON.parse(candidate);
        } catch {
          continue;
        }
        const parsed = parseExperiment(data);
        if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
      }
      expect(readResult(JSON.parse(any), presetExperiment('wide-fcn')).ok).toBe(false);
      expect(typeof decodeLink(changed).ok).toBe('boolean');
    }),
    { numRuns: Math.min(CASES, 20_000) / 5, seed: SEED },
  );
});
