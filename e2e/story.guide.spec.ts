/** Trained guides: trained before the run where the page has none, kept for the next, trained again on request. */
import type { Page } from '@playwright/test';
import { guidesOf } from '../src/experiment/plan/arms.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { expect, expectExperiment, exportedResult, test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';

const GUIDE_STEPS = 300;

/** A guide of a recipe that nobody ships, trained in seconds. */
function ownGuide(experiment: Experiment): Experiment {
  const small = tiny(experiment);
  const { trained } = experiment.guides;
  if (trained.state !== 'trained') throw new Error('the preset has no trained guide');
  return {
    ...small,
    task: { kind: 'textures', size: 8, train: 512, val: 128, seed: 0, noise: 0.15 },
    guides: {
      trained: {
        state: 'trained',
        network: { family: 'resnet', stages: [1, 1], width: 8, init: 'he', tap: 'pre' },
        training: { ...trained.training, steps: GUIDE_STEPS, batchSize: 32 },
      },
    },
    arms: [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'trained', weight: 4 }] },
    ],
  };
}

const guideRow = (page: Page) => page.getByTestId('result').getByRole('row', { name: /trained guide itself/ });

/** Press Run; where the guide is trained first, it shows how far it is and how it learns. */
async function runWithGuide(page: Page, trainsNow: boolean): Promise<void> {
  // It may take less than a second: watched from before, all at one moment.
  const seen = page.waitForFunction(
    () => {
      const training = document.querySelector('[data-testid="guide-training"]');
      const points = training?.querySelector('polyline')?.getAttribute('points')?.split(' ').length ?? 0;
      const label = (selector: string) => training?.querySelector(selector)?.getAttribute('aria-label');
      return points > 2 && { text: training?.textContent, curve: label('svg[role="img"]'), bar: label('[role="progressbar"]') };
    },
    undefined,
    { polling: 'raf', timeout: 120_000 },
  );
  await page.getByTestId('run-button').click();
  if (trainsNow) {
    const { text, curve, bar } = (await (await seen).jsonValue()) as Record<string, string>;
    expect(text).toMatch(new RegExp(`^training the trained guide · step \\d+ / ${GUIDE_STEPS} · (loss|accuracy) \\d`));
    expect(curve).toMatch(/^Training loss of the trained guide, now \d/);
    expect(bar).toMatch(/^training the trained guide, step \d+/);
  } else {
    let trained = false;
    seen.then(
      () => {
        trained = true;
      },
      () => {},
    );
    await expect(page.getByTestId('progress-text')).toContainText('12 steps in', { timeout: 180_000 });
    expect(trained, 'trained although it was kept').toBe(false);
  }
  await expect(page.getByTestId('progress-text')).toContainText('12 steps in', { timeout: 180_000 });
}

test('a guide is trained before the run, kept for the next, and trained here again on request', async ({ page, site }) => {
  await page.goto(site + link(ownGuide));
  await expect(page.getByTestId('estimate')).toContainText('for the guide');
  await runWithGuide(page, true);
  await expect(guideRow(page)).toContainText(/trained here$|trained here\d/);
  const first = await exportedResult(page);
  expect(first.guides).toMatchObject([{ id: 'trained', source: 'trained-now' }]);
  expect(first.guides[0].score).toBeGreaterThan(1.5 / 8);

  // The next run, even on a later visit, takes the one that was kept.
  await page.reload();
  await runWithGuide(page, false);
  await expect(guideRow(page)).toContainText('trained here before');
  const second = await exportedResult(page);
  expect(second.guides).toMatchObject([{ source: 'kept', score: first.guides[0].score }]);
  expect(second.members.map((m) => m.history)).toEqual(first.members.map((m) => m.history));

  // One click: here, now, once.
  await page.getByTestId('edit-guide').click();
  await page.getByRole('checkbox', { name: 'Train it here instead, in the next run' }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('edit-guide')).toContainText('to be trained here');
  await runWithGuide(page, true);
  await expect(guideRow(page)).not.toContainText('before');
  await expect(page.getByTestId('edit-guide')).not.toContainText('to be trained here');
  expect((await exportedResult(page)).guides).toMatchObject([{ source: 'trained-now' }]);
  await runWithGuide(page, false);
  await expect(guideRow(page)).toContainText('trained here before');

  // The library: what is kept, with its score; deleting asks first, and the estimate knows.
  await page.reload();
  await expect(page.getByTestId('estimate')).not.toContainText('for the guide');
  await page.getByTestId('edit-guide').click();
  await expect(page.getByTestId('guide-origin')).toHaveText('Trained in this browser before, and kept.');
  await page.getByTestId('kept-guides').click();
  const kept = page.getByTestId('kept-guide');
  await expect(kept).toHaveCount(1);
  await expect(kept).toContainText(`ResNet-6 on Textures, ${GUIDE_STEPS} steps`);
  await expect(kept).toContainText(`${(100 * first.guides[0].score).toFixed(1)} %`);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(kept).toHaveCount(1);
  await kept.getByRole('button', { name: /^Delete ResNet-6/ }).click();
  await kept.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('None. Guides that come with the page are not listed.')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByTestId('estimate')).toContainText('for the guide');
});

test('controls: one click adds an arm, one switch shuffles the guide, and they run', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e)));
  await page.getByTestId('add-arm').click();
  await page.getByRole('option', { name: /^Guided, identity/ }).click();
  await expectExperiment(page, (e) => [guidesOf(e.arms[e.arms.length - 1])[0], e.guides.identity]).toEqual([
    'identity',
    { state: 'control', kind: 'identity-gram' },
  ]);
  // One layer for all: a wire to every layer of the target.
  await page.getByTestId('guide-shown').selectOption('identity');
  await expect(page.locator('.react-flow__edge')).toHaveCount(2);
  await expect(page.getByTestId('edit-guide')).toContainText('Identity guide, control');
  await page.getByTestId('guide-shown').selectOption('untrained');
  await page.getByTestId('edit-guide').click();
  await page.getByTestId('add-shuffled-arm').click();
  await expectExperiment(page, (e) => e.guides['untrained-shuffled']).toMatchObject({ state: 'untrained', control: 'shuffled' });
  await page.getByRole('switch', { name: 'Shuffle the guide' }).click();
  await expectExperiment(page, (e) => Object.keys(e.guides)).toEqual(['untrained-shuffled-2', 'identity', 'untrained-shuffled']);
  await page.getByRole('switch', { name: 'Shuffle the guide' }).click();
  await expectExperiment(page, (e) => Object.keys(e.guides)).toEqual(['untrained', 'identity', 'untrained-shuffled']);
  await page.keyboard.press('Escape');
  await runToEnd(page);
  const { members } = await exportedResult(page);
  expect(members.map(({ arm, diverged }) => [arm, diverged])).toEqual([
    ['unguided', false],
    ['guided-untrained', false],
    ['guided-identity-gram', false],
    ['guided-shuffled', false],
  ]);
});
