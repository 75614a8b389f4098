/** Input that does what it says: numbers as they are typed, undo and redo, wires by keyboard, and all of it for everyone. */
import type { Locator, Page } from '@playwright/test';
import { termOf } from '../src/experiment/plan/arms.ts';
import { chooseMapping, expect, expectExperiment, experimentIn, test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const layer = (page: Page, name: string) => page.locator(`[data-layer="${name}"]`);
const ids = (page: Page) => expectExperiment(page, (e) => e.arms.map(({ id }) => id));
const ALL = ['unguided', 'guided', 'guided-untrained', 'distilled'];

async function retype(input: Locator, text: string): Promise<void> {
  await input.press('Control+a');
  await input.pressSequentially(text);
}

test.beforeEach(async ({ page, site }) => {
  await page.goto(`${site}#wide-fcn@2`);
  await expect(page.locator('.react-flow__edge')).toHaveCount(3);
});

test('numbers are read as people type them, or refused with what is expected', async ({ page }) => {
  await page.getByTestId('training-settings').click();
  const steps = field(page, 'Steps');
  for (const [typed, value] of [
    ['1e3', 1000],
    ['2,000', 2000],
    ['3 000', 3000],
    ['4\u202f000', 4000],
    ['500', 500],
  ] as const) {
    await retype(steps, typed);
    // What is typed stays while one types, and is shown plainly afterwards.
    await expect(steps).toHaveValue(typed);
    await expectExperiment(page, (e) => e.base.steps).toBe(value);
    await steps.blur();
    await expect(steps).toHaveValue(String(value));
  }
  for (const [typed, words] of [
    ['1.000', '“1.000” can mean 1000 or 1: write one of these.'],
    ['5%', 'Percents are read only where a share is asked for.'],
    ['2.5', 'Needs a whole number from 1 to 100,000.'],
    ['1k', 'Needs a whole number from 1 to 100,000.'],
  ] as const) {
    await steps.fill(typed);
    await expect(page.getByText(words, { exact: true })).toBeVisible();
    await expect(steps).toHaveAttribute('aria-invalid', 'true');
    expect(experimentIn(page).base.steps).toBe(500);
  }
  await steps.fill('500');
  await steps.press('ArrowUp');
  await steps.press('ArrowUp');
  await expectExperiment(page, (e) => e.base.steps).toBe(600);
  await expect(steps).toHaveValue('600');

  await page.getByRole('radiogroup', { name: 'Optimiser' }).getByText('SGD').click();
  await field(page, 'Momentum').fill('85 %');
  await expectExperiment(page, (e) => e.base.optimiser).toMatchObject({ momentum: 0.85 });
  await field(page, 'Learning rate').fill('2,5e-3');
  await expectExperiment(page, (e) => e.base.learningRate).toBe(2.5e-3);
  await page.getByTestId('edit-arm-guided').click();
  const weight = field(page, 'Weight');
  await weight.fill('.5');
  await expectExperiment(page, (e) => termOf(e.arms[1], 'align')?.weight).toBe(0.5);
  await weight.fill('1,000');
  await expect(page.getByText('“1,000” can mean 1000 or 1: write one of these.')).toBeVisible();
  expect(termOf(experimentIn(page).arms[1], 'align')?.weight).toBe(0.5);
});

test('every edit is taken back and made again by key, with the arms that went along', async ({ page }) => {
  const told = page.getByTestId('undo-told');
  await expect(page.getByTestId('undo')).toHaveCount(0);
  await page.getByTestId('edit-guide').click();
  const kinds = page.getByRole('radiogroup', { name: 'Kind of guide' });
  await kinds.getByText('Control').click();
  await ids(page).toEqual(['unguided', 'guided', 'guided-untrained']);
  // The name would say what is no longer so.
  await expect(page.getByTestId('arm-row-guided')).toContainText('Guided, identity');
  await expect(page.getByText(/The arm “Distilled” was removed: .* The arm “Guided” is now called “Guided, identity”\./)).toBeVisible();
  await page.getByTestId('undo-edit').click();
  await ids(page).toEqual(ALL);
  await expect(page).toHaveURL(/#wide-fcn@2$/);
  await expect(page.getByTestId('undo-edit')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await chooseMapping(page, 'Last');
  await page.keyboard.press('Control+z');
  await expectExperiment(page, (e) => e.base.mapping).toEqual({ rule: 'even' });
  await expect(told).toHaveText('Undone: mapping.');
  await page.keyboard.press('Control+Shift+z');
  await expectExperiment(page, (e) => e.base.mapping).toEqual({ rule: 'last', count: 1 });
  await expect(told).toHaveText('Made again: mapping.');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  await expectExperiment(page, (e) => e.base.mapping).toEqual({ rule: 'last', count: 1 });
  await expect(page.getByTestId('undo')).toHaveAccessibleName('Undo: mapping');
  await expect(page.getByTestId('redo')).toHaveAttribute('aria-disabled', 'true');

  // In a text the keys are the text's.
  await page.getByTestId('edit-arm-guided').click();
  const name = field(page, 'Name of the arm');
  await name.pressSequentially('!');
  await name.press('Control+z');
  await expectExperiment(page, (e) => [e.arms[1].name, e.base.mapping]).toEqual(['Guided', { rule: 'last', count: 1 }]);
});

test('a wire by keyboard shows and says where it starts; layers are called as on the screen', async ({ page }) => {
  const from = layer(page, 'guide:stem');
  const box = page.locator('[data-wiring]');
  await expect(from).toHaveAccessibleName(/^stem of the guide: 16×16×16 = 4,096 features; not paired$/);
  await from.focus();
  const plain = await from.evaluate((element) => getComputedStyle(element.parentElement as HTMLElement).outlineStyle);
  await page.keyboard.press('Enter');
  await expect(layer(page, 'target:linear1')).toBeFocused();
  await expect(box).toHaveCount(1);
  await expect(box.locator('button')).toHaveAttribute('data-layer', 'guide:stem');
  expect(await box.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('dashed');
  expect(plain).not.toBe('dashed');
  await expect(from).toHaveAccessibleName(/a wire starts here/);
  await expect(page.getByTestId('wiring')).toHaveText('From stem: choose a target layer with the arrow keys. Enter connects, Escape gives up.');
  await page.keyboard.press('Escape');
  await expect(box).toHaveCount(0);
  await expect(page.getByTestId('wiring')).toHaveCount(0);
  await expect(from).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expectExperiment(page, (e) => e.base.mapping).toContainEqual({ guide: 'stem', target: 'linear1' });
  await expect(box).toHaveCount(0);
  await expect(layer(page, 'target:linear1')).toHaveAccessibleName(/^linear 1 of the target: 384 features; paired with .* of the guide and .* of the guide/);
  await expect(page.locator('[aria-label="Pair: stem of the guide, linear 1 of the target"]')).toBeAttached();
});

test('forced colours: what is chosen, disabled, and whose it is can be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const style = (target: Locator, property: string) => target.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  const segment = (chosen: boolean) =>
    page
      .getByTestId('chart-loss')
      .locator(`label${chosen ? '[data-active]' : ':not([data-active])'}`)
      .first();
  await expect.poll(() => style(segment(true), 'background-color')).not.toBe(await style(segment(false), 'background-color'));
  await expect.poll(() => style(segment(true), 'color')).not.toBe(await style(segment(false), 'color'));
  const [run, reset] = [page.getByTestId('run-button'), page.getByTestId('reset-button')];
  await expect(reset).toHaveAttribute('aria-disabled', 'true');
  await expect.poll(() => style(reset, 'color')).not.toBe(await style(run, 'color'));
  const dots = await page.locator('[data-testid^="eye-"] > span').evaluateAll((all) => all.map((dot) => getComputedStyle(dot).backgroundColor));
  expect(dots).toHaveLength(4);
  expect(new Set(dots).size).toBe(4);
  const box = (name: string) => layer(page, name).locator('xpath=..');
  for (const name of ['guide:stem', 'guide:pool', 'target:linear1']) expect(await style(box(name), 'border-top-style')).toBe('solid');
  await expect.poll(() => style(box('guide:pool'), 'border-left-width')).not.toBe(await style(box('guide:stem'), 'border-left-width'));
});

test('forced colours: matrices keep the ramp of the theme', async ({ page, site }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(`${site}${link((e) => tiny(e))}`);
  await runToEnd(page);
  /** Colours other than greys, as `r,g,b`. */
  const hues = (canvas: Locator) =>
    canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) return [];
      const copy = new OffscreenCanvas(element.width, element.height).getContext('2d', { willReadFrequently: true });
      copy?.drawImage(element, 0, 0);
      const pixels = copy?.getImageData(0, 0, element.width, element.height).data ?? [];
      const found = new Set<string>();
      for (let i = 0; i < pixels.length; i += 4) if (Math.abs(pixels[i] - pixels[i + 1]) > 16) found.add(pixels.slice(i, i + 3).join());
      return [...found].sort();
    });
  const matrix = page.getByTestId('layers').locator('canvas').last();
  await expect.poll(async () => (await hues(matrix)).length).toBeGreaterThan(4);
  const light = await hues(matrix);
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await expect.poll(() => hues(matrix)).not.toEqual(light);
});

test('editors open beside the picture that they talk about, and nothing in them is cut', async ({ page }) => {
  const picture = page.locator('[data-picture]');
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
  ]) {
    await page.setViewportSize({ width, height });
    for (const opener of ['edit-guide', 'edit-target', 'edit-pairs', 'edit-arm-guided', 'edit-arm-distilled']) {
      await page.getByTestId(opener).click();
      const editor = page.getByRole('dialog');
      await expect(editor.getByRole('button').or(editor.getByRole('textbox')).first()).toBeVisible();
      const [a, b] = [await editor.boundingBox(), await picture.boundingBox()];
      if (!a || !b) throw new Error('not on the screen');
      const shared = [Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x), Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)];
      expect(Math.min(...shared), `${opener} over the picture at ${width}`).toBeLessThanOrEqual(0);
      const cut = await editor.evaluate((element) => [
        ...(element.scrollWidth > element.clientWidth ? ['the editor itself'] : []),
        ...[...element.querySelectorAll('button, label')].filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent),
      ]);
      expect(cut, opener).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(editor).toHaveCount(0);
    }
  }
});

test('at 200 % a paused run leaves three quarters of the window; its learning rate is read like every number', async ({ page, site }) => {
  await page.setViewportSize({ width: 640, height: 360 });
  await page.goto(site + link((e) => tiny(e)));
  await page.getByTestId('step-button').click();
  await expect(page.getByTestId('guidance-switch')).toBeAttached({ timeout: 120_000 });
  const bar = await page.getByTestId('run-bar').boundingBox();
  expect(bar?.height).toBeLessThan(360 / 4);
  await page.getByTestId('learning-rate').click();
  const rate = page.getByRole('dialog').getByRole('textbox', { name: 'Learning rate' });
  await expect(rate).toHaveValue('1e-3');
  await rate.fill('1,000');
  await expect(page.getByText('“1,000” can mean 1000 or 1: write one of these.')).toBeVisible();
  await rate.press('Enter');
  await expect(rate).toBeVisible();
  await rate.fill('2,5e-3');
  await rate.press('Enter');
  await expect(page.getByTestId('interventions')).toContainText('learning rate 2.5e-3 from step 1');
});
