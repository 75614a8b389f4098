/** Hosts: with and without isolation headers, under a sub-path, over plain http. The page trains on all of them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { ROOT } from '../scripts/install.mjs';
import { expect, LAN_NAME, link, runToEnd, test, tiny } from './support/site.ts';

const TINY = link((experiment) => tiny(experiment));
const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);

test('with headers: isolated, several threads, and nothing is asked of another host', async ({ page, site, complaints }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
  });
  await page.goto(site + TINY);
  expect(await isolated(page)).toBe(true);
  await expect(page.getByTestId('backend-badge')).toContainText('WebAssembly');
  await runToEnd(page);
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test('without headers, under a sub-path: one reload isolates the page', async ({ page, host, complaints }) => {
  const url = await host({ isolate: false, prefix: '/some/where' });
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads++;
  });
  await page.goto(url + TINY);
  await expect.poll(() => isolated(page).catch(() => false)).toBe(true);
  expect(loads).toBe(2);
  expect(page.url()).toBe(url + TINY);
  await runToEnd(page);
  expect(loads).toBe(2);
  expect(complaints).toEqual([]);
});

test.describe('without headers and without service workers', () => {
  test.use({ serviceWorkers: 'block' });
  test('runs on one thread', async ({ page, host }) => {
    await page.goto((await host({ isolate: false, prefix: '/some/where' })) + TINY);
    await runToEnd(page);
    expect(await isolated(page)).toBe(false);
    await page.getByTestId('backend-badge').click();
    await expect(page.getByRole('dialog')).toContainText('1 thread');
  });
});

test('over plain http from another machine: no isolation, crypto or service worker, and it runs', async ({ page, host, complaints }) => {
  const url = (await host()).replace('127.0.0.1', LAN_NAME);
  await page.goto(url + TINY);
  expect(
    await page.evaluate(() => ({
      isolated: crossOriginIsolated,
      secure: isSecureContext,
      subtle: !!globalThis.crypto?.subtle,
      worker: 'serviceWorker' in navigator,
    })),
  ).toEqual({ isolated: false, secure: false, subtle: false, worker: false });
  await runToEnd(page);
  // The browser itself complains about headers that it ignores here.
  expect(complaints.filter((text) => !/Opener-Policy|untrustworthy/.test(text))).toEqual([]);
});

test('the first paint waits for neither tensorflow nor charts', () => {
  const dist = join(ROOT, 'dist');
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const code = readFileSync(join(dist, file), 'utf8');
    for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) visit(`assets/${name}`);
  };
  for (const [, file] of html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)) visit(file);
  expect(seen.size).toBeGreaterThan(0);
  let bytes = 0;
  for (const file of seen) {
    const code = readFileSync(join(dist, file));
    expect(code.includes('WasmBackendModule') || code.includes('kernelName'), file).toBe(false);
    bytes += gzipSync(code).length;
  }
  expect(bytes, 'gzipped bytes before the first paint').toBeLessThan(260_000);
  expect(readdirSync(join(dist, 'assets')).length).toBeGreaterThan(seen.size);
});
