import { expect, test } from 'vitest';
import type { WeightedPair } from '@/experiment/plan/mapping.ts';
import { buildGraph } from './graph.ts';

const taps = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `l${i}`, label: `layer ${i}`, shape: [4], features: 4 }));

const wires = (layers: number, height: number, pairs: readonly WeightedPair[], similarity: number | null = null) =>
  buildGraph({
    guideTaps: taps(layers),
    targetTaps: taps(layers),
    pairs,
    similarity: () => similarity,
    inks: undefined,
    width: 400,
    height,
    scale: 1,
  }).edges.map(({ data, ariaLabel }) => ({ text: data?.text, labelled: data?.labelled, title: data?.title, ariaLabel }));

const straight = (count: number, weights: Record<number, number> = {}): WeightedPair[] =>
  Array.from({ length: count }, (_, i) => ({ guideTap: `l${i}`, targetTap: `l${i}`, weight: weights[i] ?? 1 }));

test('a weight other than 1 stands on its wire, beside the similarity, and in its words', () => {
  const [plain, twice] = wires(3, 200, straight(3, { 1: 2 }));
  expect(plain.text).toBe('');
  expect(twice).toMatchObject({ text: '×2', labelled: true });
  expect(twice.title).toContain('layer 1 → layer 1, weight 2. ');
  expect(wires(3, 200, straight(3, { 1: 0 }), 0.43)[1]).toMatchObject({
    text: '0.43 ×0',
    ariaLabel: expect.stringMatching(/weight 0, CKA 0\.43$/),
  });
});

test('among many wires weights alone are told, where those have room', () => {
  const few = wires(60, 200, straight(60, { 3: 2, 40: 0.5 }));
  expect(few.filter(({ labelled }) => labelled).map(({ text }) => text)).toEqual(['×2', '×0.5']);
  const all = wires(60, 200, straight(60, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, 2]))));
  expect(all.some(({ labelled }) => labelled)).toBe(false);
});
