/** Half a minute; memory.long.spec.ts watches for an hour. */
import { findChromium } from '../scripts/chromium.mjs';
import { expectNoGrowth, MEMORY_ARGS, withoutThreads } from './support/memory.ts';
import { endless, expect, link, run, test } from './support/site.ts';

test.use({ launchOptions: { executablePath: findChromium() ?? undefined, args: MEMORY_ARGS } });

test('memory has no upward slope while it trains', async ({ page, site }) => {
  test.setTimeout(20 * 60_000);
  await withoutThreads(page);
  await page.goto(site + link(endless));
  await run(page);
  // Four members and their evaluations are recorded, 1 to 2 MB. A single jump of 3 MB has been seen, after which it was
  // flat again; a leaked tensor of a layer would be a hundred.
  await expectNoGrowth(page, { from: 1100, steps: 1000, minutes: 0, limit: 8 });
  await expect(page.getByTestId('pause-button')).toBeVisible();
});
