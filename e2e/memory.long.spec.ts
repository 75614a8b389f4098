import { expectNoGrowth } from './support/memory.ts';
import { completedSteps, endless, expect, link, run, test } from './support/site.ts';

test('memory has no upward slope over an hour of training', async ({ page, site }) => {
  // Large enough to be busy for all of it: the small network of other tests takes 100,000 steps in half an hour.
  await page.goto(site + link((e) => endless(e, { width: 512, seeds: [0, 1, 2, 3, 4] })));
  await run(page);
  await expectNoGrowth(page, 60, 1);
  expect(await completedSteps(page)).toBeGreaterThan(500);
  await expect(page.getByTestId('pause-button')).toBeVisible();
});
