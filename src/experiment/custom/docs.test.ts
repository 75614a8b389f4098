/** What docs/networks.md shows is so. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TaskShape } from '../shapes/describeTask.ts';
import { MAX_TEXT } from '../schema/networkSchema.ts';
import { formOf, LAYER_NAMES, MAX_DEPTH, MAX_EXPANDED } from './grammar.ts';
import { readsTokens } from './parse.ts';
import { textProblems } from './plan.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/networks.md', import.meta.url), 'utf8');
const SHAPES: Record<string, TaskShape> = {
  images: { input: [16, 16, 3], classes: 8, trainExamples: 100, valExamples: 100 },
  tokens: { input: [12], classes: 4, trainExamples: 100, valExamples: 100, tokens: { vocabulary: 5, padded: true, outputs: 12 } },
};

it('its examples are networks', () => {
  const examples = [...DOCUMENT.matchAll(/```network (\w+)\n([\s\S]*?)```/g)];
  expect(examples.map(([, reads]) => reads)).toEqual(['images', 'tokens']);
  for (const [, reads, text] of examples) {
    expect(textProblems({ text, tap: 'pre' }, SHAPES[reads])).toEqual([]);
    expect(readsTokens(text)).toBe(reads === 'tokens');
  }
});

it('its table has the form of every layer, and its limits are those of the grammar', () => {
  expect(LAYER_NAMES.filter((layer) => !DOCUMENT.includes(`\`${formOf(layer).form}\``))).toEqual([]);
  expect(DOCUMENT).toContain(`${MAX_TEXT} characters, ${MAX_EXPANDED} lines once repetitions are written out, blocks ${MAX_DEPTH} deep`);
});
