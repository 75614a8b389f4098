/** A tab that is closed in the middle of a run: the next visit offers to go on, and loses nothing. */
import { expect, expectStillness, exportedResult, curves, test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';

/** Enough steps to be interrupted. */
const EXPERIMENT = link((experiment) => tiny(experiment, 1500));

/** In the page: how many runs its storage keeps. */
const keptRuns = () =>
  new Promise<number>((resolve) => {
    const opening = indexedDB.open('guidance-playground');
    opening.onsuccess = () => {
      const keys = opening.result.transaction('lab').objectStore('lab').getAllKeys();
      keys.onsuccess = () => {
        opening.result.close();
        resolve(keys.result.filter((key) => String(key).startsWith('run/')).length);
      };
    };
  });

test('a run whose tab was closed goes on in the next visit, with the same curves', async ({ context, page, site }) => {
  await page.goto(`${site}${EXPERIMENT}`);
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('progress-text')).toContainText(/step \d/, { timeout: 120_000 });
  // At a pause a checkpoint is taken, as every 20 seconds while it runs.
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('progress-text')).toContainText('paused', { ignoreCase: true });
  await expect.poll(() => page.evaluate(keptRuns), { timeout: 60_000 }).toBe(1);
  await page.close();

  const next = await context.newPage();
  await next.goto(site);
  const offer = next.getByTestId('kept-run');
  await expect(offer).toContainText(/step [\d,]+ of 1,500, just now/, { timeout: 120_000 });
  await expectStillness(next);

  await offer.getByRole('button', { name: 'Continue it' }).click();
  await expect(offer).toHaveCount(0);
  await expect(next.getByTestId('progress-text')).toContainText(/\d+ steps in/, { timeout: 240_000 });
  await expect(next.getByTestId('failure')).toHaveCount(0);
  const continued = await exportedResult(next);
  expect(continued.events.map(({ text }) => text)).toContainEqual(expect.stringMatching(/Continued on wasm from a checkpoint/));

  await runToEnd(next);
  expect(curves(await exportedResult(next))).toEqual(curves(continued));
  await next.reload();
  await expect(next.getByTestId('backend-badge')).toContainText('checked', { timeout: 120_000 });
  await expect(offer).toHaveCount(0);
});
