/** The browser loses its GPU while recorded steps are replayed: the lab goes on where it was, to the same bits. */
import { findPreset } from '../src/experiment/presets/presets.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { expect, test, tiny } from './support/site.ts';

test('a lost GPU: the run goes back and finishes', async ({ page, site, browser }) => {
  await page.goto(`${site}headless.html`);
  await page.waitForFunction(() => typeof window.runExperiment === 'function');
  const experiment = tiny(structuredClone(findPreset('wide-fcn')?.experiment) as Experiment, 12);
  // Evaluations of a chunk with the probe and of a rest.
  (experiment.task as { val: number }).val = 300;
  experiment.base.clipNorm = 1;
  experiment.arms[1].terms = [{ kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 8 } }];
  const run = (replay: boolean) =>
    page.evaluate(([e, options]) => window.runExperiment(e as never, options as never), [experiment, { backend: 'webgpu', replay }]);
  const undisturbed = await run(false);
  const gpu = await browser.newBrowserCDPSession();
  let lost = false;
  await page.exposeFunction('reportProgress', async (progress: { type: string; step: number }) => {
    if (progress.type !== 'step' || lost) return;
    lost = true;
    await gpu.send('Browser.crashGpuProcess');
  });
  const outcome = await run(true);
  expect(lost).toBe(true);
  expect(outcome.ok, JSON.stringify(outcome)).toBe(true);
  if (!outcome.ok || !undisturbed.ok) throw new Error('a run failed');
  expect(outcome.result.events.map(({ text }) => text)).toContainEqual(expect.stringMatching(/the worker stopped \(.*lost.*went back to step/));
  expect(outcome.result.members[0].history.trainLoss).toHaveLength(12);
  // Every step of the other run was run by tfjs.
  expect(outcome.result.members).toEqual(undisturbed.result.members);
});
