/** The shaders and their recordings on an emulated GPU: values at the edges of shapes, the same bits replayed, limits, leaks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { ROOT } from '../scripts/install.mjs';
import { TOLERANCE } from '../src/lab/check/selfCheck.ts';
import { expect, test } from './support/site.ts';

type Checks = typeof import('../src/lab/check/testing/webgpuChecks.ts');

/** A page of its own with nothing but the module that checks. */
let folder: string;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  await build({
    configFile: false,
    logLevel: 'error',
    define: { __APP_VERSION__: '"test"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      target: 'es2023',
      lib: { entry: join(ROOT, 'src/lab/check/testing/webgpuChecks.ts'), formats: ['es'], fileName: 'checks' },
    },
  });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Checks</title>');
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** Call one of the module's functions in the page. */
const ask = async <K extends keyof Checks>(page: Page, name: K, ...given: Parameters<Checks[K]>): Promise<Awaited<ReturnType<Checks[K]>>> =>
  (await page.evaluate(
    async ([called, values]) => {
      const address = new URL('checks.js', document.baseURI).href;
      const checks = (await import(/* @vite-ignore */ address)) as Record<string, (...values: unknown[]) => unknown>;
      return checks[called](...values);
    },
    [name, given as unknown[]] as const,
  )) as Awaited<ReturnType<Checks[K]>>;

test('every kernel agrees with the reference at the edges of its shapes, and says what is too large', async ({ page, host }) => {
  await page.goto(await host({ root: folder }));
  const errors = Object.entries(await ask(page, 'shapes'));
  expect(errors.length).toBeGreaterThan(150);
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
  // Sums of many products.
  expect(errors.filter(([name, error]) => name.startsWith('Gram products') && !(error <= 1e-5))).toEqual([]);
  expect(await ask(page, 'complained')).toEqual([]);
  const { error, refused } = await ask(page, 'limits');
  expect(error).toBeLessThan(1e-6);
  expect(refused).toEqual([expect.stringMatching(/TooLargeForGpu: .*65536 workgroups/), expect.stringMatching(/TooLargeForGpu: .*MB in one piece/)]);
});

test('replayed steps are the steps that tfjs runs, bit for bit, and leave nothing behind', async ({ page, host }) => {
  await page.goto(await host({ root: folder }));
  for (const name of await ask(page, 'replayCases')) {
    const { replayed, refused, different, compared } = await ask(page, 'replay', name);
    expect(refused, name).toEqual([]);
    expect(replayed, name).toBeGreaterThan(1);
    expect(compared, name).toBeGreaterThan(1000);
    expect(await ask(page, 'complained'), name).toEqual([]);
    expect(different, name).toBe(0);
  }
  // None, exactly: ten rounds of results that are read back show what one leaves.
  expect(await ask(page, 'leak', 500)).toEqual({ tensors: 0, buffers: 0 });
});
