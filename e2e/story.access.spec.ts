/** For everyone: what axe finds, words and tables for every chart, and the story without a mouse. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { termOf } from '../src/experiment/plan/arms.ts';
import { cellsOf, expect, expectExperiment, expectStillness, numberIn, saved, test } from './support/person.ts';
import { completedSteps, link, runToEnd, tiny } from './support/site.ts';

const TINY = link((e) => tiny(e));

/** What axe's rules about colours are; all others find the same in every colour scheme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** @param part what to look at; everything takes two seconds */
async function expectNoBarriers(page: Page, where: string, part = 'html', rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page }).include(part);
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    grave.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html.slice(0, 160)}`).join('\n')}`),
    where,
  ).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no serious barrier in ${colorScheme} colours, before, while and after it runs, and in what opens`, async ({ page, site }) => {
    const look = (where: string, part?: string) => expectNoBarriers(page, where, part, colorScheme === 'dark' ? COLOUR_RULES : undefined);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(site + TINY);
    await expect(page.locator('.react-flow__edge')).toHaveCount(2);
    await expect(page.getByTestId('backend-badge')).toContainText('checked');
    await look('before the run');
    for (const opener of [
      'training-settings',
      'edit-task',
      'edit-guide',
      'edit-target',
      'edit-pairs',
      'edit-arm-guided-untrained',
      'backend-badge',
      'preset-picker',
      'add-arm',
      'seeds',
    ]) {
      await page.getByTestId(opener).click();
      await expect(page.getByTestId(opener)).toHaveAttribute('aria-expanded', 'true');
      await look(opener, '[role="dialog"], [role="menu"]');
      await page.keyboard.press('Escape');
      await expect(page.getByTestId(opener)).toHaveAttribute('aria-expanded', 'false');
    }
    await page.getByTestId('step-button').click();
    await page.getByTestId('learning-rate').click();
    await look('paused, with the learning rate open');
    await page.keyboard.press('Escape');
    await runToEnd(page);
    await look('after the run');
    await page.getByTestId('explain').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await look('explanation', '[role="dialog"]');
  });
}

test('every chart says in words and in a table what it shows', async ({ page, site }) => {
  await page.goto(site + TINY);
  await runToEnd(page);
  for (const [chart, summary, columns] of [
    ['loss', /^Validation loss after step 12 of 12: Unguided [\d.]+; Guided, untrained guide [\d.]+\.$/, 5],
    ['metric', /^Validation accuracy after step 12 of 12: Unguided [\d.]+ %; Guided, untrained guide [\d.]+ %\. For comparison: chance 12\.5 %\.$/, 3],
    ['cka', /^CKA with the untrained guide, mean of 2 mapped pairs, after step 12 of 12: Unguided [\d.]+, chance level [\d.]+; Guided/, 5],
  ] as const) {
    const card = page.getByTestId(`chart-${chart}`);
    // Charts are drawn a little later than the run ends.
    const told = page.getByTestId(`chart-${chart}-summary`);
    await expect(told).toHaveText(summary);
    const words = await told.innerText();
    await card.getByRole('button', { name: 'Show these values as a table' }).click();
    const [heads, ...rows] = await cellsOf(card.getByRole('table'));
    expect(heads).toHaveLength(columns);
    expect(heads[0]).toBe('Step');
    expect(rows.map(([step]) => step)).toEqual(['0', '4', '8', '12']);
    // The words tell the table's last row.
    expect(numberIn(rows[3][1])).toBe(numberIn(/Unguided ([\d.]+)/.exec(words)?.[1] ?? ''));
    await card.getByRole('button', { name: 'Show the chart' }).click();
    await expect(card.locator('svg.recharts-surface')).toBeVisible();
  }
  await expect(page.getByTestId('cka-matrix-summary')).toContainText(/CKA of every target layer with every layer of the untrained guide.*Unguided: mean/);
});

/** Press Tab until something has the focus. */
async function tabTo(page: Page, testId: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate((id) => document.activeElement?.getAttribute('data-testid') === id, testId)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${testId} is not reached with ${key}`);
}

test('the whole story without a mouse', async ({ page, site }) => {
  await page.goto(site + TINY);
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  // From the top of the page: an arm, one step, what can be changed while it runs, then Run.
  await tabTo(page, 'edit-arm-guided-untrained');
  await page.keyboard.press('Enter');
  const weight = page.getByRole('textbox', { name: 'Weight', exact: true });
  for (let i = 0; i < 10 && !(await weight.evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('2');
  await page.keyboard.press('Escape');
  await expectExperiment(page, (e) => termOf(e.arms[1], 'align')?.weight).toBe(2);

  await tabTo(page, 'step-button');
  for (const step of [1, 2]) {
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('progress-text')).toHaveText(`step ${step} / 12 · paused`, { timeout: 120_000 });
    await expect(page.getByTestId('step-button')).toBeFocused();
  }
  await tabTo(page, 'learning-rate');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Learning rate' })).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('0.002');
  await page.keyboard.press('Enter');
  await tabTo(page, 'guidance-switch');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('interventions')).toContainText('learning rate 2e-3 from step 2; guidance off from step 2');
  await tabTo(page, 'run-button', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('progress-text')).toContainText('12 steps in', { timeout: 120_000 });

  await tabTo(page, 'export-menu');
  await page.keyboard.press('Enter');
  const download = page.waitForEvent('download');
  await expect(page.getByTestId('export-json')).toBeFocused();
  await page.keyboard.press('Enter');
  expect(JSON.parse((await saved(download)).bytes.toString('utf8')).experiment.interventions).toHaveLength(2);
  await expectStillness(page);
});

test('Run and Pause share a place that keeps the focus; the space bar does both from anywhere', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e, 20_000)));
  const progress = page.getByTestId('progress-text');
  await expect(page.locator('.react-flow__attribution a')).toHaveAttribute('tabindex', '-1');
  // The first stop leads there, past everything that can be edited.
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('skip-to-run')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run-button')).toBeFocused();
  await expect(page.getByTestId('skip-to-run')).not.toBeInViewport();
  await page.keyboard.press('Enter');
  await expect.poll(() => completedSteps(page), { timeout: 120_000 }).toBeGreaterThan(0);
  await expect(page.getByTestId('pause-button')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(progress).toContainText('paused');
  await page.getByTestId('question').click();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('pause-button')).toBeVisible();

  // Behind what lies over the page nothing is drawn; what was missed is, once it is gone.
  await page.getByTestId('explain').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  const drawing = page.getByTestId('chart-loss').locator('svg.recharts-surface');
  let covered = '';
  // What was asked for before it was covered may still be drawn.
  await expect(async () => {
    covered = await drawing.innerHTML();
    const before = await completedSteps(page);
    await expect.poll(() => completedSteps(page)).toBeGreaterThan(before + 50);
    expect(await drawing.innerHTML()).toBe(covered);
  }).toPass({ timeout: 120_000 });
  await page.keyboard.press('Escape');
  await expect.poll(() => drawing.innerHTML()).not.toBe(covered);
  // The button that opened it has the focus again, and a meaning of its own for the key.
  await expect(page.getByTestId('explain')).toBeFocused();
  await page.getByTestId('question').click();
  await page.keyboard.press('Space');
  await expect(progress).toContainText('paused');
});
