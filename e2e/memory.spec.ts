/** Three minutes; memory.long.spec.ts watches for an hour. */
import { expectNoGrowth } from './support/memory.ts';
import { completedSteps, endless, expect, link, run, test } from './support/site.ts';

test('memory has no upward slope while it trains', async ({ page, site }) => {
  test.setTimeout(6 * 60_000);
  await page.goto(site + link(endless));
  await run(page);
  await expectNoGrowth(page, 3, 6);
  expect(await completedSteps(page)).toBeGreaterThan(100);
  await expect(page.getByTestId('pause-button')).toBeVisible();
});
