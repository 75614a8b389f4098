import { describe, expect, it } from 'vitest';
import { type Box, GAP, placeBeside } from './place.ts';

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, right: left + width, bottom: top + height });
const LAPTOP = { width: 1440, height: 900 };

describe('an editor beside the picture', () => {
  it('opens to its right where the picture stands in a column at the left', () => {
    const picture = box(20, 200, 420, 300);
    for (const target of [box(30, 170, 150, 24), box(300, 170, 140, 24), box(20, 600, 420, 40)]) {
      const place = placeBeside(target, picture, 'bottom-start', LAPTOP, 400);
      expect(place).toMatchObject({ position: 'right-start', clear: true });
      expect(target.right + place.offset).toBe(440 + GAP);
    }
  });

  it('opens to its left where there is the room', () => {
    const place = placeBeside(box(1100, 100, 320, 40), box(800, 170, 280, 300), 'bottom-end', LAPTOP, 400);
    expect(place).toEqual({ position: 'left-start', offset: 300 + GAP, clear: true });
  });

  it('opens below it where it takes the width', () => {
    const picture = box(230, 170, 870, 190);
    expect(placeBeside(box(240, 140, 300, 24), picture, 'bottom-start', LAPTOP, 400)).toEqual({ position: 'bottom-start', offset: 196 + GAP, clear: true });
    expect(placeBeside(box(1120, 140, 300, 40), picture, 'left-start', LAPTOP, 400)).toMatchObject({ position: 'bottom-start', clear: true });
  });

  it('opens below what lies under the picture already', () => {
    expect(placeBeside(box(20, 400, 300, 40), box(20, 100, 350, 260), 'bottom-end', { width: 390, height: 844 }, 367)).toEqual({
      position: 'bottom-end',
      offset: GAP,
      clear: true,
    });
  });

  it('opens above where there is room only there', () => {
    expect(placeBeside(box(20, 600, 350, 30), box(20, 640, 350, 200), 'bottom-start', { width: 390, height: 844 }, 367)).toMatchObject({
      position: 'top-start',
      clear: true,
    });
  });

  it('covers a picture that leaves no room', () => {
    expect(placeBeside(box(20, 60, 300, 24), box(0, 90, 390, 600), 'bottom-start', { width: 390, height: 844 }, 367)).toEqual({
      position: 'bottom-start',
      offset: GAP,
      clear: false,
    });
  });

  it('opens as usual where there is no picture', () => {
    expect(placeBeside(box(20, 60, 300, 24), null, 'left-start', LAPTOP, 400)).toEqual({ position: 'left-start', offset: GAP, clear: true });
  });
});
