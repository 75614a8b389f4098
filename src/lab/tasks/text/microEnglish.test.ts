import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { labelGroups, taskMetric } from '../../../experiment/networks/describe.ts';
import { MICRO_ENGLISH_WORDS } from '../../../experiment/shapes/microEnglish.ts';
import type { MicroEnglishSpec } from '../../../experiment/schema/schema.ts';
import { mulberry32 } from '../../random/mulberry32.ts';
import { createTask } from '../index.ts';
import { isReturningName, microEnglish, wordId } from './microEnglish.ts';

const SPEC: MicroEnglishSpec = { kind: 'micro-english', variant: 'short', context: 12, trainTokens: 2000, valTokens: 1000, seed: 1, valSeed: 2 };
const written = (tokens: Iterable<number>): string => Array.from(tokens, (id) => MICRO_ENGLISH_WORDS[id]).join(' ');
const ids = (text: string): Int32Array => Int32Array.from(text.split(' '), wordId);

describe('the text', () => {
  it('is drawn by mulberry32 as everyone has it', () => {
    const uniform = mulberry32(1);
    expect([uniform(), uniform(), uniform(), uniform()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522, 0.9810509674716741]);
  });

  // SHA-256 of the text from a program of its own (Python), written from the grammar.
  it.each([
    ['full', 200_000, 1, '0f57b7b06c9e41d80de04dc516569713cb18de41e3c5bf27d2ee2dd83767d2e4'],
    ['full', 8000, 2, '13caf7aeda8f5452d79eb48ffb6d3675beac3997364a5a4a872178579c318d08'],
    ['short', 200_000, 1, '3e7c5c24596611dfd63e7ff882aa4c7072f2f9fb0e51c8d0b181044142c0c9f9'],
    ['short', 8000, 2, 'fd403fe9f6d64c5d3914110248c4dc11c18fcc1c3a1fac72b8177575d0af540d'],
  ] as const)('is bit for bit the reference: %s, %i words, seed %i', (variant, count, seed, hash) => {
    expect(bytesToHex(sha256(utf8ToBytes(written(microEnglish(variant, seed, count)))))).toBe(hash);
  });

  it('uses every one of its words', () => {
    expect(MICRO_ENGLISH_WORDS).toHaveLength(47);
    expect(new Set(microEnglish('full', 1, 20_000)).size).toBe(47);
    expect(written(microEnglish('short', 1, 17))).toBe('fay says a cow finds so fay . hal says a red dog hears this big cat');
  });
});

describe('windows', () => {
  const task = createTask(SPEC);

  it('of validation follow each other, each token labelled with the next', () => {
    const text = microEnglish('short', 2, 1000);
    const { examples, inputs, labels } = task.val;
    expect(examples).toBe(83); // ⌊999 / 12⌋: the last label needs a token, too
    expect(task.shape.valExamples).toBe(83);
    expect([...inputs]).toEqual([...text.subarray(0, 83 * 12)]);
    expect([...labels]).toEqual([...text.subarray(1, 83 * 12 + 1)]);
  });

  it('of training begin anywhere, the same for the same seed and step', () => {
    const text = microEnglish('short', 1, 2000);
    const batch = task.batch(3, 7, 16);
    expect(task.batch(3, 7, 16)).toEqual(batch);
    for (const other of [task.batch(3, 8, 16), task.batch(4, 7, 16), task.batch(3, 7, 16, 'guide-data')]) expect(other.inputs).not.toEqual(batch.inputs);
    const all = text.join(' ');
    for (let i = 0; i < 16; i++) {
      const input = batch.inputs.slice(i * 12, i * 12 + 12);
      expect(all).toContain([...input, batch.labels[i * 12 + 11]].join(' '));
      expect(batch.labels.slice(i * 12, i * 12 + 11)).toEqual(input.slice(1));
    }
    expect(Math.max(...batch.labels)).toBeLessThan(47);
  });

  it('show in a preview as words', () => {
    const preview = task.preview(2, 'val');
    expect(preview).toMatchObject({ kind: 'sequences', count: 2, length: 12, outputs: 12, separator: ' ' });
    if (preview.kind !== 'sequences') throw new Error('no sequences');
    expect(written(preview.tokens.subarray(0, 12))).toBe(written(microEnglish('short', 2, 12)));
  });
});

describe('the returning name', () => {
  it('is the one behind "so" whose first mention is in the window', () => {
    const window = ids('ada says a cow helps so ada . bea says');
    expect(Array.from(window, (_, t) => isReturningName(window, t))).toEqual([false, false, false, false, false, true, false, false, false, false]);
    expect(isReturningName(ids('says a cow helps so ada'), 4)).toBe(false);
    expect(isReturningName(ids('cow helps so ada . bea'), 2)).toBe(false);
    // The sentence before does not count.
    expect(isReturningName(ids('ada says a cow helps so ada . bea says this dog finds so'), 13)).toBe(true);
  });

  it('is a group of its own; in the label behind it stands the name that was said first', () => {
    const { inputs, labels, groups } = createTask(SPEC).val;
    expect(labelGroups(SPEC)).toEqual(['returning name', 'other tokens']);
    let found = 0;
    groups?.forEach((group, i) => {
      if (group !== 0) return;
      found++;
      const says = inputs.lastIndexOf(wordId('says'), i);
      expect(inputs[says - 1]).toBe(labels[i]);
      expect(Math.floor((says - 1) / 12)).toBe(Math.floor(i / 12));
    });
    expect(found).toBeGreaterThan(20);
  });
});

it('is judged by perplexity: lower is better, and guessing is as good as there are words', () => {
  expect(taskMetric(SPEC)).toEqual({ name: 'perplexity', higherIsBetter: false, chance: 47 });
});
