/** What the page looks like after a run, at every width, light and dark: pictures to look at, and nothing sticks out. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../scripts/install.mjs';
import { expect, test } from './support/person.ts';
import { link, run, runToEnd, tiny } from './support/site.ts';

const FOLDER = join(ROOT, 'test-results/screens');
const SCREENSHOT = join(ROOT, 'docs/screenshot.png');
const WIDTHS = [390, 768, 1024, 1440, 2560];
const PICTURED = new Set([390, 1024, 1440]);

/** Two animation frames: what follows the window's size has followed. */
const settled = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );

/** What reaches beyond the right edge of the window, by its markup. */
const overflowing = (page: Page) =>
  page.evaluate(() => {
    const page = document.scrollingElement ?? document.documentElement;
    if (page.scrollWidth <= innerWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.outerHTML.slice(0, 100))
      .slice(-5);
  });

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every width in ${colorScheme} colours`, async ({ page, site }) => {
    mkdirSync(FOLDER, { recursive: true });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(
      site +
        link((e) => ({
          ...tiny(e, 40),
          arms: [...tiny(e).arms, { id: 'higher-rate', name: 'Higher learning rate', terms: [], learningRate: 3e-3 }],
          seeds: [0, 1, 2],
        })),
    );
    await runToEnd(page);
    await page.mouse.move(0, 0);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
      await expect(page.locator('.react-flow__edge').first()).toBeAttached();
      for (const chart of ['loss', 'metric', 'cka']) {
        // A chart is as wide as its card: it has followed the window.
        await expect
          .poll(
            () =>
              page.getByTestId(`chart-${chart}`).evaluate((card) => {
                const drawing = card.querySelector('svg.recharts-surface')?.getBoundingClientRect().width ?? 0;
                return card.clientWidth - drawing;
              }),
            `room beside the chart of ${chart} at ${width}`,
          )
          .toBeLessThan(60);
      }
      await settled(page);
      if (width < 600) {
        // Under the thumb without scrolling, and what is chosen by tapping is as large as a finger.
        await expect(page.getByTestId('run-button')).toBeInViewport({ ratio: 1 });
        const heights = await page.locator('.mantine-SegmentedControl-label').evaluateAll((labels) => labels.map((label) => label.clientHeight));
        expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
      }
      await expect.poll(() => overflowing(page), `beyond the right edge at ${width} pixels`).toEqual([]);
      if (PICTURED.has(width)) await page.screenshot({ path: join(FOLDER, `${width}-${colorScheme}.png`), fullPage: true });
    }
  });
}

test('on a phone the buttons stay where they are, and lead to the curves', async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(site + link((e) => ({ ...tiny(e, 20_000), base: { ...tiny(e, 20_000).base, schedule: { kind: 'cosine', warmup: 30_000 } } })));
  const strip = page.getByTestId('training-settings');
  await expect(strip).toContainText('warm-up of 30,000 steps and cosine');
  await expect(strip.getByRole('img', { name: /does not fit into 20000/ })).toBeVisible();
  const places = () =>
    Promise.all(
      ['run-button', 'pause-button', 'step-button', 'reset-button'].map(async (id) => {
        const button = page.getByTestId(id);
        return (await button.count()) === 0 ? [] : [await button.boundingBox()];
      }),
    ).then((found) => found.flat());
  const before = await places();
  expect(before).toHaveLength(3);
  await run(page);
  await expect(page.getByTestId('learning-rate')).toBeVisible();
  await expect.poll(places).toEqual(before);
  await page.getByTestId('seeds').click();
  await page.getByRole('menuitemradio', { name: /^2/ }).press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('stale-note')).toBeVisible();
  await expect.poll(places).toEqual(before);
  await expect.poll(async () => (await page.getByTestId('run-bar').boundingBox())?.height).toBeLessThan(120);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.getByTestId('curves-jump').click();
  await expect(page.getByTestId('chart-metric')).toBeInViewport();
  await expect(page.getByTestId('curves-jump')).toHaveCount(0);
  await expect.poll(() => overflowing(page)).toEqual([]);
});

if (process.env.UPDATE_SCREENSHOT === '1') {
  test('the picture in the README: the first preset as it comes, run to its end', async ({ page, site }) => {
    test.setTimeout(20 * 60_000);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(site);
    await page.getByTestId('run-button').click();
    await expect(page.getByTestId('progress-text')).toContainText('500 steps in', { timeout: 18 * 60_000 });
    await expect(page.getByTestId('verdict')).toContainText('sooner');
    await page.mouse.move(0, 0);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await settled(page);
    await page.screenshot({ path: SCREENSHOT });
    expect(statSync(SCREENSHOT).size).toBeLessThan(400_000);
  });
}
