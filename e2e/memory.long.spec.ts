import { findChromium } from '../scripts/chromium.mjs';
import { expectNoGrowth, MEMORY_ARGS, withoutThreads } from './support/memory.ts';
import { endless, expect, link, run, test } from './support/site.ts';

test.use({ launchOptions: { executablePath: findChromium() ?? undefined, args: MEMORY_ARGS } });

test('memory has no upward slope over an hour of training', async ({ page, site }) => {
  await withoutThreads(page);
  // Large enough to be busy for all of it: the small network of other tests takes 100,000 steps in half an hour.
  await page.goto(site + link((e) => endless(e, { width: 512, seeds: [0, 1, 2, 3, 4] })));
  await run(page);
  // Twenty members: five times as many records as in the short test.
  await expectNoGrowth(page, { from: 100, steps: 500, minutes: 60, limit: 20 });
  await expect(page.getByTestId('pause-button')).toBeVisible();
});
