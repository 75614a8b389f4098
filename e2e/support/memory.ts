/** Does the page, its worker included, grow while it trains? */
import { expect, type Page } from '@playwright/test';

/** Bytes of the page and its workers after a garbage collection, which Chromium lets come in its own time: a minute. */
const memory = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const measure = performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measure.measureUserAgentSpecificMemory()).bytes;
  });

/** Slope of the least-squares line through points (x, y). */
function slope(points: [number, number][]): number {
  const mean = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const rise = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return rise / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const MB = 2 ** 20;
/** A run begins by filling caches and compiling code. */
const SETTLING_MINUTES = 1.5;
const MIN_POINTS = 3;

/**
 * Watch a run that is going on.
 * @param limit megabytes per minute that its growing records may take
 */
export async function expectNoGrowth(page: Page, minutes: number, limit: number): Promise<void> {
  const start = Date.now();
  const points: [minutes: number, megabytes: number][] = [];
  const now = () => (Date.now() - start) / 60_000;
  const settled = () => points.filter(([at]) => at > SETTLING_MINUTES);
  while (now() < minutes || settled().length < MIN_POINTS) {
    const size = (await memory(page)) / MB;
    points.push([now(), size]);
  }
  const text = points.map(([at, size]) => `${at.toFixed(1)} min ${size.toFixed(1)} MB`).join(', ');
  expect(slope(settled()), text).toBeLessThan(limit);
}
