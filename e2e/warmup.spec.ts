/** A warm-up on the page: it is switched on where the arm is edited, told on the run bar, and drawn left of step 0. */
import { expect, expectExperiment, test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';

test('an arm is warmed up on noise, and trains alone', async ({ page, site }) => {
  await page.goto(`${site}${link((experiment) => tiny(experiment, 12))}`);
  const row = page.getByTestId('edit-arm-guided-untrained');
  await row.click();
  await page.getByRole('switch', { name: 'Warm-up' }).click();
  await page.getByLabel('Steps', { exact: true }).fill('20');
  await expect(page.getByText('More than the 12 steps of training itself.')).toBeVisible();
  await page.getByRole('button', { name: 'Take 12 steps' }).click();
  await page.getByRole('switch', { name: 'Then alone' }).click();
  await page.keyboard.press('Escape');
  await expect(row).toContainText('first 12 steps aligned on smooth noise · task loss only');
  await expectExperiment(page, ({ arms }) => arms[1].warmup).toEqual({ steps: 12, inputs: 'smooth-noise', loss: 'align', keepOptimiser: false });

  await page.getByTestId('step-button').click();
  await expect(page.getByTestId('progress-text')).toHaveText('warming up, step 1 of 12 · paused');
  await page.getByRole('button', { name: 'Close what a step does' }).click();
  await runToEnd(page);
  const card = page.getByTestId('chart-cka');
  await expect(card.getByRole('application')).toContainText('−12');
  await expect(card.getByRole('application')).toContainText('step 0');
  await expect(card.getByRole('application')).toContainText('warm-up ends');
  await page.getByRole('button', { name: /Options and export of the chart "CKA"/ }).click();
  await page.getByRole('menuitemradio', { name: 'All steps that an arm has taken' }).click();
  await page.keyboard.press('Escape');
  await expect(card.getByRole('application')).toContainText('24');
  await expect(card.getByRole('application')).not.toContainText('−12');
});
