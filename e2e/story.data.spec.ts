/** Files of a person's own: dropped, shown, trained on, still there after a reload, deleted. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { zipSync, zlibSync } from 'fflate';
import { cifarFile } from '../src/lab/files/testing.ts';
import { expect, expectExperiment, expectPainted, expectStillness, experimentIn, exported, test } from './support/person.ts';
import { test as base, LAN_NAME, link, runToEnd, tiny } from './support/site.ts';

const STEPS = 20;
/** The preset on its own data set, still to be chosen, in seconds. */
const UNCHOSEN = link((e) => ({ ...tiny(e, STEPS), task: { ...e.task, size: 8, train: 150, val: 40 } as typeof e.task }), 'cifar');
const TRAIN = { name: 'data_batch_1.bin', bytes: cifarFile(200) };
const TEST = { name: 'test_batch.bin', bytes: cifarFile(50, { first: 200 }) };

/** Drop files on the page as a hand does, once it is there. */
async function drop(page: Page, files: { name: string; bytes: Uint8Array }[]): Promise<void> {
  await page.getByTestId('run-button').waitFor();
  const given = files.map(({ name, bytes }) => ({ name, text: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle(async (all) => {
    const data = new DataTransfer();
    for (const { name, text } of all) data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    return data;
  }, given);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

const crc = (bytes: Uint8Array): number => {
  let c = ~0;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
  }
  return ~c >>> 0;
};

/** A PNG of one colour. */
function png(side: number, colour: [number, number, number]): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const bytes = new Uint8Array(12 + body.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, body.length);
    bytes.set(Buffer.from(type), 4);
    bytes.set(body, 8);
    view.setUint32(8 + body.length, crc(bytes.subarray(4, 8 + body.length)));
    return bytes;
  };
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, side);
  new DataView(head.buffer).setUint32(4, side);
  head.set([8, 2], 8);
  const row = [0, ...Array.from({ length: side }, () => colour).flat()];
  const pixels = Uint8Array.from(Array.from({ length: side }, () => row).flat());
  return Buffer.concat([Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), chunk('IHDR', head), chunk('IDAT', zlibSync(pixels)), chunk('IEND', new Uint8Array())]);
}

test('dropped, shown, trained on, there after a reload, deleted', async ({ page, site }) => {
  await page.goto(site + UNCHOSEN);
  await expect(page.getByTestId('files-needed')).toContainText('This experiment needs CIFAR-10: drop the files here.');

  await test.step('what is broken is refused by name', async () => {
    await drop(page, [TRAIN, { name: 'data_batch_2.bin', bytes: TRAIN.bytes.slice(0, 5000) }]);
    await expect(page.getByText('“data_batch_2.bin” is no CIFAR file: its 5,000 bytes are not a multiple of')).toBeVisible();
    await expect(page.getByTestId('files-needed')).toBeVisible();
  });

  await test.step('what is whole is in use at once, in the experiment that came with it', async () => {
    const experiment = { ...experimentIn(page), seeds: [7] };
    await drop(page, [TRAIN, { name: 'experiment.json', bytes: new TextEncoder().encode(JSON.stringify(experiment)) }, TEST]);
    await expectExperiment(page, (e) => e.seeds).toEqual([7]);
    await expect(page.getByText('“CIFAR-10” is there: press Run')).toBeVisible();
    await expectPainted(page.getByTestId('thumbnails').locator('canvas').first());
    await expect(page.getByTestId('thumbnails').getByRole('img', { name: 'airplane' }).first()).toBeVisible();
    await expectStillness(page);
    await runToEnd(page);
  });

  const chosen = experimentIn(page);
  await page.reload();
  await expectPainted(page.getByTestId('thumbnails').locator('canvas').first());
  expect(experimentIn(page)).toEqual(chosen);

  await page.getByTestId('edit-task').click();
  await page.getByRole('button', { name: 'Files…' }).click();
  const kept = page.getByTestId('asset');
  await expect(kept).toContainText('200 training images, 50 for validation · 32×32 · 10 classes');
  await expect(kept).toContainText('in use');
  const { violations } = await new AxeBuilder({ page }).include('[data-testid=files-dialog]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  await page.getByRole('button', { name: 'Delete CIFAR-10' }).click();
  await page.getByRole('button', { name: 'Delete CIFAR-10 for good' }).click();
  await expect(kept).toHaveCount(0);
  await page.getByRole('button', { name: 'Close' }).click();
  const { task } = chosen;
  const hash = task.kind === 'image-files' ? task.data.hash?.slice(0, 8) : '';
  await expect(page.getByTestId('files-needed')).toContainText(`This experiment uses CIFAR-10 (hash ${hash}…), which is not in this browser`);
});

test('kept files are offered by name where some are needed; Run waits for them and says so', async ({ page, site }) => {
  await page.goto(site + link((e) => tiny(e, STEPS)));
  await drop(page, [TRAIN, TEST]);
  await expect(page.getByText('“CIFAR-10” is kept in this browser')).toBeVisible();
  await page.goto(site + UNCHOSEN);
  await page.reload();
  const offer = page.getByTestId('files-needed').getByRole('button', { name: 'Use “CIFAR-10”' });
  await expect(offer).toBeVisible();
  await expect(page.getByTestId('run-button')).toBeDisabled();
  await page.keyboard.press('Space');
  await page.getByTestId('files-awaited').getByRole('button', { name: 'Files…' }).click();
  await page.getByTestId('files-dialog').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByTestId('progress-text')).toHaveText('');
  await offer.click();
  await expect(page.getByTestId('files-awaited')).toHaveCount(0);
  await expect(page.getByTestId('run-button')).toBeEnabled();
  await expectPainted(page.getByTestId('thumbnails').locator('canvas').first());

  // Choosing the same file again is heard only by an input that no longer holds it.
  const input = page.locator('header input[type=file]');
  await input.setInputFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('[]') });
  await expect(page.getByText('“odd.json” could not be taken in')).toBeVisible();
  await expect(input).toHaveValue('');
});

test('without a secure address files are kept in the database; pictures in a ZIP are a data set', async ({ page, host }) => {
  const url = (await host({ isolate: false })).replace('127.0.0.1', LAN_NAME);
  await page.goto(url + link((e) => tiny(e, STEPS)));
  const entries = (['red', 'blue'] as const).flatMap((name, label) =>
    Array.from({ length: label === 0 ? 160 : 40 }, (_, i) => [`pictures/${name}/${i}.png`, png(40, label === 0 ? [255, i, 0] : [0, i, 255])] as const),
  );
  await drop(page, [{ name: 'pictures.zip', bytes: zipSync(Object.fromEntries(entries)) }]);
  await page.getByRole('button', { name: 'Use it in this experiment' }).click();
  await expectExperiment(page, (e) => e.task).toMatchObject({ kind: 'image-files', classNames: ['blue', 'red'], train: 167, val: 33, grey: false });
  const first = page.getByTestId('thumbnails').getByRole('img', { name: 'blue' }).first();
  await expect(first).toBeVisible();
  const colour = () => first.evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(3, 3, 1, 1).data ?? [])]);
  await expect.poll(async () => (await colour()).filter((_, i) => i !== 1)).toEqual([0, 255, 255]);
  await page.reload();
  await expect(first).toBeVisible();

  // Where one class prevails, accuracy alone would flatter.
  await runToEnd(page);
  const shown = async () => {
    const matrix = page.getByTestId('confusion').getByRole('img').first();
    await matrix.scrollIntoViewIfNeeded();
    await expect(matrix).toHaveAttribute('aria-label', /Most often|No image/);
    await expect(page.getByTestId('chart-metric')).toContainText(/always “red” \d\d/);
    await expect(page.getByTestId('result')).toContainText('balanced');
    return matrix.getAttribute('aria-label');
  };
  const before = await shown();
  const { name, text } = await exported(page, 'json');
  await page.reload();
  await drop(page, [{ name, bytes: new TextEncoder().encode(text) }]);
  await expect.poll(shown).toBe(before);
});

base('from an address; of a host that forbids other pages to read its files the advice is to drop them', async ({ page, site }) => {
  const server = createServer(({ url }, response) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': TRAIN.bytes.length };
    response.writeHead(200, url?.startsWith('/open') ? { ...headers, 'access-control-allow-origin': '*' } : headers).end(TRAIN.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await page.goto(site + UNCHOSEN);
    await page.getByTestId('open-files').click();
    const address = page.getByRole('textbox', { name: 'Web address of a file' });
    await address.fill(`${host}/closed/data_batch_1.bin`);
    await address.press('Enter');
    await expect(page.getByRole('alert').filter({ hasText: 'could not be taken in' })).toContainText(
      `does not let other pages read its files. Download it yourself from ${host}/closed/data_batch_1.bin and drop the file on this page.`,
    );
    await address.fill(`${host}/open/data_batch_1.bin`);
    await address.press('Enter');
    await expect(page.getByTestId('asset')).toContainText('167 training images, 33 for validation');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
