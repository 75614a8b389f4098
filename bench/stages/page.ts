/** The built page, as somebody in a class uses it: opened, looked at, Run pressed, waited for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import { ROOT } from '../../scripts/install.mjs';
import { serve } from '../../scripts/serve.mjs';
import { encodeLink } from '../../src/experiment/link.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { openChromium } from './browser.ts';
import { HeapReader } from './heaps.ts';

/** What the page finds: its threads are those of the host's headers and of the machine, a GPU only where there is one. */
export type Place = 'one thread' | 'all threads' | 'GPU';

const DIST = join(ROOT, 'dist');
/** The page looks for its backend by itself; somebody presses Run after a look at it. */
const LOOK_MS = 4000;
const RUN_MS = 15 * 60_000;

/** Runs in the page before its own code. */
function watchLongTasks(): void {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
}

const compressed = (file: string): number => gzipSync(readFileSync(join(DIST, file))).length;

/** Bytes of the scripts that the page's HTML asks for, compressed: more come later, when they are needed. */
export function scriptOfTheHtml(): number {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const files = Array.from(html.matchAll(/<(?:script|link)[^>]*(?:src|href)="\.\/([^"]+\.js)"/g), ([, file]) => file);
  return [...new Set(files)].reduce((sum, file) => sum + compressed(file), 0);
}

/** What of Chromium's traces is read: `tdur` is CPU time in microseconds. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args?: { name?: string };
}

export interface Opened {
  /** First contentful paint, milliseconds after navigation began. */
  paintMs: number;
  /** Bytes of script that had come by then, compressed. */
  scriptBytes: number;
}

/** One visit to the page, in a browser of its own: nothing is in any cache. */
export class Visit {
  readonly page: Page;
  readonly heaps: HeapReader;
  readonly #browser: Browser;
  readonly #close: () => Promise<void>;
  #pressed = 0;

  private constructor(browser: Browser, page: Page, heaps: HeapReader, close: () => Promise<void>) {
    this.#browser = browser;
    this.page = page;
    this.heaps = heaps;
    this.#close = close;
  }

  /** @param place without isolation WebAssembly has one thread, as on hosts that send no headers */
  static async begin(experiment: Experiment, place: Place): Promise<Visit> {
    const server = await serve({ root: DIST, isolate: place !== 'one thread' });
    const browser = await openChromium(place === 'GPU' ? 'gpu' : 'off');
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
    const page = await context.newPage();
    page.setDefaultTimeout(RUN_MS);
    const heaps = await HeapReader.attach(page);
    await page.addInitScript(watchLongTasks);
    await page.goto(`${server.url}#${encodeLink(experiment)}`);
    return new Visit(browser, page, heaps, server.close);
  }

  async opened(): Promise<Opened> {
    const { paintMs, scripts } = await this.page.evaluate(async () => {
      const paint = await new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const [entry] = list.getEntriesByName('first-contentful-paint');
          if (entry) resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      });
      const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return {
        paintMs: paint,
        scripts: loaded.filter(({ responseEnd, name }) => responseEnd <= paint && /\.js$/.test(name)).map(({ name }) => new URL(name).pathname),
      };
    });
    return { paintMs, scriptBytes: scripts.reduce((sum, file) => sum + compressed(file), 0) };
  }

  /** Have a look until the backend has been checked, then press Run. */
  async run(): Promise<void> {
    await this.page.getByTestId('run-button').waitFor();
    await this.page.waitForTimeout(LOOK_MS);
    await this.page.getByTestId('backend-badge').filter({ hasText: '✓' }).waitFor();
    await this.page.evaluate(() => {
      window.longTasks.length = 0;
    });
    this.#pressed = Date.now();
    await this.page.getByTestId('run-button').click();
  }

  /** Milliseconds from Run to the first point of a curve. */
  async firstPoint(): Promise<number> {
    await this.page.waitForFunction(() => document.querySelector('[data-testid=chart-loss] circle, [data-testid=chart-loss] path[data-arm][d*="L"]'), null, {
      polling: 'raf',
    });
    return Date.now() - this.#pressed;
  }

  /** Milliseconds from Run until a step is on screen. */
  async reached(step: number): Promise<number> {
    await this.page.waitForFunction(
      (wanted) => {
        const text = document.querySelector('[data-testid=progress-text]')?.textContent ?? '';
        // Of the run: while a guide is trained, the line tells its steps behind its name.
        return /steps? in /.test(text) || Number((/^step ([\d,]+)/.exec(text)?.[1] ?? '0').replaceAll(',', '')) >= wanted;
      },
      step,
      { polling: 100 },
    );
    return Date.now() - this.#pressed;
  }

  /** Milliseconds from Run to the end. @throws {Error} when the run fails */
  async ended(): Promise<number> {
    const text = this.page.getByTestId('progress-text');
    await this.page.waitForFunction(() => /steps? in |failed/.test(document.querySelector('[data-testid=progress-text]')?.textContent ?? ''), null, {
      polling: 100,
    });
    const ms = Date.now() - this.#pressed;
    const said = await text.innerText();
    if (said.includes('failed')) throw new Error(said);
    return ms;
  }

  /** The longest task of the main thread since Run, in milliseconds; 0 where none took 50. */
  longestTask(): Promise<number> {
    return this.page.evaluate(() => Math.max(0, ...window.longTasks));
  }

  /** Note what the main thread does from now on. */
  watchCpu(): Promise<void> {
    return this.#browser.startTracing(this.page, { categories: ['toplevel'] });
  }

  /** The most CPU time that a task of the main thread took meanwhile, in milliseconds: without waiting for a core that trains. */
  async mostCpu(): Promise<number> {
    const { traceEvents } = JSON.parse((await this.#browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
    const mains = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread));
    const tasks = traceEvents.filter((event) => event.name === 'ThreadControllerImpl::RunTask' && mains.has(thread(event)));
    return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
  }

  /** What the page says it runs on. */
  async backend(): Promise<string> {
    return (await this.page.getByTestId('backend-badge').innerText()).replace(/\s+/g, ' ');
  }

  async end(): Promise<void> {
    await this.#browser.close();
    await this.#close();
  }
}
