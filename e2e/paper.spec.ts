/** The Paper view: opened by a link, filtered, into the Lab and back, on paper, and without barriers. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { findPreset } from '../src/experiment/presets/presets.ts';
import { expect, test } from './support/site.ts';

const claims = (page: Page) => page.getByTestId('claim');
const question = (preset: string) => findPreset(preset)?.experiment.question ?? '';

async function choose(page: Page, filter: string, option: string): Promise<void> {
  await page.getByTestId(filter).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('a link opens a claim; it is filtered, opened in the Lab, and Back leads back', async ({ page, site, complaints }) => {
  await page.goto(`${site}?view=paper&claim=wide-fcn-trained#shapes`);
  const pointedAt = page.locator('#claim-wide-fcn-trained');
  await expect(pointedAt).toBeInViewport();
  await expect(pointedAt).toHaveAttribute('aria-current', 'true');
  await expect(page.getByTestId('run-button')).toHaveCount(0);
  const all = await claims(page).count();

  await choose(page, 'filter-verdict', 'Not tried here');
  const untried = await claims(page).count();
  expect(untried).toBeLessThan(all);
  expect(untried).toBeGreaterThan(0);
  for (const claim of await claims(page).all()) await expect(claim).toContainText('Not tried here');
  await choose(page, 'filter-task', 'Language');
  await expect(page.getByTestId('claim-count')).toContainText(`${await claims(page).count()} of ${all} claims`);
  await choose(page, 'filter-verdict', 'All verdicts');
  await choose(page, 'filter-task', 'All tasks');
  await expect(claims(page)).toHaveCount(all);

  await pointedAt.getByTestId('open-wide-fcn').click();
  await expect(page.getByTestId('question')).toHaveText(question('wide-fcn'));
  expect(new URL(page.url()).search).toBe('');
  expect(page.url()).toContain('#wide-fcn');
  await page.goBack();
  await expect(pointedAt).toHaveAttribute('aria-current', 'true');
  await page.getByTestId('view-lab').click();
  await expect(page.getByTestId('question')).toHaveText(question('shapes'));
  await page.getByTestId('view-paper').click();
  await expect(claims(page)).toHaveCount(all);
  expect(new URL(page.url()).search).toBe('?view=paper');
  await page.goBack();
  await expect(page.getByTestId('question')).toHaveText(question('shapes'));
  expect(complaints).toEqual([]);
});

test('an address of a view or a claim that is not there is answered in a sentence', async ({ page, site }) => {
  await page.goto(`${site}?view=nowhere#shapes`);
  await expect(page.getByRole('alert').filter({ hasText: 'a view “nowhere”, which this page does not have' })).toBeInViewport();
  await page.goto(`${site}?view=paper&claim=nothing`);
  await expect(page.getByTestId('unknown-claim')).toBeInViewport();
  await expect(page.getByTestId('unknown-claim')).toContainText('“nothing”');
});

test('is read at any width, in both schemes and on paper, without barriers', async ({ page, site }) => {
  await page.goto(`${site}?view=paper`);
  await expect(claims(page).first()).toBeVisible();
  const barriers = async (rules?: string[]) => {
    const axe = new AxeBuilder({ page });
    const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  };
  for (const width of [390, 1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  expect(await barriers()).toEqual([]);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await barriers(['color-contrast', 'link-in-text-block'])).toEqual([]);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('header')).toBeHidden();
  await expect(page.getByTestId('filter-task')).toBeHidden();
  await expect(claims(page).first()).toBeVisible();
});
