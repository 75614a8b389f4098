/** The browser loses its GPU in the middle of a run: the lab starts again where it was. */
import { findPreset } from '../src/experiment/presets.ts';
import type { Experiment } from '../src/experiment/schema.ts';
import { expect, test, tiny } from './support/site.ts';

test('a lost GPU: the run goes back and finishes', async ({ page, site, browser }) => {
  await page.goto(`${site}headless.html`);
  await page.waitForFunction(() => typeof window.runExperiment === 'function');
  const gpu = await browser.newBrowserCDPSession();
  let lost = false;
  await page.exposeFunction('reportProgress', async (progress: { type: string; step: number }) => {
    if (progress.type !== 'step' || lost) return;
    lost = true;
    await gpu.send('Browser.crashGpuProcess');
  });
  const experiment = tiny(structuredClone(findPreset('wide-fcn')?.experiment) as Experiment, 30);
  const outcome = await page.evaluate((e) => window.runExperiment(e as never, { backend: 'webgpu' }), experiment);
  expect(lost).toBe(true);
  expect(outcome.ok, JSON.stringify(outcome)).toBe(true);
  if (!outcome.ok) return;
  expect(outcome.result.events.map(({ text }) => text)).toContainEqual(expect.stringMatching(/the worker stopped \(.*lost.*went back to step/));
  expect(outcome.result.members[0].history.trainLoss).toHaveLength(30);
});
