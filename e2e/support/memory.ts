/** Does the page, its worker included, grow while it trains? */
import { expect, type Page } from '@playwright/test';
import { chromiumArgs } from '../../scripts/chromium.mjs';
import { completedSteps } from './site.ts';

/** Lets a test collect garbage in workers. */
export const MEMORY_ARGS = [...chromiumArgs('off'), '--js-flags=--expose-gc'];

/**
 * One thread for the lab, before the page is opened: Chromium measures a page when all of its threads have collected
 * garbage, and one that waits for work does not; it then takes a minute. What threads add is C code on shared memory.
 */
export async function withoutThreads(page: Page): Promise<void> {
  await page.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });${await response.text()}` });
  });
}

/** Bytes of the page and its workers after a garbage collection. */
async function memory(page: Page): Promise<number> {
  const asked = page.evaluate(async () => {
    const measure = performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measure.measureUserAgentSpecificMemory()).bytes;
  });
  await page.requestGC();
  await Promise.all(page.workers().map((worker) => worker.evaluate(() => (globalThis as { gc?: () => void }).gc?.())));
  return asked;
}

/** Slope of the least-squares line through points (x, y). */
function slope(points: [number, number][]): number {
  const mean = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const rise = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return rise / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const MB = 2 ** 20;
const MIN_POINTS = 8;

export interface Watch {
  /** Step from which it is watched: a run begins by filling caches and compiling code. */
  from: number;
  /** At least so long from there on. Steps and not minutes say how often what leaks has leaked, on any host. */
  steps: number;
  minutes: number;
  /** Megabytes per thousand steps that its growing records may take. */
  limit: number;
}

/** Watch a run that is going on. */
export async function expectNoGrowth(page: Page, { from, steps, minutes, limit }: Watch): Promise<void> {
  await expect.poll(() => completedSteps(page), { timeout: 10 * 60_000, intervals: [500] }).toBeGreaterThan(from);
  const start = Date.now();
  const points: [thousands: number, megabytes: number][] = [];
  const watched = () => 1000 * (points[points.length - 1][0] - points[0][0]);
  do {
    const step = await completedSteps(page);
    points.push([step / 1000, (await memory(page)) / MB]);
    await page.waitForTimeout(1000);
  } while (watched() < steps || Date.now() - start < 60_000 * minutes || points.length < MIN_POINTS);
  const text = points.map(([at, size]) => `step ${1000 * at} ${size.toFixed(1)} MB`).join(', ');
  expect(slope(points), text).toBeLessThan(limit);
}
