/** Runs an experiment in the built page, in a headless Chromium. */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../scripts/chromium.mjs';
import { ROOT } from '../scripts/install.mjs';
import { serve } from '../scripts/serve.mjs';
import type { Failure } from '../src/experiment/contract/failure.ts';
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
 * The built page in a browser of its own, for as long as something is done in it.
 * @param data files that are to be had there, by data set
 * @param say shows a line to the person who waits
 * @param use what is done; `paths` are those of the files, by data set
 * @throws {RunError} when there is no browser, or it dies
 */
async function inBrowser<T>(
  backend: BackendChoice,
  data: readonly (readonly DiskFile[])[],
  onProgress: (progress: Progress) => void,
  say: (line: string) => void,
  use: (page: Page, paths: string[][]) => Promise<T>,
): Promise<T> {
  const executablePath = findChromium();
  if (!executablePath) throw new RunError(NO_CHROMIUM);
  const server = await serve({ root: join(ROOT, 'dist') });
  const url = `${server.url}headless.html`;
  const wantsGpu: Record<BackendChoice, boolean> = { auto: true, webgpu: true, wasm: false, cpu: false };
  let { browser, page } = await open(executablePath, url, wantsGpu[backend] ? 'gpu' : 'off').catch(async (error: Error) => {
    await server.close();
    throw new RunError(`The browser ${executablePath} could not show the page: ${error.message.split('\n')[0]}`);
  });
  try {
    if (backend === 'webgpu' && !(await hasGpu(page))) {
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
    const outcome = use(page, paths);
    // Whichever loses the race must not be reported a second time.
    gone.catch(() => {});
    outcome.catch(() => {});
    return await Promise.race([outcome, gone]);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Run an experiment. @throws {RunError} when there is no browser, or it dies */
export const runInBrowser = (
  experiment: Experiment,
  options: HeadlessOptions,
  data: readonly (readonly DiskFile[])[],
  onProgress: (progress: Progress) => void,
  say: (line: string) => void,
): Promise<HeadlessOutcome> =>
  inBrowser(options.backend, data, onProgress, say, (page, paths) =>
    page.evaluate(([e, o, p]) => window.runExperiment(e, o, p), [experiment, options, paths] as const),
  );

/**
 * Export an experiment as a folder for PyTorch.
 * @param write takes each file
 * @returns why it cannot be exported, or null
 * @throws {RunError} when there is no browser, or it dies
 */
export const exportInBrowser = (
  experiment: Experiment,
  backend: BackendChoice,
  data: readonly (readonly DiskFile[])[],
  onProgress: (progress: Progress) => void,
  say: (line: string) => void,
  write: (path: string, content: Buffer) => void,
): Promise<Failure | null> =>
  inBrowser(backend, data, onProgress, say, async (page, paths) => {
    await page.exposeFunction('writeExported', (path: string, base64: string) => write(path, Buffer.from(base64, 'base64')));
    return page.evaluate(([e, b, p]) => window.exportExperiment(e, b, p), [experiment, backend, paths] as const);
  });
