/** A network of one's own: written, wrong, put right, run. */
import AxeBuilder from '@axe-core/playwright';
import type { CustomSpec } from '../src/experiment/schema/schema.ts';
import { expect, expectExperiment, expectStillness, experimentIn, test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';

test('a network is written as text: a mistake is told with its line and stays out, and what is right runs', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e, 20)));
  const text = () => (experimentIn(page).target as CustomSpec).text;
  await page.getByTestId('edit-target').click();
  // The present network, written out.
  await page.getByRole('combobox', { name: 'Family' }).click();
  await page.getByRole('option', { name: 'Your own' }).click();
  const editor = page.getByRole('textbox', { name: 'Layers of the network' });
  const status = page.getByTestId('network-status');
  await expect(status).toHaveText('Every line fits.');
  expect(text()).toMatch(/^# .*FCN\nflatten\n/);

  await page.getByRole('button', { name: 'Start from…' }).click();
  await page.getByRole('menuitem', { name: 'Plain convnet' }).click();
  await expectExperiment(page, () => text()).toContain('# Plain convnet');
  const before = text();

  // Enter indents, Backspace takes back; a misspelt layer has its place told and does not enter.
  await editor.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await page.keyboard.type('\nrepeat 2\ncnov 8\nrelu\n');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('maxpool');
  await expect(status).toContainText('Line 3, column 3: There is no layer “cnov”; did you mean “conv”? Until then the network stays as it was.');
  await expect(page.locator('.cm-lint-marker-error')).toBeVisible();
  expect(text()).toBe(before);
  const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id} ${nodes[0].html}`)).toEqual([]);

  // Closing the editor loses nothing that was written.
  await page.keyboard.press('Escape');
  await page.getByTestId('edit-target').click();
  await expect(status).toContainText('Line 3, column 3');
  await page.getByRole('button', { name: 'Line 3, column 3' }).click();
  await page.keyboard.type('conv');
  await expect(status).toHaveText('Every line fits.');
  await expectExperiment(page, () => text()).toContain('repeat 2\n  conv 8\n  relu\nmaxpool\nconv 16');
  await expect(page.getByTestId('outline')).toContainText('2 ×');

  // What fits no further is told where it stops fitting.
  await editor.focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('conv 4');
  await expect(status).toContainText(/Line \d+, column 1: conv cannot read a vector of 64\. conv reads images/);
  await page.keyboard.press('Control+z');
  await expect(status).toHaveText('Every line fits.');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('edit-target')).toContainText('Plain convnet');
  await runToEnd(page);
  await expectStillness(page);
});
