// @ts-check
/**
 * The native WASM kernels against plain tfjs, in Chromium: node bench/kernels/kernels.mjs [--threads N] [--sequences]
 *
 * Each row is measured in turns, so that other load slows all columns down alike: read the ratios.
 */
import { chromium } from '@playwright/test';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../../scripts/chromium.mjs';
import { serveSources } from '../stages/server.mjs';

const executablePath = findChromium();
if (!executablePath) throw new Error(NO_CHROMIUM);
const flag = process.argv.indexOf('--threads');
const threads = flag > 0 ? Number(process.argv[flag + 1]) : 1;

const script = process.argv.includes('--sequences') ? 'sequences-worker.ts' : 'kernels-worker.ts';

const server = await serveSources();
const browser = await chromium.launch({ executablePath, args: chromiumArgs() });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.error(error));
  // Any page of the server will do: it is isolated, so that threads may share memory.
  await page.goto(`${server.resolvedUrls?.local[0]}headless.html`);
  await page.evaluate(
    ({ script, threads }) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(`/bench/kernels/${script}?threads=${threads}`, { type: 'module' });
        worker.onmessage = ({ data }) => (data === 'done' ? resolve(null) : console.log(data));
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
    { script, threads },
  );
} finally {
  await browser.close();
  await server.close();
}
