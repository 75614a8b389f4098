/** What is run can be changed, everywhere in place; what is not allowed is said and does not enter. */
import type { Locator, Page } from '@playwright/test';
import { termOf } from '../src/experiment/plan/arms.ts';
import type { FcnSpec, ResNetSpec } from '../src/experiment/schema/schema.ts';
import { chooseMapping, expect, expectExperiment, experimentIn, test } from './support/person.ts';
import { guideNetwork } from '../src/experiment/plan/guides.ts';
import { link, runToEnd, tiny } from './support/site.ts';
import { clickWire, wire } from './support/wires.ts';

const EVEN = [
  { guide: 'block1.conv2', target: 'linear1' },
  { guide: 'block3.conv1', target: 'linear2' },
  { guide: 'pool', target: 'linear3' },
];
const layer = (page: Page, name: string) => page.locator(`[data-layer="${name}"]`);
const mapping = (page: Page) => expectExperiment(page, (e) => e.base.mapping);

async function middle(element: Locator): Promise<[x: number, y: number]> {
  const box = await element.boundingBox();
  if (!box) throw new Error('not on the screen');
  return [box.x + box.width / 2, box.y + box.height / 2];
}

async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  await page.mouse.move(...(await middle(from)));
  await page.mouse.down();
  await page.mouse.move(...(await middle(to)), { steps: 8 });
  await page.mouse.up();
}

test.beforeEach(async ({ page, site }) => {
  await page.goto(`${site}#wide-fcn@2`);
  await expect(page.locator('.react-flow__edge')).toHaveCount(3);
});

test('another preset brings another question, target and link', async ({ page }) => {
  await page.getByTestId('preset-picker').click();
  await page.getByTestId('preset-deep-fcn').click();
  await expect(page.getByTestId('question')).toContainText('Can guidance train a deep network');
  await expect(page.getByTestId('edit-target')).toContainText('8×256 FCN');
  await expect(page.getByTestId('arm-row-guided-untrained')).toContainText('+ 1 × Σ (1 − CKA)');
  await expect(page).toHaveURL(/#deep-fcn@2$/);
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('edit-target')).toContainText('3×384 FCN');
  await expect(page).toHaveURL(/#wide-fcn@2$/);
});

test('the mapping: drawn by dragging, removed where a wire opens, undone', async ({ page }) => {
  await drag(page, layer(page, 'guide:stem'), layer(page, 'target:linear1'));
  await mapping(page).toEqual([EVEN[0], { guide: 'stem', target: 'linear1' }, EVEN[1], EVEN[2]]);
  await expect(wire(page, 'stem → linear1')).toBeAttached();
  await expect(page.getByTestId('edit-pairs')).toContainText('4 pairs');
  await expect(page.getByTestId('quick-mappings')).toHaveText('Drawn');

  // Dropped beside the target: no pair.
  await drag(page, layer(page, 'guide:stem'), page.getByTestId('task'));
  await expect(page.locator('.react-flow__edge')).toHaveCount(4);

  await clickWire(page, 'stem → linear1');
  await page.getByTestId('remove-pair').click();
  await mapping(page).toEqual(EVEN);
  await expect(wire(page, 'stem → linear1')).toHaveCount(0);
  await page.getByTestId('undo').click();
  await expect(wire(page, 'stem → linear1')).toBeAttached();

  // A wire that has the focus goes with Delete.
  await wire(page, 'stem → linear1').focus();
  await page.keyboard.press('Delete');
  await mapping(page).toEqual(EVEN);
});

test('the mapping by keyboard alone', async ({ page }) => {
  await layer(page, 'guide:stem').focus();
  await page.keyboard.press('ArrowDown');
  await expect(layer(page, 'guide:block1.conv1')).toBeFocused();
  await expect(layer(page, 'guide:block1.conv1')).toHaveAccessibleName(/^block 1, conv 1 of the guide: 16×16×16 = 4,096 features; not paired/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(layer(page, 'target:linear2')).toBeFocused();
  await page.keyboard.press('Enter');
  await mapping(page).toEqual([EVEN[0], EVEN[1], { guide: 'block1.conv1', target: 'linear2' }, EVEN[2]]);
  await expect(layer(page, 'target:linear2')).toHaveAccessibleName(
    /^linear 2 of the target: .*; paired with block 3, conv 1 of the guide and block 1, conv 1 of the guide/,
  );
  // Delete on a layer removes all its pairs.
  await page.keyboard.press('Delete');
  await mapping(page).toEqual([EVEN[0], EVEN[2]]);
  // As a list, too.
  await page.getByTestId('edit-pairs').press('Enter');
  await page.getByLabel('Guide layer of a new pair').selectOption('pool');
  await page.getByLabel('Target layer of a new pair').selectOption('linear1');
  await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  await mapping(page).toEqual([EVEN[0], { guide: 'pool', target: 'linear1' }, EVEN[2]]);
  await page.getByRole('button', { name: 'Remove pair 1' }).press('Enter');
  await mapping(page).toEqual([{ guide: 'pool', target: 'linear1' }, EVEN[2]]);
});

test('even, first, last, reversed, none: one click each', async ({ page }) => {
  for (const [name, pairs] of [
    ['First', 1],
    ['Last', 1],
    ['Reversed', 3],
    ['None', 0],
    ['Even', 3],
  ] as const) {
    await chooseMapping(page, name);
    await mapping(page).toMatchObject({ rule: name.toLowerCase() });
    await expect(page.locator('.react-flow__edge')).toHaveCount(pairs);
    await expect(page.getByTestId('edit-pairs')).toContainText(`${pairs} pair`);
  }
});

test('the mapping: how many pairs, several on a layer, drawn ones, by similarity; weights at the wire and in the list', async ({ page }) => {
  await chooseMapping(page, 'First');
  await page.getByTestId('edit-pairs').click();
  await page.getByRole('textbox', { name: 'How many of the first pairs' }).fill('2');
  await mapping(page).toEqual({ rule: 'first', count: 2 });
  await expect(page.getByTestId('quick-mappings')).toHaveText('First 2');
  await page.keyboard.press('Escape');
  await chooseMapping(page, 'Even, several');
  await expect(page.locator('.react-flow__edge')).toHaveCount(10);
  for (const seed of [0, 1]) {
    await chooseMapping(page, 'Random');
    await mapping(page).toEqual({ rule: 'random', seed });
    await expect(page.locator('.react-flow__edge')).toHaveCount(3);
  }
  await chooseMapping(page, 'Even');

  await clickWire(page, 'block1.conv2 → linear1');
  const weight = page.getByRole('textbox', { name: 'Weight of the pair' });
  await weight.fill('2');
  await mapping(page).toEqual([{ ...EVEN[0], weight: 2 }, EVEN[1], EVEN[2]]);
  await expect(wire(page, 'block1.conv2 → linear1').getByText('×2')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByTestId('edit-pairs').click();
  await page.getByRole('textbox', { name: 'Weight of pair 3' }).fill('0.5');
  await mapping(page).toEqual([{ ...EVEN[0], weight: 2 }, EVEN[1], { ...EVEN[2], weight: 0.5 }]);
  await page.getByRole('button', { name: 'Reset Weight of pair 1 to 1' }).click();
  await mapping(page).toEqual([EVEN[0], EVEN[1], { ...EVEN[2], weight: 0.5 }]);
  await page.keyboard.press('Escape');

  await page.getByTestId('quick-mappings').click();
  await page.getByRole('menuitem', { name: 'By similarity', exact: true }).click();
  // Of the trained guide alone: its arm has a mapping of its own now.
  await expectExperiment(page, (e) => termOf(e.arms[1], 'align')?.mapping).toMatchObject(EVEN.map(({ target }) => ({ target })));
  await mapping(page).toEqual([EVEN[0], EVEN[1], { ...EVEN[2], weight: 0.5 }]);
  await page.locator('.react-flow__edge').first().press('Enter');
  await page.getByTestId('only-pair').click();
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
});

test('arms: weight, a message for what is not allowed, the way back; added, removed; seeds', async ({ page }) => {
  await page.getByTestId('edit-arm-guided').click();
  const weight = page.getByRole('textbox', { name: 'Weight', exact: true });
  await weight.fill('8');
  await expectExperiment(page, (e) => termOf(e.arms[1], 'align')?.weight).toBe(8);
  await expect(page.getByTestId('arm-row-guided')).toContainText('+ 8 × Σ (1 − CKA)');
  await weight.fill('-1');
  await expect(page.getByText('Needs a number from 0 to 1000.')).toBeVisible();
  await expect(weight).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('arm-row-guided')).toContainText('+ 8 × Σ (1 − CKA)');
  await page.getByRole('button', { name: 'Reset Weight to 4' }).click();
  await expect(weight).toHaveValue('4');
  await expect(page.getByText('Needs a number')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reset Weight to 4' })).toHaveCount(0);
  await expect(page).toHaveURL(/#wide-fcn@2$/);
  await page.keyboard.press('Escape');

  await page.getByTestId('add-arm').click();
  await page.getByRole('option', { name: /^Guided, then off/ }).click();
  await expectExperiment(page, (e) => e.arms.map((arm) => arm.id)).toEqual(['unguided', 'guided', 'guided-untrained', 'distilled', 'guided-then-off']);
  await expect(page.getByTestId('arm-row-guided-then-off')).toContainText('until step 50');
  await page.getByTestId('edit-arm-distilled').click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expectExperiment(page, (e) => e.arms.map((arm) => arm.id)).toEqual(['unguided', 'guided', 'guided-untrained', 'guided-then-off']);

  const before = await page.getByTestId('estimate').textContent();
  await page.getByTestId('seeds').click();
  await page.getByRole('menuitemradio', { name: /^6/ }).click();
  await expectExperiment(page, (e) => e.seeds).toEqual([0, 1, 2, 3, 4, 5]);
  await expect(page.getByTestId('seeds')).toHaveText('6 seeds');
  await expect(page.getByTestId('estimate')).not.toHaveText(before ?? '');
});

test('an arm’s loss: one term more, its course, its training, and back', async ({ page }) => {
  const row = page.getByTestId('arm-row-guided');
  const guided = () => experimentIn(page).arms[1];
  await page.getByTestId('edit-arm-guided').click();
  await page.getByTestId('add-term').click();
  await page.getByRole('menuitem', { name: /^Guidance/ }).click();
  await expectExperiment(page, () => guided().terms.map((term) => 'guide' in term && term.guide)).toEqual(['trained', 'untrained']);
  await expect(row).toContainText('(1 − CKA to “trained”), whole run + 4 × Σ (1 − CKA to “untrained”)');
  const second = page.getByRole('region', { name: 'Guidance' }).nth(1);
  await second.getByRole('textbox', { name: 'Weight' }).fill('2');
  await second.getByRole('combobox', { name: 'When' }).click();
  await second.getByRole('option', { name: 'Less and less' }).click();
  await second.getByRole('radiogroup', { name: 'Shape' }).getByText('Cosine').click();
  await expectExperiment(page, () => guided().terms[1]).toEqual({
    kind: 'align',
    guide: 'untrained',
    weight: 2,
    course: { kind: 'decay', shape: 'cosine', steps: 125 },
  });
  await expect(row).toContainText('2 × Σ (1 − CKA to “untrained”), falling along a cosine until step 125');
  await second.getByRole('button', { name: 'Take the guidance away' }).click();
  await expectExperiment(page, () => guided().terms.length).toBe(1);
  // What is like that of all others is out of the way until it is wanted.
  const training = page.getByTestId('arm-training');
  await expect(training).toContainText('like that of all others');
  await expect(page.getByRole('switch', { name: 'Its own learning rate' })).toBeHidden();
  await training.click();
  await expect(page.getByText('Weights cannot be copied from a guide: none has a matrix of the shape of one of the target’s.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Label smoothing' }).fill('10 %');
  await expectExperiment(page, () => guided().labelSmoothing).toBe(0.1);
  await expect(row).toContainText('labels smoothed by 0.1');
  await page.getByRole('button', { name: 'Reset Label smoothing to 0' }).click();
  await expect(page).toHaveURL(/#wide-fcn@\d$/);
});

test('arms by name: the control set, every recipe, found by word and by key', async ({ page }) => {
  const ids = () => experimentIn(page).arms.map(({ id }) => id);
  const before = ids();
  await page.getByTestId('add-arm').click();
  await page.getByTestId('recipe-control-set').click();
  const controls = ['guided-identity-gram', 'shuffled-debiased', 'guided-own-kind', 'unguided-he'];
  await expectExperiment(page, () => ids()).toEqual([...before, ...controls]);
  await page.getByTestId('undo').click();
  await expectExperiment(page, () => ids()).toEqual(before);

  // By key alone: what was typed first finds, the arrow goes on, Enter takes.
  await page.getByTestId('add-arm').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('search-recipes')).toBeFocused();
  await page.keyboard.type('debiased');
  const list = page.getByRole('listbox', { name: 'Arms to add' });
  await expect(list.getByRole('option')).toHaveText([/^Guided, debiased CKA/, /^Shuffled guide, debiased CKA/]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expectExperiment(page, () => ids()).toEqual([...before, 'shuffled-debiased']);
  await expect(page.getByTestId('search-recipes')).toHaveCount(0);
  await page.keyboard.press('Control+z');

  // Where nothing can be copied from the guides that are there, another one comes along.
  await page.getByTestId('add-arm').click();
  await page.getByTestId('recipe-copied').click();
  await expectExperiment(page, (e) => e.arms.at(-1)?.start).toEqual({ kind: 'copied', guide: 'trained-target', by: 'names', noise: 0.1 });
  await page.getByTestId('edit-arm-copied').click();
  await page.getByRole('textbox', { name: 'Noise' }).fill('0.3');
  await expect(page.getByTestId('arm-row-copied')).toContainText('copied from “trained-target”, noise 0.3 × their spread (a transfer of what it has learnt)');
  await page.keyboard.press('Escape');
  for (let edit = 0; edit < 2; edit++) await page.getByTestId('undo').click();
  await expectExperiment(page, () => ids()).toEqual(before);

  // What cannot be says why; what can is there at a click, under its own name.
  await page.getByTestId('add-arm').click();
  await expect(list).toHaveAttribute('data-checked', 'true');
  // The first and the last of every group; each of them all is added in the unit tests, by the same functions.
  const groups = await list
    .getByRole('group')
    .evaluateAll((found) =>
      found.map((group) =>
        [...group.querySelectorAll('[role=option]:not([data-combobox-disabled])')].map((option) => option.getAttribute('data-testid') ?? ''),
      ),
    );
  expect(groups).toHaveLength(5);
  for (const recipe of groups.flatMap((ids) => [ids[0], ids[ids.length - 1]]).filter((id) => id !== 'recipe-control-set')) {
    if (!(await list.isVisible())) await page.getByTestId('add-arm').click();
    await page.getByTestId(recipe).click();
    await expectExperiment(page, () => ids().length).toBe(before.length + 1);
    expect(ids().at(-1)).toMatch(new RegExp(`^${recipe.replace('recipe-', '')}(-2)?$`));
    await page.keyboard.press('Control+z');
    await expectExperiment(page, () => ids()).toEqual(before);
  }
});

test('training: optimiser, schedule, steps; limits on single fields and on the whole', async ({ page }) => {
  await page.getByTestId('training-settings').click();
  await page.getByRole('radiogroup', { name: 'Optimiser' }).getByText('SGD').click();
  await expectExperiment(page, (e) => e.base.optimiser).toEqual({ kind: 'sgd', momentum: 0.9, weightDecay: 0 });
  await page.getByRole('textbox', { name: 'Momentum' }).fill('0.5');
  await expectExperiment(page, (e) => e.base.optimiser).toEqual({ kind: 'sgd', momentum: 0.5, weightDecay: 0 });
  await page.getByRole('radiogroup', { name: 'Optimiser' }).getByText('AdamW').click();
  await expectExperiment(page, (e) => e.base.optimiser.kind).toBe('adamw');
  await page.getByRole('button', { name: 'Reset Optimiser to Adam' }).click();
  await expectExperiment(page, (e) => e.base.optimiser.kind).toBe('adam');

  const clipping = page.getByRole('radiogroup', { name: 'Gradient clipping' });
  await clipping.getByText('On').click();
  await page.getByRole('textbox', { name: 'Largest norm' }).fill('0.25');
  await expectExperiment(page, (e) => e.base.clipNorm).toBe(0.25);
  await expect(page.getByTestId('training-settings')).toContainText('0.25');
  await clipping.getByText('Off').click();
  await expectExperiment(page, (e) => e.base.clipNorm).toBeNull();

  const steps = page.getByRole('textbox', { name: 'Steps', exact: true });
  await steps.fill('0');
  await expect(page.getByText('Needs a whole number from 1 to 100,000.')).toBeVisible();
  expect(experimentIn(page).base.steps).toBe(250);
  // Neither the button nor the key runs something else than what is seen.
  const refused = page.getByTestId('entry-refused');
  await expect(refused).toHaveText('“Steps” holds an entry that cannot be used: correct it or press Escape.');
  await page.getByTestId('run-button').click({ force: true });
  await page.getByTestId('step-button').click({ force: true });
  await page.getByTestId('question').click();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('run-button')).toHaveText('Run');
  await expect(page.getByTestId('reset-button')).toHaveAttribute('aria-disabled', 'true');
  await steps.press('Escape');
  await expect(page.getByText('Steps: not changed')).toBeVisible();
  await expect(refused).toHaveCount(0);
  await page.getByTestId('training-settings').click();
  await expect(steps).toHaveValue('250');
  for (const typed of ['-5', '2.5']) {
    await steps.press('Control+a');
    await steps.pressSequentially(typed);
    await expect(steps).toHaveValue(typed);
    await expect(refused).toBeVisible();
  }
  await steps.fill('400');
  await expect(refused).toHaveCount(0);
  await expectExperiment(page, (e) => e.base.steps).toBe(400);
  await expect(page.getByTestId('training-settings')).toContainText('400 steps');

  // More can be recorded than arms learn by.
  const more = page.getByRole('combobox', { name: 'Record another similarity' });
  await more.selectOption('Nearest neighbours');
  await page.getByRole('textbox', { name: 'Neighbours' }).fill('5');
  await expectExperiment(page, (e) => e.observe).toEqual([{ what: 'similarity', measure: { name: 'mutual-knn', neighbours: 5 } }]);
  await more.selectOption('Procrustes');
  await page.getByRole('button', { name: 'Record Nearest neighbours at neighbours 5 no longer' }).click();
  await expectExperiment(page, (e) => e.observe).toEqual([{ what: 'similarity', measure: { name: 'procrustes' } }]);
  await page.getByRole('button', { name: 'Record Procrustes no longer' }).click();
  await expectExperiment(page, (e) => e.observe).toBeUndefined();

  // Allowed for itself, but not together with the rest.
  await page.getByTestId('edit-task').click();
  await page.getByRole('textbox', { name: 'Training images' }).fill('100');
  await expect(page.getByText(/The batch size \(under Training\) must be at most the 100 training examples, not 128/)).toBeVisible();
  expect(experimentIn(page).task).toMatchObject({ train: 3000 });
  await page.keyboard.press('Escape');
  await expect(page.getByText('Training images: not changed')).toBeVisible();

  await page.getByTestId('edit-target').click();
  await page.getByRole('textbox', { name: 'Width' }).fill('64');
  await page.getByRole('textbox', { name: 'Depth' }).fill('2');
  await expect(page.getByTestId('edit-target')).toContainText('2×64 FCN');
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  await expectExperiment(page, (e) => [(e.target as FcnSpec).width, e.base.mapping]).toEqual([64, { rule: 'even' }]);
  await page.keyboard.press('Escape');
  await page.getByTestId('reset-experiment').click();
  await expect(page).toHaveURL(/#wide-fcn@2$/);
  await expect(page.getByTestId('edit-target')).toContainText('3×384 FCN');
});

test('the guide: another size, one alone or both together, trained or not', async ({ page }) => {
  await page.getByTestId('edit-guide').click();
  await page.getByRole('textbox', { name: 'Channels' }).fill('8');
  await expectExperiment(page, (e) => Object.keys(e.guides).map((id) => (guideNetwork(e, id) as ResNetSpec).width)).toEqual([8, 8]);
  await page.getByRole('checkbox', { name: /Change the network of “untrained” too/ }).uncheck();
  await page.getByRole('textbox', { name: 'Channels' }).fill('4');
  await expectExperiment(page, (e) => Object.keys(e.guides).map((id) => (guideNetwork(e, id) as ResNetSpec).width)).toEqual([4, 8]);
  await page.keyboard.press('Escape');
  // A guide of another recipe does not come with the page: its training is in the estimate.
  await expect(page.getByTestId('estimate')).toContainText('for the guide');
});

test('what no longer matches the run on screen is marked until the next run', async ({ page, site }) => {
  const marks = page.getByTestId('stale');
  await page.goto(site + link((e) => ({ ...tiny(e), observe: [{ what: 'similarity', measure: { name: 'mutual-knn' } }] })));
  await runToEnd(page);
  await expect(marks).toHaveCount(0);
  // What no arm learns by and is recorded all the same is drawn on request.
  await page.getByRole('combobox', { name: 'Measure that is shown' }).selectOption('Nearest neighbours');
  await expect(
    page
      .getByTestId('chart-cka')
      .getByLabel(/^Nearest neighbours by training step/)
      .first(),
  ).toBeVisible();
  // Its words are fetched; a short run can end before they are there.
  await expect(page.getByTestId('verdict')).toContainText('One seed so far');
  const verdict = await page.getByTestId('verdict').locator('p').first().innerText();

  await page.getByTestId('edit-arm-guided-untrained').click();
  await page.getByRole('textbox', { name: 'Weight', exact: true }).fill('3');
  await page.keyboard.press('Escape');
  await chooseMapping(page, 'Last');
  await page.getByTestId('training-settings').click();
  await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('20');
  await expect(page.getByTestId('arm-row-guided-untrained').getByTestId('stale')).toBeVisible();
  await expect(page.getByTestId('mapping').getByTestId('stale').first()).toBeVisible();
  await expect(page.getByTestId('training-settings').getByTestId('stale')).toBeVisible();
  await expect(page.getByTestId('arm-row-unguided').getByTestId('stale')).toHaveCount(0);
  await expect(page.getByTestId('stale-note')).toHaveText('edited since this run');
  await expect(page.getByTestId('whose-result')).toHaveText('Result before your changes');
  // The run on screen is still the old one.
  await expect(page.getByTestId('verdict').locator('p').first()).toHaveText(verdict);
  await expect(page.getByTestId('run-button')).toHaveText('Run');

  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('progress-text')).toContainText('20 steps in', { timeout: 120_000 });
  await expect(marks).toHaveCount(0);
  await expect(page.getByTestId('stale-note')).toHaveCount(0);
  await expect(page.getByTestId('run-button')).toHaveText('Run again');

  // Taking the edits back marks them again: the run on screen was made with them.
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('training-settings').getByTestId('stale')).toBeVisible();
});

test('three more seeds are one click behind a verdict, with what they take', async ({ page, site }) => {
  await page.goto(site + link((e) => ({ ...tiny(e), seeds: [0, 1, 2] })));
  const more = page.getByTestId('more-seeds');
  await expect(more).toHaveCount(0);
  await runToEnd(page);
  await expect(page.getByTestId('verdict')).toContainText(/Run three more seeds: (about|roughly|under) .* for all 6, to tell [\d.]+ points from noise/);
  const before = await page.getByTestId('progress-text').innerText();
  await more.click();
  await expectExperiment(page, (e) => e.seeds).toEqual([0, 1, 2, 3, 4, 5]);
  await expect(page.getByTestId('progress-text')).not.toHaveText(before);
  await expect(page.getByTestId('result')).toContainText('of 6 seeds');
  await expect(page.getByTestId('verdict')).toContainText('6 seeds');
  await expect(page.getByTestId('whose-result')).toHaveCount(0);
  await expect(more).toContainText('Run three more seeds');
});

test('the result of a run is not taken for the answer to another question', async ({ page, site }) => {
  const measured = page.locator('.react-flow__edge[aria-label*="CKA"]');
  await page.goto(site + link((e) => tiny(e)));
  await runToEnd(page);
  await expect(measured).not.toHaveCount(0);
  const question = await page.getByTestId('question').innerText();
  await expect(page.getByTestId('verdict')).toContainText('One seed so far');
  const verdict = await page.getByTestId('verdict').locator('p').first().innerText();

  await page.getByTestId('preset-picker').click();
  await page.getByTestId('preset-deep-fcn').click();
  await expect(page.getByTestId('kept-note')).toContainText('kept in the Notebook');
  await expect(page.getByTestId('verdict')).not.toContainText('One seed so far');
  await expect(page.getByTestId('run-button')).toHaveText('Run');
  await expect(page.locator('.react-flow__edge')).toHaveCount(8);
  await expect(measured).toHaveCount(0);

  await page.getByTestId('back-to-run').click();
  await expect(page.getByTestId('question')).toHaveText(question);
  await expect(page.getByTestId('whose-result')).toHaveCount(0);
  await expect(page.getByTestId('verdict').locator('p').first()).toHaveText(verdict);
  await expect(measured).not.toHaveCount(0);
});
