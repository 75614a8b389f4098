/** Step shows what a step does, with the run's own numbers; a wire opens its matrices, and is removed from there. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, expectExperiment, expectNear, expectPainted, expectStillness, exportedResult, numberIn, test } from './support/person.ts';
import { clickWire } from './support/wires.ts';
import { link, tiny } from './support/site.ts';

const STEPS = 6;
const twoSeeds = link((e) => ({ ...tiny(e, STEPS), seeds: [0, 1] }));
const number = async (of: Locator) => numberIn(await of.innerText());
const strip = (page: Page) => page.getByTestId('step-strip');
const settled = (page: Page, words: RegExp) => expect(page.getByTestId('step-moment')).toHaveText(words, { timeout: 30_000 });

async function expectNoBarriers(page: Page, part: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`)).toEqual([]);
}

test('a step by itself is shown: batch, matrices, similarity, loss, update, all of the run’s own numbers', async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(site + twoSeeds);
  const step = page.getByTestId('step-button');
  await step.click();
  await settled(page, /^Step 1, as it was taken$/);
  // Whom it shows: the arm that is guided, its first seed and pair.
  await expect(page.getByTestId('whom-arm')).toHaveValue('guided-untrained');
  for (const canvas of await strip(page).locator('canvas').all()) await expectPainted(canvas);
  await expect(page.getByTestId('step-matrices').getByRole('img')).toHaveCount(2);

  const seen: { seed: number; step: number; task: number; total: number }[] = [];
  for (const seed of [0, 1]) {
    await page.getByTestId('whom-seed').selectOption(String(seed));
    if (seed === 1) await expect(page.getByTestId('step-task-loss')).not.toHaveText(String(seen[0].task.toFixed(3)));
    const similarity = await number(page.getByTestId('step-similarity-value'));
    expectNear(await number(page.getByTestId('step-dissimilarity')), 1 - similarity, 0.0015);
    const task = await number(page.getByTestId('step-task-loss'));
    const weight = await number(page.getByTestId('step-weight'));
    const total = await number(page.getByTestId('step-total'));
    expectNear(total, task + weight * (await number(page.getByTestId('step-pairs-sum'))), 0.003);
    expect(await number(page.getByTestId('step-update').locator('strong'))).toBeGreaterThan(0);
    seen.push({ seed, step: 1, task, total });
  }
  // Nothing cut, nothing to be scrolled; and nothing has moved for it.
  const box = await strip(page).boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 1280 && box.y + box.height <= 720).toBe(true);
  await expect
    .poll(() => strip(page).evaluate((element) => element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1))
    .toBe(true);
  await expectStillness(page);
  await expectNoBarriers(page, '[data-testid="step-strip"]');

  // An arm without guidance: its loss is the task's.
  await page.getByTestId('whom-arm').selectOption('unguided');
  await expect(page.getByTestId('step-weight')).toHaveCount(0);
  expectNear(await number(page.getByTestId('step-total')), await number(page.getByTestId('step-task-loss')), 1e-9);

  // The next one by itself again, of whom was chosen; closed, it stays so; asked for, it says what comes.
  await step.click();
  await settled(page, /^Step 2, as it was taken$/);
  await expect(page.getByTestId('whom-arm')).toHaveValue('unguided');
  await page.getByTestId('step-close').click();
  await expect(strip(page)).toHaveCount(0);
  await step.click();
  await expect(page.getByTestId('progress-text')).toContainText('step 3');
  await expect(strip(page)).toHaveCount(0);
  await page.getByTestId('step-peek').click();
  await settled(page, /^Step 3, as it was taken$/);

  // A run that goes on takes it away.
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('progress-text')).toContainText(/\d+ steps in/, { timeout: 60_000 });
  await expect(strip(page)).toHaveCount(0);
  const { members } = await exportedResult(page);
  for (const { seed, task, total } of seen) {
    const member = members.find((each) => each.arm === 'guided-untrained' && each.seed === seed);
    expectNear(task, member?.history.trainLoss[0] ?? null, 0.001);
    expectNear(total - task, member?.history.alignmentLoss?.[0] ?? null, 0.002);
  }
});

test('a wire opens its two layers’ matrices, at the start and now, and can be removed there', async ({ page, site }) => {
  await page.goto(site + twoSeeds);
  const edges = page.locator('.react-flow__edge');
  await expect(edges).toHaveCount(2);
  const name = (await edges.first().getAttribute('data-id')) as string;
  const popover = page.getByTestId('wire-popover');
  await clickWire(page, name);
  await expect(popover).toContainText('Once a run has begun');
  await expect(popover.locator('canvas')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(popover).toHaveCount(0);

  for (let i = 1; i <= 2; i++) {
    await page.getByTestId('step-button').click();
    await expect(page.getByTestId('progress-text')).toContainText(`step ${i} `, { timeout: 30_000 });
    await settled(page, new RegExp(`^Step ${i},`));
  }
  await page.getByTestId('step-close').click();
  await clickWire(page, name);
  await expect(page.getByTestId('wire-now')).toContainText('Target after step 2');
  await expect(popover.locator('canvas')).toHaveCount(3);
  for (const canvas of await popover.locator('canvas').all()) await expectPainted(canvas);
  await expectNoBarriers(page, '[data-testid="wire-popover"]');
  const [start, now] = [await number(page.getByTestId('wire-start').locator('p')), await number(page.getByTestId('wire-now').locator('p'))];
  for (const value of [start, now]) expect(value > 0 && value <= 1).toBe(true);
  // Batches are of 32: those shown are all.
  expectNear(await number(page.getByTestId('wire-batch')), now, 0.0011);
  await page.getByTestId('whom-arm').selectOption('unguided');
  await expect(page.getByTestId('wire-now').locator('p')).not.toContainText(now.toFixed(3));
  expectNear(await number(page.getByTestId('wire-start').locator('p')), start, 1e-9);

  const pairs = () => expectExperiment(page, (e) => (Array.isArray(e.base.mapping) ? e.base.mapping.length : 'rule'));
  await page.getByTestId('remove-pair').click();
  await expect(popover).toHaveCount(0);
  await expect(edges).toHaveCount(1);
  await pairs().toBe(1);
  await page.getByTestId('undo').click();
  await expect(edges).toHaveCount(2);
  await pairs().toBe('rule');

  // By keyboard: Enter opens, Delete removes.
  await edges.first().focus();
  await page.keyboard.press('Enter');
  await expect(popover).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(edges.first()).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(edges).toHaveCount(1);
});

test('a step has room on a phone', async ({ page, site }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(site + twoSeeds);
  await page.getByTestId('step-button').click();
  await settled(page, /^Step 1,/);
  const [box, bar] = [await strip(page).boundingBox(), await page.getByTestId('run-bar').boundingBox()];
  expect(box && bar && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= bar.y).toBe(true);
  await expect
    .poll(() => strip(page).evaluate((element) => element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1))
    .toBe(true);
  await expectNoBarriers(page, '[data-testid="step-strip"]');
  await page.getByTestId('step-button').click();
  await settled(page, /^Step 2,/);
});
