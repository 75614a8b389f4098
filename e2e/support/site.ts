/** The built page behind servers of our own, and what every spec starts from. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect, type Page, type Worker } from '@playwright/test';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import { encodeLink } from '../../src/experiment/link.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { ROOT } from '../../scripts/install.mjs';
import { type ServeOptions, serve } from '../../scripts/serve.mjs';

export { expect };

/**
 * A name that leads to this machine (playwright.config.ts) but is no "localhost": to the browser an insecure address
 * like any on a local network.
 */
export const LAN_NAME = 'playground.lan';

interface Site {
  /** The page with isolation headers at the root of a host of its own: nothing is stored there yet. */
  site: string;
  /** More servers, with other options. @returns the page's address */
  host(options?: Partial<ServeOptions>): Promise<string>;
  /** What the page complained about: uncaught errors and console errors. */
  complaints: string[];
}

export const test = base.extend<Site>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern
  host: async ({}, use) => {
    const servers: Awaited<ReturnType<typeof serve>>[] = [];
    await use(async (options) => {
      const server = await serve({ root: join(ROOT, 'dist'), ...options });
      servers.push(server);
      return server.url;
    });
    await Promise.all(servers.map((server) => server.close()));
  },
  site: async ({ host }, use) => use(await host()),
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await use(complaints);
  },
});

/** The preset with a few changes, as the page's address ends with it. */
export function link(change: (experiment: Experiment) => Experiment, preset = 'wide-fcn'): string {
  const found = findPreset(preset);
  if (!found) throw new Error(`no preset ${preset}`);
  return `#${encodeLink(change(structuredClone(found.experiment)))}`;
}

/** Seconds on any backend, an emulated GPU included: two arms, one seed, sixteen units, no guide to be trained. */
export function tiny(experiment: Experiment, steps = 12): Experiment {
  return {
    ...experiment,
    asks: undefined,
    task: { kind: 'textures', size: 8, train: 64, val: 64, seed: 0, noise: 0.15 },
    target: { family: 'fcn', depth: 2, width: 16, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' },
    guides: { untrained: { state: 'untrained', network: { family: 'resnet', stages: [1], width: 2, init: 'he', tap: 'pre' } } },
    arms: [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided-untrained', name: 'Guided, untrained guide', terms: [{ kind: 'align', guide: 'untrained', weight: 1 }] },
    ],
    seeds: [0],
    base: { ...experiment.base, batchSize: 32, steps, evaluateEvery: 4 },
  };
}

/**
 * The default experiment for ever, with guides that need no training. The target is small: many steps a minute show
 * a leak sooner, and its checkpoints (tens of megabytes that come and go) do not hide it.
 */
export function endless(experiment: Experiment, { width = 64, seeds = [0] }: { width?: number; seeds?: number[] } = {}): Experiment {
  const guides = Object.fromEntries(
    Object.entries(experiment.guides).map(([id, guide]) => [id, !('network' in guide) ? guide : { state: 'untrained' as const, network: guide.network }]),
  );
  return {
    ...experiment,
    guides,
    seeds,
    target: { family: 'fcn', depth: 3, width, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' },
    base: { ...experiment.base, steps: 100_000, evaluateEvery: 50 },
  };
}

/** Press Run. */
export async function run(page: Page): Promise<void> {
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('pause-button')).toBeVisible({ timeout: 120_000 });
}

/** Press Run and wait for the end. */
export async function runToEnd(page: Page): Promise<void> {
  await page.getByTestId('run-button').click();
  await expect(page.getByTestId('progress-text')).toContainText(/\d+ steps in/, { timeout: 240_000 });
  await expect(page.getByTestId('failure')).toHaveCount(0);
  // Charts and words are drawn a little later than the run ends.
  await expect(page.getByTestId('chart-loss-summary')).not.toContainText('nothing has run yet');
}

/** Completed steps as the run bar tells them. */
export async function completedSteps(page: Page): Promise<number> {
  const text = await page.getByTestId('progress-text').textContent();
  return Number((/step ([\d,.\s]+)/.exec(text ?? '')?.[1] ?? '0').replace(/\D/g, ''));
}

/** Choose in the badge's menu what does the arithmetic. */
export async function chooseBackend(page: Page, name: 'Automatic' | 'WebGPU' | 'WebAssembly' | 'JavaScript'): Promise<void> {
  const label = page.locator('label').filter({ hasText: new RegExp(`^${name}$`) });
  await page.getByTestId('backend-badge').click();
  await label.click();
  await page.keyboard.press('Escape');
  await expect(label).toBeHidden();
}

/** The lab's workers from now on, in order of birth; dead ones stay in the list, threads are not in it. */
export function labWorkers(page: Page): Worker[] {
  const labs: Worker[] = [];
  page.on('worker', (worker) => {
    if (/\/worker-[^/]*\.js/.test(worker.url())) labs.push(worker);
  });
  return labs;
}

const WIDTHS = [1440, 1024, 390];

/** Pictures of the page as it is, at the three widths, light and dark, into test-results/pictures. */
export async function pictures(page: Page, name: string): Promise<void> {
  const folder = join(ROOT, 'test-results/pictures');
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
      // Charts follow the width with the next frame.
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
