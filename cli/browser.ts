/** Runs an experiment in the built page, in a headless Chromium. */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../scripts/chromium.mjs';
import { ROOT } from '../scripts/install.mjs';
import { serve } from '../scripts/serve.mjs';
import type { BackendChoice } from '../src/experiment/contract/environment.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import type { DiskFile } from './files.ts';
import type { HeadlessOptions, HeadlessOutcome, Progress } from '../src/headless.ts';

/** The run failed; the message says why and what to do. */
export class RunError extends Error {}

/** No run may hang for ever on a page that does not load. */
const LOAD_MS = 60_000;

async function open(executablePath: string, url: string, webgpu: 'off' | 'gpu' | 'software'): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({ executablePath, headless: true, args: chromiumArgs(webgpu) });
  const page = await browser.newPage();
  await page.goto(url, { timeout: LOAD_MS });
  await page.waitForFunction(() => typeof window.runExperiment === 'function', null, { timeout: LOAD_MS });
  return { browser, page };
}

/** Whether the page sees a GPU, as opposed to none or an emulated one. */
const hasGpu = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    try {
      const adapter = await navigator.gpu?.requestAdapter();
      return adapter ? !adapter.info.isFallbackAdapter : false;
    } catch {
      return false;
    }
  });

/**
 * @param data files to be kept first, by data set
 * @param say shows a line to the person who waits
 * @throws {RunError} when there is no browser, or it dies
 */
export async function runInBrowser(
  experiment: Experiment,
  options: HeadlessOptions,
  data: readonly (readonly DiskFile[])[],
  onProgress: (progress: Progress) => void,
  say: (line: string) => void,
): Promise<HeadlessOutcome> {
  const executablePath = findChromium();
  if (!executablePath) throw new RunError(NO_CHROMIUM);
  const server = await serve({ root: join(ROOT, 'dist') });
  const url = `${server.url}headless.html`;
  const wantsGpu: Record<BackendChoice, boolean> = { auto: true, webgpu: true, wasm: false, cpu: false };
  let { browser, page } = await open(executablePath, url, wantsGpu[options.backend] ? 'gpu' : 'off').catch(async (error: Error) => {
    await server.close();
    throw new RunError(`The browser ${executablePath} could not show the page: ${error.message.split('\n')[0]}`);
  });
  try {
    if (options.backend === 'webgpu' && !(await hasGpu(page))) {
      say('No GPU was found: WebGPU runs in software, correct but much slower than --backend wasm.');
      await browser.close();
      ({ browser, page } = await open(executablePath, url, 'software'));
    }
    await page.exposeFunction('reportProgress', onProgress);
    const gone = new Promise<never>((_, reject) => {
      const crash = (what: string) => () =>
        reject(new RunError(`${what} before the run ended, probably for lack of memory. Use a smaller network, fewer seeds or fewer arms.`));
      page.on('crash', crash('The page crashed'));
      browser.on('disconnected', crash('The browser ended'));
    });
    if (data.length > 0)
      await page.setInputFiles(
        '#files',
        data.flat().map(({ file }) => file),
      );
    const paths = data.map((files) => files.map(({ path }) => path));
    const outcome = page.evaluate(([e, o, p]) => window.runExperiment(e, o, p), [experiment, options, paths] as const);
    // Whichever loses the race must not be reported a second time.
    gone.catch(() => {});
    outcome.catch(() => {});
    return await Promise.race([outcome, gone]);
  } finally {
    await browser.close();
    await server.close();
  }
}
