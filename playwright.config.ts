import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './scripts/chromium.mjs';

const executablePath = findChromium() ?? undefined;
/** An insecure address like any on a local network, although it leads to this machine. */
const LAN_NAME = '--host-resolver-rules=MAP playground.lan 127.0.0.1';
const browser = (webgpu: 'off' | 'software') => ({
  browserName: 'chromium' as const,
  viewport: { width: 1440, height: 900 },
  launchOptions: { executablePath, args: [...chromiumArgs(webgpu), LAN_NAME] },
});

const WEBGPU = /\.webgpu\.spec\.ts$/;
const ANY = /\.any\.spec\.ts$/;
/** Only in playwright.long.config.ts. */
const LONG = /\.long\.spec\.ts$/;

/**
 * Specs serve the built page themselves (e2e/support/site.ts): each says with which headers and under which path.
 * `name.spec.ts` runs without a GPU, `name.webgpu.spec.ts` on an emulated one, `name.any.spec.ts` on both,
 * `name.long.spec.ts` only with `npm run test:long`.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // A test that passes only when repeated is a failure that has not been understood.
  retries: 0,
  // Training takes all cores; two browsers at once would only slow each other down.
  workers: 1,
  // Limits are for what hangs, not for hosts that are slow; for all tests together `npm test` has one.
  timeout: 6 * 60_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  // What cannot be pressed after this long never will: better told than waited for till the end of the test.
  use: { screenshot: 'only-on-failure', actionTimeout: 2 * 60_000, contextOptions: { reducedMotion: 'reduce' } },
  projects: [
    { name: 'wasm', testMatch: /\.spec\.ts$/, testIgnore: [LONG, WEBGPU], use: browser('off') },
    // Emulated arithmetic: minutes where others take seconds.
    { name: 'webgpu', testMatch: [WEBGPU, ANY], timeout: 16 * 60_000, use: browser('software') },
  ],
});
