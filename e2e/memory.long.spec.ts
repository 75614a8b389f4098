import { expectNoGrowth } from './support/memory.ts';
import { completedSteps, endless, expect, link, run, test } from './support/site.ts';

test('memory has no upward slope over an hour of training', async ({ page, site }) => {
  await page.goto(site + link(endless));
  await run(page);
  await expectNoGrowth(page, 60, 1);
  expect(await completedSteps(page)).toBeGreaterThan(500);
  await expect(page.getByTestId('pause-button')).toBeVisible();
});
