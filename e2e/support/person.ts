/** What a person does and sees on the page. Whatever the page complains about on the way fails the test. */
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { decodeLink } from '../../src/experiment/link.ts';
import type { RunResult } from '../../src/experiment/contract/result.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { expect, test as base } from './site.ts';

export { expect };

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources?: { node: Node | null }[];
}
declare global {
  interface Window {
    /** Every movement of something on the page that nobody asked for. */
    layoutShifts: { value: number; what: string }[];
  }
}

/** Runs in the page before its own code. */
function recordLayoutShifts(): void {
  window.layoutShifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      if (entry.hadRecentInput) continue;
      const what = (entry.sources ?? []).map(({ node }) => (node instanceof Element ? node.outerHTML : (node?.textContent ?? '')).slice(0, 120));
      window.layoutShifts.push({ value: entry.value, what: what.join(' | ') });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

export const test = base.extend<{ quiet: undefined }>({
  quiet: [
    async ({ context }, use) => {
      const heard: string[] = [];
      context.on('weberror', (error) => heard.push(`error: ${error.error()}`));
      context.on('console', (message) => {
        if (['error', 'warning', 'assert'].includes(message.type())) heard.push(`${message.type()}: ${message.text()}`);
      });
      await context.addInitScript(recordLayoutShifts);
      await use(undefined);
      expect(heard, 'errors and warnings in the console').toEqual([]);
    },
    { auto: true },
  ],
});

/** Nothing may jump: the sum of all unasked-for movements since the page was loaded. */
export async function expectStillness(page: Page, limit = 0.05): Promise<void> {
  const shifts = await page.evaluate(() => window.layoutShifts);
  const told = shifts.map(({ value, what }) => `${value.toFixed(4)} ${what}`).join('\n');
  expect(
    shifts.reduce((sum, { value }) => sum + value, 0),
    `layout shift:\n${told}`,
  ).toBeLessThan(limit);
}

/**
 * Half a minute at most on two busy cores, and everything a run has: three seeds, the guide that comes with the page
 * (so its own task), an untrained one, all four arms.
 */
export function story(experiment: Experiment, steps = 120): Experiment {
  return {
    ...experiment,
    target: { family: 'fcn', depth: 3, width: 32, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' },
    guides: { ...experiment.guides, untrained: { state: 'untrained', network: { family: 'resnet', stages: [1], width: 2, init: 'he', tap: 'pre' } } },
    base: { ...experiment.base, batchSize: 64, steps, evaluateEvery: 10 },
  };
}

/** The experiment in the address bar; it follows every accepted edit. */
export function experimentIn(page: Page): Experiment {
  const parsed = decodeLink(new URL(page.url()).hash);
  if (!parsed.ok) throw new Error(`no experiment in ${page.url()}`);
  return parsed.experiment;
}

/** Wait until something about the edited experiment is so. */
export const expectExperiment = (page: Page, read: (experiment: Experiment) => unknown) => expect.poll(() => read(experimentIn(page)));

/** Choose a file in the dialog behind Import. */
export async function importText(page: Page, name: string, text: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('import').click();
  await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

/** Choose the rule by which layers are paired, from its menu. */
export async function chooseMapping(page: Page, name: string): Promise<void> {
  await page.getByTestId('quick-mappings').click();
  await page.getByRole('menuitemradio', { name, exact: true }).click();
  // While it closes, another click would be one on the way out.
  await expect(page.getByRole('menu')).toHaveCount(0);
}

/** A downloaded file. */
export async function saved(download: Promise<Download>): Promise<{ name: string; bytes: Buffer }> {
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** Take a file along from the result's menu. */
export async function exported(page: Page, kind: 'json' | 'csv'): Promise<{ name: string; text: string }> {
  await page.getByTestId('export-menu').click();
  const download = page.waitForEvent('download');
  await page.getByTestId(`export-${kind}`).click();
  const { name, bytes } = await saved(download);
  return { name, text: bytes.toString('utf8') };
}

/** The result on screen as its JSON file holds it. */
export async function exportedResult(page: Page): Promise<RunResult> {
  const result = JSON.parse((await exported(page, 'json')).text) as RunResult;
  expect(result.schema, 'a result, not only the experiment').toBe(2);
  return result;
}

/** What training and evaluation recorded, without what differs between two runs (time of day, speed). */
export const curves = ({ members }: RunResult) => members.map(({ arm, seed, history }) => ({ arm, seed, history }));

/** Pictures on a canvas that are more than one colour. */
export async function expectPainted(canvas: Locator): Promise<void> {
  await expect
    .poll(
      () =>
        canvas.evaluate((element: HTMLCanvasElement) => {
          const pixels = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? [];
          const colours = new Set<string>();
          for (let i = 0; i < pixels.length; i += 4) colours.add(`${pixels[i]},${pixels[i + 1]},${pixels[i + 2]},${pixels[i + 3]}`);
          return colours.size;
        }),
      'colours on the canvas',
    )
    .toBeGreaterThan(1);
}

/** The text of a table's cells, row by row, heads first. */
export const cellsOf = (table: Locator): Promise<string[][]> =>
  table.locator('tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent?.trim() ?? '')));

/** The first number in a text as the page prints it: with a true minus sign, thousands with a comma. */
export const numberIn = (text: string): number =>
  Number(
    text
      .replace('−', '-')
      .replaceAll(',', '')
      .match(/-?\d+(\.\d+)?/)?.[0] ?? Number.NaN,
  );

/** Equal but for rounding. */
export const expectNear = (value: number, wanted: number | null, tolerance: number): void =>
  expect(Math.abs(value - (wanted ?? Number.NaN)), `${value} against ${wanted}`).toBeLessThan(tolerance);
