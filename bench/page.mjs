// @ts-check
/**
 * What a person waits for on the built page: node bench/page.mjs [preset]
 *
 * Bytes before the first paint, time to the first paint, from Run to the first point of a curve and to the end, the longest
 * task of the main thread while it streams, and how its heap grows. The load of the machine is in every figure: this is a report, not a test.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../scripts/chromium.mjs';
import { ROOT } from '../scripts/install.mjs';
import { serve } from '../scripts/serve.mjs';

const executablePath = findChromium();
if (!executablePath) throw new Error(NO_CHROMIUM);
const preset = process.argv[2] ?? 'wide-fcn';

const server = await serve({ root: join(ROOT, 'dist') });
const browser = await chromium.launch({ executablePath, args: chromiumArgs() });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const scripts = new Map();
  page.on('response', async (response) => {
    if (/\.(js|css|html)(\?|$)|\/$/.test(new URL(response.url()).pathname)) {
      scripts.set(response.url(), { at: Date.now(), bytes: gzipSync(await response.body().catch(() => '')).length });
    }
  });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.duration)))
      .observe({ type: 'longtask', buffered: true });
  });
  const opened = Date.now();
  await page.goto(`${server.url}#${preset}`);
  const paint = await page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const entry = list.getEntriesByName('first-contentful-paint')[0];
      if (entry) resolve(entry.startTime);
    }).observe({ type: 'paint', buffered: true });
  }));
  const before = [...scripts.values()].filter(({ at }) => at <= opened + paint + 50).reduce((sum, { bytes }) => sum + bytes, 0);
  const run = page.getByTestId('run-button');
  await run.waitFor();
  // The page looks at its backend by itself; someone presses Run after a look at the picture.
  await page.waitForTimeout(3000);
  const heap = () => page.evaluate(() => window.performance.memory?.usedJSHeapSize ?? 0);
  await page.evaluate(() => { window.longTasks.length = 0; });
  const pressed = Date.now();
  await run.click();
  const stepAtLeast = (/** @type {number} */ step) => page.waitForFunction(
    (n) => Number(/step ([\d,]+)/.exec(document.querySelector('[data-testid=progress-text]')?.textContent ?? '')?.[1]?.replace(',', '') ?? 0) >= n,
    step, { timeout: 600_000 });
  await stepAtLeast(1);
  const first = Date.now();
  await stepAtLeast(50);
  const heapAt50 = await heap();
  await stepAtLeast(200);
  const heapAt200 = await heap();
  await page.waitForFunction(() => !/^step/.test(document.querySelector('[data-testid=pause-button]')?.textContent ?? '') && !document.querySelector('[data-testid=pause-button]'), null, { timeout: 600_000 });
  const ended = Date.now();
  const longest = await page.evaluate(() => Math.max(0, ...window.longTasks));
  const badge = await page.getByTestId('backend-badge').innerText().catch(() => '');
  console.log(`preset ${preset} on ${badge.replace(/\s+/g, ' ')}`);
  console.log(`script, style and page before the first paint   ${(before / 1024).toFixed(0)} KB gzipped`);
  console.log(`first paint                                     ${(paint / 1000).toFixed(2)} s`);
  console.log(`from Run to the first step on screen            ${((first - pressed) / 1000).toFixed(1)} s`);
  console.log(`from Run to the end                             ${((ended - pressed) / 1000).toFixed(0)} s`);
  console.log(`longest main-thread task while it ran           ${longest.toFixed(0)} ms`);
  console.log(`page heap, step 50 to step 200                  ${((heapAt200 - heapAt50) / 2 ** 20).toFixed(1)} MB`);
} finally {
  await browser.close();
  await server.close();
}
