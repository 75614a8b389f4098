/** What goes wrong gets a clear message or is repaired, and nothing is lost. */
import { chooseBackend, completedSteps, expect, labWorkers, link, run, runToEnd, test, tiny } from './support/site.ts';

const QUICK = link((experiment) => tiny(experiment));
/** Long enough to be interrupted. */
const SLOW = link((experiment) => tiny(experiment, 4000));

const broken: [string, string, RegExp][] = [
  ['a preset that does not exist', '#nowhere', /"nowhere", which does not exist/],
  ['a link that was cut off', link((e) => tiny(e)).slice(0, -30), /changed or cut off on its way/],
  ['a link from the future', '#wide-fcn~9AAAA', /newer version \(9\)/],
  ['a network of a billion units', link((e) => ({ ...e, target: { ...e.target, width: 1e9 } as never })), /target\.width must be at most 4096/i],
  ['more memory than a browser has', link((e) => ({ ...e, target: { ...e.target, width: 4096, depth: 40 } as never })), /GB of memory/],
];
for (const [what, hash, message] of broken) {
  test(`${what}: says so and shows the default experiment`, async ({ page, site, complaints }) => {
    await page.goto(site + hash);
    await expect(page.getByTestId('broken-link')).toContainText(message);
    await expect(page.getByTestId('question')).toContainText('Can a Transformer that knows nothing');
    await expect(page.getByTestId('run-button')).toBeEnabled();
    // The link is still there to be copied.
    expect(page.url()).toContain(hash);
    expect(complaints).toEqual([]);
  });
}

test('a killed worker: the run goes on by itself', async ({ page, site }) => {
  const labs = labWorkers(page);
  await page.goto(site + SLOW);
  await run(page);
  await expect.poll(() => completedSteps(page)).toBeGreaterThan(0);
  await labs[0].evaluate(() => self.close());
  await expect.poll(() => labs.length).toBe(2);
  await expect(page.getByTestId('pause-button')).toBeVisible();
  const before = await completedSteps(page);
  await expect.poll(() => completedSteps(page)).toBeGreaterThan(before);
  await expect(page.getByTestId('failure')).toHaveCount(0);
  // It can still be steered.
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('progress-text')).toContainText('paused');
});

test('WebGPU asked for where there is none: says so, and another choice runs', async ({ page, site }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  await page.goto(site + QUICK);
  await chooseBackend(page, 'WebGPU');
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('failure')).toContainText(/WebGPU/i);
  await chooseBackend(page, 'WebAssembly');
  await runToEnd(page);
});

test('a GPU whose device never comes: WebAssembly after some seconds, said in the badge', async ({ page, site }) => {
  await page.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const silent = '{ features: new Set(), limits: {}, info: {}, requestDevice: () => new Promise(() => {}) }';
    const gpu = `Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => (${silent}) } });`;
    await route.fulfill({ response, body: gpu + (await response.text()) });
  });
  await page.goto(site + QUICK);
  await expect(page.getByTestId('backend-badge')).toContainText('WebAssembly', { timeout: 60_000 });
  await page.getByTestId('backend-badge').click();
  await expect(page.getByText('did not answer within 8 seconds')).toBeVisible();
  await page.keyboard.press('Escape');
  await runToEnd(page);
});

test('no WebAssembly either: plain JavaScript does the work', async ({ page, site }) => {
  // In the worker, where the lab looks for it.
  await page.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete globalThis.WebAssembly;${await response.text()}` });
  });
  await page.goto(site + QUICK);
  await expect(page.getByTestId('backend-badge')).toContainText('JavaScript');
  await runToEnd(page);
});

test('a worker that cannot be loaded: says so after a few tries', async ({ page, site }) => {
  await page.route(/worker-[^/]*\.js$/, (route) => route.fulfill({ status: 404 }));
  await page.goto(site + QUICK);
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('failure')).toContainText('could not be loaded');
  await page.unrouteAll();
  await runToEnd(page);
});
