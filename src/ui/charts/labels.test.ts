import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, fitText, fitTexts, placesAlong, placeTexts, shortNames, spreadLabels } from './labels.ts';

describe('spreadLabels', () => {
  test('leaves labels alone that do not collide', () => {
    expect(spreadLabels([10, 50, 90], 12, 0, 100).map((p) => p.at)).toEqual([10, 50, 90]);
  });
  test('moves two that collide apart by the same amount, in the order of their values', () => {
    expect(spreadLabels([52, 50], 12, 0, 100).map((p) => p.at)).toEqual([57, 45]);
  });
  test('one that is pushed into a third takes it along', () => {
    expect(spreadLabels([50, 51, 60], 12, 0, 100).map((p) => p.at)).toEqual([expect.closeTo(41.67, 1), expect.closeTo(53.67, 1), expect.closeTo(65.67, 1)]);
  });
  test('for any input: apart, inside, in order', () => {
    for (let trial = 0; trial < 300; trial++) {
      const ys = Array.from({ length: 1 + (trial % 8) }, (_, i) => 200 * Math.abs(Math.sin(trial * 7.3 + i * 1.7)));
      const placed = spreadLabels(ys, 13, 0, 200);
      const sorted = [...placed].sort((a, b) => a.at - b.at);
      sorted.forEach((p, i) => {
        expect(p.at).toBeGreaterThanOrEqual(-1e-9);
        expect(p.at).toBeLessThanOrEqual(200 + 1e-9);
        if (i > 0) {
          expect(p.at - sorted[i - 1].at).toBeGreaterThanOrEqual(13 - 1e-9);
          expect(p.y).toBeGreaterThanOrEqual(sorted[i - 1].y);
        }
      });
    }
  });
  test('more than fit stand closer instead of leaving the chart', () => {
    const placed = spreadLabels(new Array(30).fill(50), 12, 0, 100);
    expect(Math.min(...placed.map((p) => p.at))).toBeCloseTo(0);
    expect(Math.max(...placed.map((p) => p.at))).toBeCloseTo(100);
  });
  test('none and one', () => {
    expect(spreadLabels([], 12, 0, 100)).toEqual([]);
    expect(spreadLabels([-5], 12, 0, 100)).toEqual([{ y: -5, at: 0 }]);
  });
});

test('names are shortened by what they share, never to the same thing, and never to what could be the guide itself', () => {
  expect(shortNames(['Unguided', 'Guided', 'Guided, untrained guide', 'Distilled'])).toEqual(['Unguided', 'Guided', 'Guided, untrained', 'Distilled']);
  expect(shortNames(['Guided, untrained guide', 'Guided, trained guide', 'Unguided', 'Unguided, good initialisation'])).toEqual([
    'Guided, untrained',
    'Guided, trained',
    'Unguided',
    'Good initialisation',
  ]);
  expect(shortNames(['Guided', 'Guided, then off'])).toEqual(['Guided', 'Then off']);
  expect(shortNames(['Guided, untrained guide, fork at 40', 'Guided, fork at 60', 'Distilled, fork at 60'])).toEqual([
    'Fork at 40',
    'Guided, fork at 60',
    'Distilled, fork at 60',
  ]);
  expect(shortNames(['A', 'A, x', 'B', 'B, x'])).toEqual(['A', 'A, x', 'B', 'B, x']);
  expect(shortNames(['Unguided', 'Distilled, untrained teacher'])).toEqual(['Unguided', 'Distilled, untrained']);
});

describe('fitTexts', () => {
  const widthOf = (text: string) => 10 * text.length;
  test('leaves what fits, and cuts the rest where it must', () => {
    expect(fitText('Unguided', 80, widthOf)).toBe('Unguided');
    expect(fitText('Unguided', 79, widthOf)).toBe('Unguid…');
    expect(fitText('Guided, untrained', 90, widthOf)).toBe('Guided,…');
    expect(fitText('Unguided', 20, widthOf)).toBe('');
  });
  test('keeps the ends of names that would be alike', () => {
    expect(fitTexts(['Guided, weight 0.1', 'Guided, weight 0.3', 'Unguided'], 120, widthOf)).toEqual(['Guided…t 0.1', 'Guided…t 0.3', 'Unguided']);
  });
  test('for any text and width: no wider, and the start of it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.nat(400), (text, width) => {
        const cut = fitText(text, width, widthOf);
        expect(cut === '' ? 0 : widthOf(cut)).toBeLessThanOrEqual(Math.max(width, 0));
        expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true);
      }),
    );
  });
});

describe('placeTexts', () => {
  const left: Box = { left: 0, right: 40, top: 40, bottom: 50 };
  const right: Box = { left: 160, right: 200, top: 40, bottom: 50 };
  const rising = [
    { x: 0, y: 90 },
    { x: 20, y: 45 },
    { x: 200, y: 10 },
  ];
  test('takes the first place while it is free, and the next where a curve passes it', () => {
    expect(placeTexts([[left, right]], [])).toEqual([left]);
    expect(placeTexts([[left, right]], [rising])).toEqual([right]);
  });
  test('a curve between its points counts, one above or before the text does not', () => {
    expect(
      placeTexts(
        [[left, right]],
        [
          [
            { x: -10, y: 0 },
            { x: 50, y: 100 },
          ],
        ],
      ),
    ).toEqual([right]);
    expect(
      placeTexts(
        [[left, right]],
        [
          [
            { x: 0, y: 30 },
            { x: 50, y: 30 },
          ],
          [
            { x: 50, y: 0 },
            { x: 90, y: 90 },
          ],
        ],
      ),
    ).toEqual([left]);
  });
  test('two texts do not lie on each other; where nothing is free, the fewest curves pass', () => {
    expect(
      placeTexts(
        [
          [left, right],
          [left, right],
        ],
        [],
      ),
    ).toEqual([left, right]);
    const across = [
      { x: 0, y: 45 },
      { x: 200, y: 45 },
    ];
    expect(placeTexts([[left, right]], [rising, across])).toEqual([right]);
  });
  test('has no place where other texts take them all, and stands on a mark only where nothing else is left', () => {
    expect(placeTexts([[left], [left]], [])).toEqual([left, null]);
    expect(placeTexts([[left, right]], [rising], [], [right])).toEqual([left]);
    expect(placeTexts([[left]], [], [], [left])).toEqual([left]);
  });
  test('keeps clear of texts that stand already, even where a curve passes', () => {
    expect(placeTexts([[left, right]], [], [left])).toEqual([right]);
    expect(placeTexts([[left, right]], [rising], [right])).toEqual([left]);
  });
});

describe('placesAlong', () => {
  const area = { x: 36, y: 6, width: 300, height: 180 };
  const size = { width: 120, height: 11 };
  test('are inside the plot, clear of their level, at its ends first', () => {
    for (const side of ['above', 'below'] as const) {
      for (const y of [6, 12, 90, 180, 186]) {
        const places = placesAlong(y, size, area, side);
        expect(places.length).toBeGreaterThan(0);
        expect(places[0].share === 0 || places[0].share === 1).toBe(true);
        for (const { left, right, top, bottom } of places) {
          expect(left).toBeGreaterThanOrEqual(area.x);
          expect(right).toBeLessThanOrEqual(area.x + area.width);
          expect(top).toBeGreaterThanOrEqual(area.y);
          expect(bottom).toBeLessThanOrEqual(area.y + area.height);
          expect(top > y || bottom < y).toBe(true);
        }
      }
    }
    expect(placesAlong(90, size, area, 'above')[0]).toMatchObject({ left: 41, bottom: 87 });
    expect(placesAlong(90, size, area, 'below')[0]).toMatchObject({ right: 331, top: 93 });
  });
  test('a level at the top with curves at both ends has its text between them', () => {
    const curve = [
      { x: 36, y: 170 },
      { x: 60, y: 10 },
      { x: 100, y: 10 },
      { x: 110, y: 60 },
      { x: 250, y: 60 },
      { x: 290, y: 8 },
      { x: 336, y: 8 },
    ];
    expect(placeTexts([placesAlong(6, size, area, 'below')], [curve])[0]?.share).toBe(0.5);
  });
});
