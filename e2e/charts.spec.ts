/** Charts that can be asked: their texts never overlap, arms are hidden and stand out, parts are seen closer, steps marked in all. */
import type { Locator, Page } from '@playwright/test';
import type { ArmSpec } from '../src/experiment/schema/schema.ts';
import { expect, expectStillness, test } from './support/person.ts';
import { link, run, runToEnd, tiny } from './support/site.ts';
import { expectNoOverlaps, watchTexts } from './support/texts.ts';

const CHARTS = ['chart-metric', 'chart-loss', 'chart-cka'];

const guided = (weight: number): ArmSpec => ({
  id: `guided-${weight}`.replace('.', '-'),
  name: `Guided, weight ${weight}`,
  terms: [{ kind: 'align', guide: 'untrained', weight }],
});

test('texts of a chart never overlap nor leave their card: over a whole run of eight arms, and at every size', async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(
    site +
      link((e) => {
        const small = tiny(e, 160);
        const others: ArmSpec[] = [
          { id: 'unguided-good-init', name: 'Unguided, good initialisation', terms: [], init: 'he' },
          { id: 'then-off', name: 'Guided, then off', terms: [{ kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 60 } }] },
        ];
        return {
          ...small,
          arms: [...small.arms, ...others, ...[0.1, 0.3, 3, 10].map(guided)],
          interventions: [
            { step: 70, set: { learningRate: 2e-3 } },
            { step: 76, set: { guidance: false } },
          ],
        };
      }),
  );
  await expect(page.getByTestId('chart-metric').locator('svg.recharts-surface')).toBeVisible();
  await expect(page.getByTestId('arm-row-guided-0-3')).toBeAttached();
  await page.evaluate(watchTexts);
  await runToEnd(page);
  const accuracy = page.getByTestId('chart-metric');
  await expect(accuracy.getByText('Guided, untrained', { exact: true }).or(accuracy.locator('title', { hasText: 'Guided, untrained guide' }))).not.toHaveCount(
    0,
  );
  for (const name of await accuracy.locator('svg.recharts-surface text').allTextContents()) expect(name).not.toMatch(/^(Un)?trained guide/);
  for (const mark of ['lr 2e-3', 'guidance off']) await expect(accuracy.getByText(mark, { exact: true })).not.toHaveCount(0);
  // Where an arm's guidance ends is marked in every chart, in its colour.
  for (const chart of CHARTS) {
    const mark = page.getByTestId(chart).locator('path[data-course="then-off ends"]');
    await expect(mark.locator('title')).toHaveText('Guided, then off: guidance ends at step 60');
    await expect(mark).toHaveAttribute('fill', (await page.getByTestId(chart).locator('path[data-arm="then-off"]').getAttribute('stroke')) ?? '');
  }
  await expectNoOverlaps(page, 12);
  for (const [width, height] of [
    [1440, 900],
    [1920, 1080],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    // Every chart has followed the window.
    for (const chart of CHARTS) await expect.poll(() => roomBeside(page.getByTestId(chart))).toBeLessThan(40);
    await page.evaluate(watchTexts);
    await expectNoOverlaps(page, 2);
  }
});

/** Pixels of a card's width that its drawing leaves. */
const roomBeside = (card: Locator): Promise<number> =>
  card.evaluate((element) => Math.abs(element.clientWidth - (element.querySelector('svg.recharts-surface')?.getBoundingClientRect().width ?? 0)));

/** What share of its card the axes of a chart take, and the drawing with its names and numbers. */
const shares = (card: Locator) =>
  card.evaluate((element) => {
    const edge = element.getBoundingClientRect();
    const axes = element.querySelector('[data-testid="plot-ground"]')?.getBoundingClientRect();
    const boxes = [...element.querySelectorAll('svg.recharts-surface, svg.recharts-surface text')].map((drawn) => drawn.getBoundingClientRect());
    const drawing = Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ left }) => left));
    return { axes: (axes?.width ?? 0) / edge.width, height: (axes?.height ?? 0) / edge.height, width: drawing / edge.width };
  });

const sizesOfType = (page: Page) =>
  page
    .locator('[data-testid="curves"] svg.recharts-surface text, [data-testid="layers"] figcaption, [data-testid="layers"] [data-place]')
    .evaluateAll((texts) => texts.map((text) => Number.parseFloat(getComputedStyle(text).fontSize)));

const opacityOf = (page: Page, chart: string, arm: string) =>
  page
    .getByTestId(chart)
    .locator(`path[data-arm="${arm}"]`)
    .evaluate((path) => path.closest('g[opacity]')?.getAttribute('opacity') ?? '1');

/** The first and the last step on the axis. */
const stepsShown = async (card: Locator): Promise<number[]> => {
  const ticks = await card.locator('.recharts-xAxis-tick-labels text').allTextContents();
  return [ticks[0], ticks[ticks.length - 1]].map((tick) => Number(tick.replace(/\D/g, '')));
};

/** Move the pointer to a place of a plot, each from 0 to 1. */
async function pointTo(page: Page, card: Locator, x: number, y: number): Promise<void> {
  const box = await card.getByTestId('plot-ground').boundingBox();
  if (!box) throw new Error('no plot');
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

const menuOf = (card: Locator) => card.getByRole('button', { name: /^Options and export of the chart/ });

test('plots fill their cards, arms are hidden and stand out everywhere, and every part can be seen closer', async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(site + link((e) => ({ ...tiny(e, 40), seeds: [0, 1] })));
  await runToEnd(page);
  await page.mouse.move(0, 0);
  const [accuracy, loss, similarity] = CHARTS.map((chart) => page.getByTestId(chart));

  await test.step('plots take most of their cards, in type that can be read', async () => {
    for (const [width, height, share, type] of [
      [1440, 900, 0.8, 12],
      [1280, 720, 0.7, 11],
    ]) {
      await page.setViewportSize({ width, height });
      for (const card of [accuracy, loss, similarity]) {
        await expect.poll(() => roomBeside(card)).toBeLessThan(40);
        const drawn = await shares(card);
        expect(drawn.axes, `axes at ${width}`).toBeGreaterThanOrEqual(0.65);
        expect(drawn.width, `drawing at ${width}`).toBeGreaterThanOrEqual(0.85);
        expect(drawn.height, `height at ${width}`).toBeGreaterThanOrEqual(share);
      }
      await expect.poll(async () => Math.min(...(await sizesOfType(page)))).toBeGreaterThanOrEqual(type);
    }
  });

  await test.step('a hidden arm is in no chart, and the numbers know nothing of it', async () => {
    const verdict = await page.getByTestId('verdict').innerText();
    await page.getByTestId('eye-unguided').click();
    for (const chart of CHARTS) {
      await expect(page.getByTestId(chart).locator('path[data-arm="unguided"]')).toHaveCount(0);
      await expect(page.getByTestId(chart).locator('path[data-arm="guided-untrained"]')).toHaveCount(1);
    }
    await expect(page.getByRole('img', { name: 'CKA matrix: Unguided', exact: true })).toHaveCount(0);
    await expect.poll(() => page.getByTestId('verdict').innerText()).toBe(verdict);
    await expect(page.getByTestId('result-unguided')).toHaveCount(1);
    await page.getByTestId('eye-unguided').click();
    for (const chart of CHARTS) await expect(page.getByTestId(chart).locator('path[data-arm="unguided"]')).toHaveCount(1);
  });

  await test.step('an arm under the pointer stands out in all charts, by its row and by its line', async () => {
    const opacities = () => Promise.all(CHARTS.flatMap((chart) => ['unguided', 'guided-untrained'].map((arm) => opacityOf(page, chart, arm))));
    await page.getByTestId('arm-row-guided-untrained').hover();
    await expect.poll(opacities).toEqual(['0.25', '1', '0.25', '1', '0.25', '1']);
    await page.mouse.move(0, 0);
    await expect.poll(opacities).toEqual(['1', '1', '1', '1', '1', '1']);
    const name = accuracy.locator('svg.recharts-surface text').getByText('Unguided', { exact: true });
    await name.hover();
    await expect.poll(opacities).toEqual(['1', '0.25', '1', '0.25', '1', '0.25']);
    // On a line of the similarity chart, where the arms are far apart.
    const at = await similarity.locator('path[data-arm="guided-untrained"]').evaluate((path: SVGPathElement) => {
      const point = path.getPointAtLength(0.7 * path.getTotalLength()).matrixTransform(path.getScreenCTM() ?? undefined);
      return { x: point.x, y: point.y };
    });
    await page.mouse.move(at.x, at.y);
    await expect.poll(opacities).toEqual(['0.25', '1', '0.25', '1', '0.25', '1']);
  });

  await test.step('the step under the pointer is marked in the other charts', async () => {
    await pointTo(page, accuracy, 0.51, 0.1);
    for (const card of [loss, similarity]) {
      await expect
        .poll(async () => {
          const mark = await card.getByTestId('crosshair').boundingBox();
          const ground = await card.getByTestId('plot-ground').boundingBox();
          return ((mark?.x ?? 0) - (ground?.x ?? 0)) / (ground?.width ?? 1);
        })
        .toBeCloseTo(0.5, 1);
    }
    await expect(accuracy.getByTestId('crosshair')).toHaveCount(0);
    await page.mouse.move(0, 0);
    await expect(page.getByTestId('crosshair')).toHaveCount(0);
  });

  await test.step('a rectangle is dragged to see it closer, and a double click goes back', async () => {
    await expect.poll(() => stepsShown(loss)).toEqual([0, 40]);
    await pointTo(page, loss, 0.25, 0.2);
    await page.mouse.down();
    await pointTo(page, loss, 0.75, 0.8);
    await page.mouse.up();
    await expect.poll(() => stepsShown(loss)).toEqual([10, 30]);
    await expect.poll(() => stepsShown(accuracy)).toEqual([0, 40]);
    // Only what is in view is told of.
    const told = loss.locator('thead th').first();
    for (const at of [0.02, 0.98]) {
      await pointTo(page, loss, at, 0.5);
      await expect.poll(async () => Number(/^step (\d+)$/.exec((await told.textContent()) ?? '')?.[1])).toBeGreaterThanOrEqual(10);
      await expect.poll(async () => Number(/\d+/.exec((await told.textContent()) ?? '')?.[0])).toBeLessThanOrEqual(30);
    }
    const before = await loss.locator('.recharts-yAxis-tick-labels').textContent();
    await loss.getByTestId('plot-ground').dblclick();
    await expect.poll(() => stepsShown(loss)).toEqual([0, 40]);
    await expect.poll(() => loss.locator('.recharts-yAxis-tick-labels').textContent()).not.toBe(before);
  });

  await test.step('the same by the keyboard, from the menu; smoothed, it says so, and no number changes', async () => {
    await menuOf(loss).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Zoom: last quarter of steps' }).press('Enter');
    await expect.poll(() => stepsShown(loss)).toEqual([30, 40]);
    await loss.getByRole('button', { name: 'Back to the whole run' }).click();
    await expect.poll(() => stepsShown(loss)).toEqual([0, 40]);

    const words = await page.getByTestId('chart-loss-summary').innerText();
    const curve = () => loss.locator('path[data-arm="unguided"]').getAttribute('d');
    const raw = await curve();
    await menuOf(loss).click();
    await page.getByRole('menuitemradio', { name: 'Strong' }).click();
    await expect(loss).toContainText('smoothed strongly');
    await expect.poll(curve).not.toBe(raw);
    await expect.poll(() => page.getByTestId('chart-loss-summary').innerText()).toBe(words);
    await page.getByRole('menuitemradio', { name: 'None' }).click();
    await expect.poll(curve).toBe(raw);
    await page.keyboard.press('Escape');
  });

  await test.step('the loss has an axis of its own values, and one arm its layers', async () => {
    const ticks = (await loss.locator('.recharts-yAxis-tick-labels text').allTextContents()).map(Number);
    expect(Math.min(...ticks)).toBeGreaterThan(0);
    const layers = page.getByTestId('layers');
    await expect(layers.getByRole('img', { name: 'CKA matrix: step 40' })).toBeVisible();
    await layers.getByRole('combobox').selectOption({ label: 'Unguided' });
    await expect(page.getByTestId('layers-summary')).toContainText('layers of Unguided');
  });
  await expectStillness(page);
});

test('a chart is enlarged while it goes on being drawn, and gives the focus back', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e, 20_000)));
  await run(page);
  const card = page.getByTestId('chart-loss');
  const button = card.getByRole('button', { name: 'Enlarge the chart "Loss"' });
  await expect(card.locator('path[data-arm]').first()).toBeVisible();
  await button.click();
  const dialog = page.getByTestId('chart-loss-large');
  const drawing = dialog.locator('svg.recharts-surface');
  await expect(drawing).toBeVisible();
  await expect.poll(async () => (await drawing.boundingBox())?.width ?? 0).toBeGreaterThan(0.85 * 1440);
  expect((await drawing.boundingBox())?.height).toBeGreaterThan(0.7 * 900);
  // Large, it names its lines; small, the arms' list does.
  await expect(drawing.getByText('Unguided', { exact: true })).toBeVisible();
  const before = await drawing.innerHTML();
  await expect.poll(() => drawing.innerHTML()).not.toBe(before);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(card.locator('svg.recharts-surface')).toBeVisible();
});
