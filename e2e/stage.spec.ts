/** The Lab is one screen: what a class has to see is seen without scrolling, before, during and after a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../scripts/install.mjs';
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { expect, expectStillness, importText, test } from './support/person.ts';
import { link, run, runToEnd, tiny } from './support/site.ts';
import { expectNoOverlaps, watchTexts } from './support/texts.ts';

const PARTS = ['question', 'picture', 'run', 'verdict', 'accuracy', 'similarity', 'loss', 'layers'];
const PROJECTOR = { width: 1280, height: 720 };
const SIZES = [PROJECTOR, { width: 1366, height: 768 }, { width: 1440, height: 900 }];

/** What of the parts reaches beyond the window, or holds more than it shows. */
const hidden = (page: Page) =>
  page.evaluate((parts) => {
    const told: string[] = [];
    if (scrollY !== 0) told.push('the page is scrolled');
    for (const part of parts) {
      const element = document.querySelector(`[data-part="${part}"]`);
      if (!element) {
        told.push(`${part} is missing`);
        continue;
      }
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
      if (width < 100 || height < 20) told.push(`${part} is ${width} × ${height}`);
      if (left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) told.push(`${part} ends at ${right}, ${bottom}`);
      if (element.scrollHeight > element.clientHeight + 1 && element.clientHeight > 0)
        told.push(`${part} holds ${element.scrollHeight} in ${element.clientHeight}`);
    }
    return told;
  }, PARTS);

const expectInSight = (page: Page, when: string) => expect.poll(() => hidden(page), when).toEqual([]);

test('nothing has to be scrolled to, before, during and after a run', async ({ page, site }) => {
  await page.setViewportSize(PROJECTOR);
  await page.goto(site + link((e) => ({ ...tiny(e, 20_000), seeds: [0, 1, 2] })));
  await expectInSight(page, 'before');
  await run(page);
  await expect(page.getByTestId('verdict')).toContainText('unguided');
  await expectInSight(page, 'during');
  await page.getByTestId('pause-button').click();
  await expectInSight(page, 'paused');
  await page.goto(site + link((e) => ({ ...tiny(e, 20), seeds: [0, 1, 2] })));
  await runToEnd(page);
  await expect(page.getByTestId('verdict')).toContainText('unguided');
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await expectInSight(page, `after, at ${size.width} × ${size.height}`);
  }
  await page.setViewportSize(PROJECTOR);
  await expectStillness(page, 0.1);
});

for (const preset of ['first-token', 'shapes', 'wide-fcn']) {
  test(`twenty steps of ${preset} on a projector`, async ({ page, site }) => {
    await page.setViewportSize(PROJECTOR);
    await page.goto(site + link((e) => ({ ...e, seeds: [0], base: { ...e.base, steps: 20, evaluateEvery: 10, schedule: { kind: 'constant' } } }), preset));
    await runToEnd(page);
    await expectInSight(page, preset);
  });
}

/** Open a measured result of the repository. */
async function openMeasured(page: Page, id: string): Promise<void> {
  const { result } = JSON.parse(readFileSync(join(ROOT, 'evidence/results', `${id}.json`), 'utf8'));
  await importText(page, `${id}.json`, JSON.stringify(result));
  await expect(page.getByTestId('question')).toHaveText(result.experiment.question);
  await expect(page.getByTestId('loaded-result')).toContainText(`${id}.json`);
}

test('the measured result of every preset fits a projector', async ({ page, site }) => {
  await page.setViewportSize(PROJECTOR);
  await page.goto(site);
  await expect(page.getByTestId('chart-metric').locator('svg.recharts-surface')).toBeVisible();
  await page.evaluate(watchTexts);
  for (const { id } of PRESETS) {
    await openMeasured(page, id);
    await expectInSight(page, id);
  }
  await expectNoOverlaps(page, PRESETS.length);
});

test('names and numbers in charts never overlap while first-token and wide-fcn are told again', async ({ page, site }) => {
  await page.setViewportSize(PROJECTOR);
  await page.goto(site);
  await expect(page.getByTestId('chart-metric').locator('svg.recharts-surface')).toBeVisible();
  for (const id of ['first-token', 'wide-fcn']) {
    await openMeasured(page, id);
    await page.getByTestId('play-back').click();
    await page.getByTestId('playback-length').selectOption('10');
    await page.evaluate(watchTexts);
    await expect(page.getByTestId('run-button')).toHaveText('Run again', { timeout: 60_000 });
    await expectNoOverlaps(page, 30);
  }
});
