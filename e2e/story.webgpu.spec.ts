/** The story on WebGPU (emulated here, and slow): chosen by hand, checked on this device, run to the end. */
import { expect, expectNear, expectPainted, exportedResult, numberIn, test } from './support/person.ts';
import { chooseBackend, link, runToEnd, tiny } from './support/site.ts';

const STEPS = 6;
const TINY = link((e) => tiny(e, STEPS));

test('WebGPU when it is asked for: badge, self-check, a whole run, and the way back', async ({ page, site }) => {
  test.setTimeout(16 * 60_000);
  await page.goto(site + TINY);
  const badge = page.getByTestId('backend-badge');
  // An emulated GPU is slower than WebAssembly: left to itself the page does not take it, and says why.
  await expect(badge).toHaveAttribute('data-backend', 'wasm', { timeout: 120_000 });
  await badge.click();
  await expect(page.getByText(/WebGPU skipped: .*software/i)).toBeVisible();
  await page.keyboard.press('Escape');

  await chooseBackend(page, 'WebGPU');
  await expect(badge).toHaveAttribute('data-backend', 'webgpu', { timeout: 240_000 });
  await expect(badge).toHaveText(/^WebGPU .*\(software\) · checked ✓$/);
  await badge.click();
  await expect(page.getByText(/Values and gradients of all kernels in use agree with the reference: largest error \d/)).toBeVisible();
  await page.keyboard.press('Escape');

  // A step taken apart, with the numbers that the run then records.
  await page.getByTestId('step-button').click();
  await expect(page.getByTestId('step-moment')).toHaveText('Step 1, as it was taken', { timeout: 300_000 });
  const [taskLoss, total] = await Promise.all(['step-task-loss', 'step-total'].map(async (id) => numberIn(await page.getByTestId(id).innerText())));
  for (const canvas of await page.getByTestId('step-strip').locator('canvas').all()) await expectPainted(canvas);
  await runToEnd(page);
  await expect(page.getByTestId('chart-loss-summary')).toContainText(`after step ${STEPS} of ${STEPS}: Unguided`);
  await expect(page.getByTestId('result')).toContainText('Computed on WebGPU:');
  const gpu = await exportedResult(page);
  expect(gpu.environment.backend).toBe('webgpu');
  expect(gpu.members).toHaveLength(2);
  const { trainLoss, alignmentLoss } = gpu.members[1].history;
  expectNear(taskLoss, trainLoss[0], 2e-3);
  expectNear(total - taskLoss, alignmentLoss?.[0] ?? null, 2e-3);

  // Another choice counts from the next run on, and comes to the same curves but for rounding.
  await chooseBackend(page, 'WebAssembly');
  await expect(badge).toHaveAttribute('data-backend', 'webgpu');
  await page.getByTestId('reset-button').click();
  await runToEnd(page);
  await expect(badge).toHaveAttribute('data-backend', 'wasm');
  const wasm = await exportedResult(page);
  expect(wasm.environment.backend).toBe('wasm');
  gpu.members.forEach(({ arm, history }, m) => {
    expect(wasm.members[m].arm).toBe(arm);
    expect(history.trainLoss).toHaveLength(STEPS);
    history.trainLoss.forEach((loss, i) => expectNear(loss ?? Number.NaN, wasm.members[m].history.trainLoss[i], 1e-3));
  });
});
