/** Runs that stay: over a reload, Back and another preset; in the Notebook; and where the browser has no room for them. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { withPath } from '../src/experiment/link.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { findPreset } from '../src/experiment/presets/presets.ts';
import { expect, expectStillness, test } from './support/person.ts';
import { completedSteps, link, run, runToEnd, tiny } from './support/site.ts';

const TINY = link((e) => tiny(e));
const question = (preset: string) => findPreset(preset)?.experiment.question ?? '';
const progress = (page: Page) => page.getByTestId('progress-text');
const shelved = (page: Page) => page.getByTestId('shelved-run');

/** In the page: how many runs its storage keeps. */
const keptCount = () =>
  new Promise<number>((resolve) => {
    const opening = indexedDB.open('guidance-playground-shelf');
    opening.onsuccess = () => {
      const keys = opening.result.transaction('runs').objectStore('runs').getAllKeys();
      keys.onsuccess = () => {
        opening.result.close();
        resolve(keys.result.filter((key) => String(key).startsWith('about/')).length);
      };
    };
  });

/** Run to the end, and wait until it is the only one, or the second, that the browser keeps. */
async function runAndKeep(page: Page, count: number): Promise<void> {
  await runToEnd(page);
  await expect.poll(() => page.evaluate(keptCount)).toBe(count);
}

async function choosePreset(page: Page, id: string): Promise<void> {
  await page.getByTestId('preset-picker').click();
  await page.getByTestId(`preset-${id}`).click();
  await expect(page.getByTestId('question')).toHaveText(question(id));
}

test('a run that ended comes back after a reload and by Back; one that goes on waits where it was left', async ({ page, site }) => {
  await page.goto(site + TINY);
  await runAndKeep(page, 1);
  const verdict = await page.getByTestId('verdict').locator('p').first().innerText();
  await page.reload();
  await expect(page.getByTestId('loaded-result')).toContainText(/^From the Notebook, run on .* with WebAssembly/);
  await expect(page.getByTestId('verdict').locator('p').first()).toHaveText(verdict);
  await expect(progress(page)).toContainText('12 steps in');
  await expect(page.getByTestId('backend-badge')).toContainText('checked', { timeout: 120_000 });
  await expectStillness(page);

  await choosePreset(page, 'deep-fcn');
  await expect(page.getByTestId('run-button')).toHaveText('Run');
  await expect(page.getByTestId('kept-note')).toContainText('kept in the Notebook');
  await page.goBack();
  await expect(progress(page)).toContainText('12 steps in');

  // The same with one that trains, and the address of another experiment.
  await page.goto(site + link((e) => tiny(e, 20_000), 'shapes'));
  await run(page);
  await expect.poll(() => completedSteps(page), { timeout: 120_000 }).toBeGreaterThan(20);
  await choosePreset(page, 'deep-fcn');
  await expect(page.getByTestId('run-button')).toHaveText('Run');
  await page.goBack();
  await expect(progress(page)).toContainText('paused');
  const left = await completedSteps(page);
  expect(left).toBeGreaterThan(20);
  await page.getByTestId('run-button').click();
  await expect.poll(() => completedSteps(page), { timeout: 120_000 }).toBeGreaterThan(left);
});

test('the Notebook lists them, opens, lays over, names, pins and deletes them, without barriers', async ({ page, site }) => {
  await page.goto(`${site}?view=notebook${TINY}`);
  await expect(page.getByTestId('notebook-empty')).toContainText('will stand here');
  await page.getByTestId('view-lab').click();
  await runAndKeep(page, 1);
  await page.goto(site + link((e) => withPath(tiny(e), 'arms.guided-untrained.terms.align.weight', 3) as Experiment));
  await runAndKeep(page, 2);
  await page.getByTestId('view-notebook').click();
  await expect(shelved(page)).toHaveCount(2);
  const first = shelved(page).first();
  await expect(first).toContainText('weight 3 · without');
  await expect(first.getByTestId('shelved-verdict')).toContainText('One seed so far');

  await first.getByTestId('rename').click();
  await page.getByTestId('run-name').fill('Ten times faster');
  await page.keyboard.press('Enter');
  await first.getByTestId('pin-run').click();
  await shelved(page).nth(1).getByTestId('delete-run').click();
  await expect(shelved(page)).toHaveCount(1);
  await page.getByTestId('undo-delete').click();
  await expect(shelved(page)).toHaveCount(2);
  await page.reload();
  await expect(first.getByRole('heading')).toHaveText('Ten times faster');
  await expect(first.getByTestId('pin-run')).toHaveAttribute('aria-pressed', 'true');

  for (const [width, colorScheme] of [
    [390, 'light'],
    [1280, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
  }

  const second = shelved(page).nth(1);
  await expect(second.getByTestId('differs')).toContainText('Against the newest run of this preset: weight 1');
  await second.getByTestId('overlay-run').click();
  await expect(second).toContainText('drawn thin in the Lab’s charts');
  await page.reload();
  await expect(second.getByTestId('overlay-run')).toHaveText('Laid over');
  await expect(page.getByTestId('view-notebook')).toHaveText('Notebook2');
  const name = await second.getByRole('heading').innerText();
  await first.getByTestId('open-run').click();
  await expect(page.getByTestId('loaded-result')).toBeVisible();
  for (const chart of ['chart-metric', 'chart-loss']) {
    await expect(page.getByTestId(chart).getByTestId('overlaid-runs')).toHaveText(`1 laid over: ${name}`);
    await expect(page.getByTestId(chart).getByTestId('overlaid').locator('path')).toHaveCount(2);
  }
  await page.goBack();
  await expect(shelved(page)).toHaveCount(2);
});

test('a browser without room says so, shows the run until the page closes, and keeps what it had', async ({ page, site }) => {
  await page.goto(site + TINY);
  await runAndKeep(page, 1);
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
      if (this.name === 'runs') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    };
  });
  await page.goto(site + link((e) => tiny(e, 16)));
  await page.reload();
  await runToEnd(page);
  await expect(page.getByText('only until the page closes: this browser has no room left for it')).toBeVisible();
  await page.getByTestId('view-notebook').click();
  await expect(shelved(page)).toHaveCount(2);
  await expect(shelved(page).first()).toContainText('only until the page closes');
  await page.reload();
  await expect(shelved(page)).toHaveCount(1);
});
