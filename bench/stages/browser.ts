/** Contestants in web workers of a page in Chromium. */
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import type { ViteDevServer } from 'vite';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../../scripts/chromium.mjs';
import { type Entry, type Stage, type Turn, warmUpOf } from '../contestants/entry.ts';
import type { Call } from '../contestants/worker.ts';
import type { Contestant } from '../race.ts';
import { serveSources } from './server.mjs';

/** A step of plain tfjs on an emulated GPU takes seconds, its first one half a minute. */
const ANSWER_MS = 300_000;

/** @returns the program, and its version for the report */
export async function openChromium(webgpu: 'off' | 'gpu' | 'software' = 'off'): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, args: chromiumArgs(webgpu) });
}

export class BrowserStage {
  readonly #server: ViteDevServer;
  readonly #browser: Browser;
  readonly #session: CDPSession;
  readonly #page: Page;

  private constructor(server: ViteDevServer, browser: Browser, session: CDPSession, page: Page) {
    this.#server = server;
    this.#browser = browser;
    this.#session = session;
    this.#page = page;
  }

  /** @param root of another checkout, whose engine runs instead of ours */
  static async open(webgpu: 'off' | 'software' = 'off', root?: string): Promise<BrowserStage> {
    const server = await serveSources(root);
    const browser = await openChromium(webgpu);
    const page = await browser.newPage();
    page.setDefaultTimeout(ANSWER_MS);
    page.on('pageerror', (error) => console.error(error));
    // Any page of the server will do: it is isolated, so that threads may share memory.
    await page.goto(`${server.resolvedUrls?.local[0]}headless.html`);
    return new BrowserStage(server, browser, await browser.newBrowserCDPSession(), page);
  }

  contestant(who: string, members: number, entry: Entry, stage: Stage): Contestant {
    const id = `${who} ${Math.random()}`;
    return {
      who,
      members,
      warmUp: warmUpOf(entry, stage),
      start: async () => {
        await this.#page.evaluate((name) => {
          window.contestants ??= {};
          window.contestants[name] = new Worker('/bench/contestants/worker.ts', { type: 'module' });
        }, id);
        return (await this.#ask(id, { call: 'make', entry, stage })) as number | undefined;
      },
      take: async (steps) => {
        const before = await this.#cpu();
        const turn = (await this.#ask(id, { call: 'take', steps })) as Turn;
        return { ...turn, cpuMs: (await this.#cpu()) - before };
      },
      end: () =>
        this.#page.evaluate((name) => {
          window.contestants[name]?.terminate();
          delete window.contestants[name];
        }, id),
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }

  async #ask(id: string, call: Call): Promise<unknown> {
    const answer = await this.#page.evaluate(
      ([name, message, limit]) =>
        new Promise<{ value?: unknown; error?: string }>((resolve) => {
          const worker = window.contestants[name];
          const timer = setTimeout(() => resolve({ error: 'no answer' }), limit);
          worker.onmessage = ({ data }) => {
            clearTimeout(timer);
            resolve(data);
          };
          worker.onerror = ({ message: what }) => resolve({ error: what });
          worker.postMessage(message);
        }),
      [id, call, ANSWER_MS] as const,
    );
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  /** CPU milliseconds of all of the browser's processes: only one contestant works at a time. */
  async #cpu(): Promise<number> {
    const { processInfo } = await this.#session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
  }
}
