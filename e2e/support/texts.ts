/** Texts of charts: whether they overlap or leave their card, whatever is drawn. */
import type { Page } from '@playwright/test';
import { expect } from './site.ts';

interface Overlaps {
  /** How many drawings were looked at. */
  looks: number;
  found: string[];
}
declare global {
  interface Window {
    overlaps: Overlaps;
  }
}

/** Runs in the page (`page.evaluate`): from now on whatever is drawn in a chart is looked at. */
export function watchTexts(): void {
  const seen: Overlaps = { looks: 0, found: [] };
  window.overlaps = seen;
  /** Of what a pixel and its rounding may do. */
  const SLACK = 0.75;
  const look = () => {
    for (const card of document.querySelectorAll('[data-testid="curves"] section')) {
      const edge = card.getBoundingClientRect();
      const texts = [...card.querySelectorAll('svg.recharts-surface text')]
        .map((text) => ({ what: text.textContent ?? '', box: text.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0);
      if (texts.length > 0) seen.looks++;
      texts.forEach(({ what, box }, i) => {
        if (box.left < edge.left - SLACK || box.right > edge.right + SLACK || box.bottom > edge.bottom + SLACK) seen.found.push(`${what} leaves its card`);
        for (const other of texts.slice(i + 1)) {
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (wide > SLACK && high > SLACK) seen.found.push(`${what} over ${other.what}`);
        }
      });
    }
  };
  const curves = document.querySelector('[data-testid="curves"]');
  if (!curves) throw new Error('no charts');
  new MutationObserver(look).observe(curves, { childList: true, subtree: true, attributes: true, characterData: true });
  look();
}

/** @param least how many drawings must have been looked at */
export async function expectNoOverlaps(page: Page, least: number): Promise<void> {
  const { looks, found } = await page.evaluate(() => window.overlaps);
  expect([...new Set(found)]).toEqual([]);
  expect(looks).toBeGreaterThan(least);
}
