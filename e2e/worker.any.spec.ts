/** The lab in its worker, without the page's interface: a run, the same run again, and a worker that dies. */
import type { Page } from '@playwright/test';
import { findPreset } from '../src/experiment/presets/presets.ts';
import type { RunResult } from '../src/experiment/contract/result.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { expect, labWorkers, test, tiny } from './support/site.ts';

const preset = structuredClone(findPreset('wide-fcn')?.experiment) as Experiment;
/** Enough steps to be killed in between. */
const STEPS: Record<string, number> = { wasm: 3000, webgpu: 12 };
const open = async (page: Page, site: string) => {
  await page.goto(`${site}headless.html`);
  await page.waitForFunction(() => typeof window.runExperiment === 'function');
};
const run = (page: Page, backend: string, steps: number): Promise<RunResult> =>
  page.evaluate(
    async ([e, b]) => {
      const outcome = await window.runExperiment(e as never, { backend: b as never });
      if (!outcome.ok) throw new Error(`${outcome.failure.name}: ${outcome.failure.message} ${outcome.failure.remedy}`);
      return outcome.result;
    },
    [tiny(preset, steps), backend] as const,
  );
const curves = ({ members }: RunResult) => members.map(({ arm, history }) => ({ arm, trainLoss: history.trainLoss, valLoss: history.valLoss }));

test('finishes with finite curves on the backend that was asked for, and survives the death of its worker with the same', async ({ page, site }, {
  project,
}) => {
  const labs = labWorkers(page);
  await open(page, site);
  const undisturbed = await run(page, project.name, STEPS[project.name]);
  expect(undisturbed.environment.backend).toBe(project.name);
  expect(undisturbed.members).toHaveLength(2);
  for (const { diverged, history } of undisturbed.members) {
    expect(diverged).toBe(false);
    expect(history.trainLoss).toHaveLength(STEPS[project.name]);
    expect(history.trainLoss.every((loss) => Number.isFinite(loss))).toBe(true);
  }
  await page.exposeFunction('reportProgress', async (progress: { type: string; step: number }) => {
    if (progress.type !== 'step' || killed || progress.step < 4) return;
    killed = true;
    await labs[1].evaluate(() => self.close());
  });
  let killed = false;
  const disturbed = await run(page, project.name, STEPS[project.name]);
  expect(killed).toBe(true);
  expect(disturbed.events.map(({ text }) => text)).toContainEqual(expect.stringMatching(/the worker stopped.*went back to step/));
  if (project.name === 'wasm') expect(curves(disturbed)).toEqual(curves(undisturbed));
  else expect(disturbed.members[0].final.valLoss).toBeCloseTo(undisturbed.members[0].final.valLoss ?? Number.NaN, 3);
});
