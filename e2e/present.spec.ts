/** To a room, in the frame of another page, by link and code, and told again: what leaves the page of whoever made it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { encodeResultLink } from '../src/experiment/contract/resultLink.ts';
import type { RunResult } from '../src/experiment/contract/result.ts';
import { encodeLink } from '../src/experiment/link.ts';
import { parseExperiment } from '../src/experiment/parse.ts';
import { ROOT } from '../scripts/install.mjs';
import { experimentIn } from './support/person.ts';
import { expect, link, test, tiny } from './support/site.ts';

/** A finished run as a link carries it; nothing of it has to be run here. */
async function recorded(name: string): Promise<{ hash: string; result: RunResult }> {
  const data = JSON.parse(readFileSync(join(ROOT, `src/experiment/fixtures/v1/results/${name}.json`), 'utf8')) as RunResult;
  const parsed = parseExperiment(data.experiment);
  if (!parsed.ok) throw new Error(name);
  const result = { ...data, experiment: parsed.experiment };
  return { hash: `#${await encodeResultLink(result)}`, result };
}

const loaded = (page: Page) => page.getByTestId('loaded-result');
/** What the verdict says of the recorded run of `wide-fcn`. */
const TOLD = 'Two seeds so far show';
const verdict = (page: Page) => page.getByTestId('verdict');
/** The height of a name among the arms, on the screen. */
const typeHeight = (page: Page) =>
  page.evaluate(() => {
    const name = document.querySelector('[data-part="arms"] li [class*="armName"]');
    const range = document.createRange();
    if (!name?.firstChild) return Number.NaN;
    range.selectNodeContents(name.firstChild);
    return range.getBoundingClientRect().height;
  });

test('presented, everything is on one screen at both sizes, larger, and without tools', async ({ page, site, complaints }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(site + (await recorded('wide-fcn')).hash);
  await expect(loaded(page)).toBeVisible();
  await expect(page.getByTestId('chart-metric').locator('svg.recharts-surface')).toBeVisible();
  const before = await typeHeight(page);
  await page.getByTestId('present').click();
  await expect(page.locator('html[data-present]')).toBeAttached();
  expect(new URL(page.url()).searchParams.has('present')).toBe(true);
  await expect.poll(async () => (await typeHeight(page)) / before).toBeGreaterThan(1.35);
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ]) {
    await page.setViewportSize({ width, height });
    for (const part of ['question', 'picture', 'arms', 'accuracy', 'run'])
      await expect(page.locator(`main [data-part="${part}"]`)).toBeInViewport({ ratio: 1 });
    await expect(verdict(page)).toBeInViewport({ ratio: 1 });
    // What is in its place is in sight: nothing scrolls, and nothing is cut.
    await expect.poll(() => verdict(page).evaluate((card) => card.scrollHeight - card.clientHeight), `verdict at ${width}`).toBeLessThanOrEqual(1);
    await expect
      .poll(() =>
        page.locator('[data-part="arms"]').evaluate((arms) => arms.getBoundingClientRect().bottom - (arms.parentElement?.getBoundingClientRect().bottom ?? 0)),
      )
      .toBeLessThanOrEqual(1);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
    const chart = page.getByTestId('chart-metric').locator('svg.recharts-surface');
    await expect.poll(async () => (await chart.boundingBox())?.height, `the curves at ${width}`).toBeGreaterThan(height / 4);
  }
  for (const gone of ['add-arm', 'step-button', 'share', 'training-settings', 'chart-loss', 'result']) await expect(page.getByTestId(gone)).toBeHidden();
  await expect(page.getByTestId('edit-task')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('share')).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  expect(complaints).toEqual([]);
});

test('the key is for letters where letters are typed, and can be switched off', async ({ page, site }) => {
  await page.goto(`${site}?present${link((e) => tiny(e))}`);
  await expect(page.locator('html[data-present]')).toBeAttached();
  await page.getByTestId('leave-presenting').click();
  await page.getByTestId('share').click();
  await page.getByTestId('share-link').press('p');
  await expect(page.locator('html[data-present]')).toHaveCount(0);
  await page.getByTestId('present-key').press('Space');
  await expect(page.getByTestId('present-key')).not.toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('share-link')).toHaveCount(0);
  await page.keyboard.press('p');
  await page.reload();
  await expect(page.getByTestId('run-button')).toBeVisible();
  await page.keyboard.press('p');
  await expect(page.locator('html[data-present]')).toHaveCount(0);
  await page.getByTestId('share').click();
  await page.getByTestId('present-now').click();
  await expect(page.locator('html[data-present]')).toBeAttached();
});

test('in the frame of a page of another site it runs on one thread, says so, and leaves out what it is told to', async ({
  page,
  host,
  context,
  complaints,
}, info) => {
  const url = await host({ isolate: false, prefix: '/sub' });
  const tinyLink = link((e) => tiny(e));
  const folder = info.outputPath('around');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'index.html'),
    `<title>Class</title><link rel="icon" href="data:,"><iframe src="${url}?embed&hide=verdict,table,nonsense${tinyLink}" width="1000" height="700"></iframe>`,
  );
  // To the browser another site: what stands in its frames may store nothing.
  const around = (await host({ root: folder, isolate: false })).replace('127.0.0.1', 'localhost');
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  await page.goto(around);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByTestId('embed-line')).toContainText('on one thread', { timeout: 60_000 });
  await frame.getByTestId('run-button').click();
  await expect(frame.getByTestId('progress-text')).toContainText(/12 steps in/, { timeout: 60_000 });
  await expect(frame.getByTestId('chart-metric-summary')).toContainText('step 12');
  for (const gone of ['verdict', 'result', 'evidence']) await expect(frame.getByTestId(gone)).toBeHidden();
  for (const gone of ['share', 'view-paper']) await expect(frame.getByTestId(gone)).toHaveCount(0);
  expect(told.filter((text) => text.includes('nonsense'))).toHaveLength(1);
  await expect(frame.getByText('nonsense')).toHaveCount(0);
  const opened = context.waitForEvent('page');
  await frame.getByTestId('open-in-playground').click();
  const tab = await opened;
  await expect(tab.getByTestId('share')).toBeVisible();
  expect(tab.url()).toBe(url + tinyLink);
  await expect(page).toHaveTitle('Class');
  expect(complaints).toEqual([]);
});

test.describe('with a clipboard', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  test('shares as a link, a code and a frame, with the result where it is wished', async ({ page, site, context, complaints }) => {
    const { hash, result } = await recorded('wide-fcn');
    await page.goto(site + hash);
    await expect(loaded(page)).toContainText('From a link');
    await page.getByTestId('share').click();
    const field = page.getByTestId('share-link');
    await expect(field).toHaveValue(`${site}#${encodeLink(result.experiment)}`);
    const code = page.getByTestId('qr-code');
    await expect(code).toBeVisible();
    const modules = await code.locator('path').getAttribute('d');
    expect(modules?.length).toBeGreaterThan(1000);
    await page.getByTestId('hide-verdict').check();
    await page.getByTestId('embed-size').selectOption({ label: '1280 × 900' });
    await expect(page.getByTestId('embed-code')).toHaveValue(
      /^<iframe src="[^"]+\?embed&amp;hide=verdict#[^"]+" title="[^"]+" width="1280" height="900" .*<\/iframe>$/,
    );
    const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    await page.getByTestId('with-result').check();
    await expect(page.getByTestId('no-code')).toContainText('2,900');
    await page.getByTestId('share-link-copy').click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await field.inputValue());

    const other = await context.newPage();
    await other.goto(copied);
    await expect(loaded(other)).toContainText('without training curves and predictions');
    await expect(verdict(other)).toContainText(TOLD);
    await expect(verdict(other)).toHaveText((await verdict(page).textContent()) ?? '');
    await expect(other.getByTestId('run-button')).toHaveText('Run again');
    expect(complaints).toEqual([]);
  });
});

test('a damaged result is told of, and its experiment is there to be run', async ({ page, site, complaints }) => {
  const { hash, result } = await recorded('first-token');
  await page.goto(site + hash.slice(0, -40));
  await expect(page.getByTestId('refused-result')).toContainText('cut off');
  expect(experimentIn(page)).toEqual(result.experiment);
  await expect(page.getByTestId('run-button')).toHaveText('Run');
  await expect(loaded(page)).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('a recorded run is played back as if it ran, and says all the time that it is not', async ({ page, site, complaints }) => {
  await page.goto(site + (await recorded('wide-fcn')).hash);
  await expect(loaded(page)).toBeVisible();
  await expect(verdict(page)).toContainText(TOLD);
  const told = await verdict(page).textContent();
  await page.getByTestId('play-back').click();
  await page.getByTestId('playback-length').selectOption('10');
  await expect(page.getByTestId('playback-mark')).toHaveText('Recorded, playing back');
  await expect(page.getByTestId('run-button')).toHaveCount(0);
  const step = async () => Number(/step (\d+)/.exec((await page.getByTestId('progress-text').textContent()) ?? '')?.[1]);
  const evaluated = () => page.getByTestId('chart-metric-summary').textContent();
  await expect.poll(step).toBeGreaterThan(0);
  await page.getByTestId('playback-toggle').click();
  await expect(page.getByTestId('playback-toggle')).toHaveText('Go on');
  // What was asked for before it paused may still be drawn.
  await page.waitForTimeout(600);
  const there = await step();
  await page.waitForTimeout(600);
  expect(await step()).toBe(there);
  const drawn = await evaluated();
  await page.getByTestId('playback-toggle').press('Enter');
  await expect.poll(step).toBeGreaterThan(there);
  await expect.poll(evaluated).not.toBe(drawn);
  await expect(page.getByTestId('playback-mark')).toBeVisible();
  await page.getByTestId('playback-end').click();
  await expect(page.getByTestId('playback-mark')).toHaveCount(0);
  await expect(verdict(page)).toHaveText(told ?? '');
  await expect(page.getByTestId('run-button')).toHaveText('Run again');
  expect(complaints).toEqual([]);
});
