import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, overlap } from './labels.ts';
import { scalesOf } from './paths.ts';
import { type CourseMark, type Ground, labelRoom, type Moment, place, type Reference, type Texts } from './placing.ts';

const widthOf = (text: string, size: number, bold: boolean) => text.length * size * (bold ? 0.62 : 0.58);

interface Setting {
  width: number;
  height: number;
  type: number;
  /** Share of the run that is done. */
  done: number;
  gutter: number;
}

/** A drawing with axes and its run done in part, and a curve up to each label. */
function ground({ width, height, type, done, gutter }: Setting, values: readonly number[]): Ground {
  const left = 3 * type;
  const area = { x: left, y: 6, width: width - left - gutter, height: height - 6 - 2 * type };
  const scales = scalesOf(area, { steps: [0, 1000], values: [0, 1], log: false });
  const end = scales.x(1000 * done);
  const lines = values.map((value) => [
    { x: area.x, y: scales.y(0.2) },
    { x: end, y: scales.y(value) },
  ]);
  return { area, width, scales, end, lines, type, widthOf };
}

const arm = (name: string, value: number, i: number) => ({ key: `arm-${i}`, name, text: name, colour: 'red', value, strong: true });

const boxesOf = (texts: Texts, at: Ground): Box[] => {
  const { ends, moments, references, marks } = place(texts, at);
  return [...ends, ...moments, ...references, ...marks].map(({ box }) => box);
};

const NAMES = fc.stringMatching(/^[a-z]{2,12}( [a-z]{1,9}){0,3}$/);
const SETTINGS: fc.Arbitrary<Setting> = fc.record({
  width: fc.integer({ min: 240, max: 1100 }),
  height: fc.integer({ min: 150, max: 700 }),
  type: fc.integer({ min: 11, max: 22 }),
  done: fc.double({ min: 0, max: 1, noNaN: true }),
  gutter: fc.integer({ min: 12, max: 120 }),
});
const MOMENTS: fc.Arbitrary<Moment[]> = fc.array(fc.record({ step: fc.integer({ min: 0, max: 1000 }), text: NAMES }), { maxLength: 4 });
const LEVELS: fc.Arbitrary<Reference[]> = fc.array(
  fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }), text: NAMES, side: fc.constantFrom('above' as const, 'below' as const) }),
  { maxLength: 4 },
);
const MARKS: fc.Arbitrary<CourseMark[]> = fc.array(
  fc.record({
    arm: fc.constant('arm-0'),
    colour: fc.constant('red'),
    step: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(400)),
    what: fc.constantFrom('begins' as const, 'ends' as const),
    text: NAMES,
  }),
  { maxLength: 9 },
);
const LABELS = fc.array(fc.tuple(NAMES, fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 13 });

describe('texts of a chart', () => {
  test('no two overlap, nor lie on a mark, and none leaves the drawing, whatever there is to say', () => {
    fc.assert(
      fc.property(SETTINGS, LABELS, MOMENTS, LEVELS, MARKS, (setting, named, moments, references, marks) => {
        const labels = named.map(([name, value], i) => arm(name, value, i));
        const boxes = boxesOf(
          { labels, moments, references, marks },
          ground(
            setting,
            named.map(([, value]) => value),
          ),
        );
        boxes.forEach((box, i) => {
          expect(box.left).toBeGreaterThanOrEqual(0);
          expect(box.right).toBeLessThanOrEqual(setting.width);
          expect(box.top).toBeGreaterThanOrEqual(-1e-9);
          expect(box.bottom).toBeLessThanOrEqual(setting.height);
          for (const other of boxes.slice(i + 1)) expect(overlap(shrunk(box), shrunk(other))).toBe(false);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a level under the name of an arm that has reached it stands clear of that name, all the way', () => {
    for (let done = 0; done <= 1; done += 0.05) {
      const at = ground({ width: 470, height: 210, type: 11, done, gutter: 110 }, [1, 0.98]);
      const texts: Texts = {
        labels: [arm('Good initialisation', 1, 0), arm('Guided, untrained', 0.98, 1)],
        moments: [],
        references: [
          { value: 1, text: 'trained guide itself 100.0 %', side: 'below' },
          { value: 0.25, text: 'chance 25.0 %', side: 'below' },
        ],
        marks: [],
      };
      const { ends, references } = place(texts, at);
      expect(references, `at ${done}`).toHaveLength(2);
      for (const { box } of references) for (const end of ends) expect(overlap(box, end.box), `at ${done}`).toBe(false);
    }
  });

  test('twelve names have room in the smallest card of one screen, and stand in the order of their values', () => {
    const values = Array.from({ length: 12 }, (_, i) => 0.9 + i / 120);
    const { ends } = place(
      { labels: values.map((value, i) => arm(`Arm ${i}`, value, i)), moments: [], references: [], marks: [] },
      ground({ width: 470, height: 212, type: 11, done: 1, gutter: 110 }, values),
    );
    expect(ends).toHaveLength(12);
    const down = [...ends].sort((a, b) => a.at - b.at).map(({ label }) => label.value);
    expect(down).toEqual([...values].sort((a, b) => b - a));
  });

  test('more names than lines: the first are named', () => {
    const values = Array.from({ length: 13 }, () => 0.5);
    const { ends } = place(
      { labels: values.map((value, i) => arm(`Arm ${i}`, value, i)), moments: [], references: [], marks: [] },
      ground({ width: 300, height: 100, type: 14, done: 1, gutter: 80 }, values),
    );
    expect(ends.length).toBeGreaterThan(1);
    expect(ends.map(({ label }) => label.key)).toEqual(values.slice(0, ends.length).map((_, i) => `arm-${i}`));
  });

  test('three changes close to each other are all told', () => {
    const moments = [
      { step: 100, text: 'lr 2e-3' },
      { step: 112, text: 'guidance off' },
      { step: 118, text: 'lr 2e-4' },
    ];
    expect(
      place({ labels: [], moments, references: [], marks: [] }, ground({ width: 325, height: 210, type: 11, done: 1, gutter: 12 }, [])).moments,
    ).toHaveLength(3);
  });

  test('what lies outside of the part that is seen has no text', () => {
    const at = ground({ width: 400, height: 200, type: 11, done: 1, gutter: 60 }, []);
    const { ends, moments, references } = place(
      { labels: [arm('Far', 7, 0)], moments: [{ step: 2000, text: 'late' }], references: [{ value: -3, text: 'low', side: 'below' }], marks: [] },
      at,
    );
    expect([ends, moments, references]).toEqual([[], [], []]);
  });
});

/** Boxes that only touch do not overlap, whatever rounding says. */
function shrunk(box: Box): Box {
  return { left: box.left + 1e-6, right: box.right - 1e-6, top: box.top + 1e-6, bottom: box.bottom - 1e-6 };
}

test('room for names is what the longest needs: none is cut', () => {
  for (const name of ['ab', 'Guided, untrained', 'a'.repeat(60)]) {
    const gutter = labelRoom([{ text: name, strong: true }], 11, widthOf);
    const { ends } = place(
      { labels: [arm(name, 0.5, 0)], moments: [], references: [], marks: [] },
      ground({ width: 900, height: 200, type: 11, done: 1, gutter }, [0.5]),
    );
    expect(ends.map(({ text }) => text)).toEqual([name]);
  }
});

test('marks of one step stand above each other on the axis, once the lines have come there', () => {
  const mark = (id: string, step: number): CourseMark => ({ arm: id, colour: 'red', step, what: 'ends', text: `${id} ends` });
  const at = ground({ width: 470, height: 210, type: 11, done: 0.5, gutter: 110 }, []);
  const { marks } = place({ labels: [], moments: [], references: [], marks: [mark('a', 200), mark('b', 200), mark('c', 400), mark('late', 600)] }, at);
  expect(marks.map(({ mark: { arm: id } }) => id)).toEqual(['a', 'b', 'c']);
  const [a, b, c] = marks.map(({ box }) => box);
  expect(a.bottom).toBe(at.area.y + at.area.height);
  expect(b.bottom).toBeLessThan(a.top);
  expect(c.bottom).toBe(a.bottom);
  expect((a.left + a.right) / 2).toBeCloseTo(at.scales.x(200));
});
