/** A run goes on with one of its arms continued in another way as well. */
import { expect, expectExperiment, exportedResult, test } from './support/person.ts';
import { endless, link, run, tiny } from './support/site.ts';

test('an arm is forked where the run stands, changed, and the run goes on from there', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e)));
  for (const step of [1, 2, 3]) {
    await page.getByTestId('step-button').click();
    await expect(page.getByTestId('progress-text')).toContainText(`step ${step} /`, { timeout: 120_000 });
    await expect(page.getByTestId('run-button')).toHaveText('Resume');
  }
  await page.getByTestId('edit-arm-guided-untrained').click();
  await page.getByTestId('fork-button').click();
  await expect(page.getByTestId('arm-row-guided-untrained-fork')).toContainText('from step 3 of “Guided, untrained guide”');
  await expect(page.getByTestId('stale-note')).toHaveText('edited from here on');
  await expect(page.getByTestId('run-button')).toHaveText('Go on with it');

  await page.getByTestId('edit-arm-guided-untrained-fork').click();
  await expect(page.getByTestId('fork-note')).toContainText('Until then it is “Guided, untrained guide”');
  await page.getByRole('textbox', { name: 'Weight', exact: true }).fill('9');
  await expectExperiment(page, ({ arms }) => arms.at(-1)).toMatchObject({ fork: { of: 'guided-untrained', step: 3 }, terms: [{ weight: 9 }] });
  await page.keyboard.press('Escape');

  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('progress-text')).toContainText('steps in', { timeout: 120_000 });
  await expect(page.getByTestId('stale-note')).toHaveCount(0);
  await expect(page.getByTestId('chart-loss').locator('path[data-arm="guided-untrained-fork"]')).toBeAttached();
  const { members, events } = await exportedResult(page);
  expect(events.map(({ text }) => text).join()).toContain('from a checkpoint at step 3');
  const [parent, fork] = ['guided-untrained', 'guided-untrained-fork'].map((id) => members.find(({ arm }) => arm === id)?.history.trainLoss ?? []);
  // The loss of a step is measured before its update.
  expect(fork.findIndex((loss, i) => loss !== parent[i])).toBe(4);
});

test('a run that is on its way stops where an arm of it is forked', async ({ page, site }) => {
  await page.goto(site + link((e) => endless(e)));
  await run(page);
  await page.getByTestId('edit-arm-guided').click();
  await page.getByTestId('fork-button').click();
  await expect(page.getByTestId('run-button')).toHaveText('Go on with it');
  const [, step] = /step ([\d,]+)/.exec((await page.getByTestId('progress-text').textContent()) ?? '') ?? [];
  await expect(page.getByTestId('arm-row-guided-fork')).toContainText(`from step ${step} of “Guided”`);
  // Taken back, it is the run as it was.
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('run-button')).toHaveText('Resume');
});
