/** Take it along: a link, JSON, CSV, pictures; and bring it back. */
import { strFromU8, unzipSync } from 'fflate';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import {
  chooseMapping,
  expect,
  expectExperiment,
  expectNear,
  experimentIn,
  exported,
  exportedResult,
  importText,
  numberIn,
  saved,
  test,
} from './support/person.ts';
import { LAN_NAME, link, runToEnd, tiny } from './support/site.ts';

const STEPS = 12;
const SEEDS = [3, 5];
const TINY = link((e) => ({ ...tiny(e, STEPS), seeds: SEEDS }));

test.describe('with a clipboard', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  test('Share copies a link that opens exactly this experiment', async ({ page, site, context }) => {
    await page.goto(site + TINY);
    await page.getByTestId('seeds').click();
    await page.getByRole('menuitemradio', { name: '2', exact: false }).first().click();
    await chooseMapping(page, 'Last');
    await expectExperiment(page, (e) => e.base.mapping).toEqual({ rule: 'last', count: 1 });
    await page.getByTestId('share').click();
    await page.getByTestId('share-link-copy').click();
    await expect(page.getByTestId('share-link-copy')).toHaveText('Copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.startsWith(site)).toBe(true);

    const other = await context.newPage();
    await other.goto(copied);
    await expect(other.getByTestId('quick-mappings')).toHaveText('Last');
    await expect(other.getByTestId('edit-target')).toContainText('2×16 FCN');
    expect(experimentIn(other)).toEqual(experimentIn(page));
    expect(experimentIn(other).arms.map((arm) => arm.id)).toEqual(['unguided', 'guided-untrained']);
  });
});

test.describe('over plain http', () => {
  test('Share shows the link where there is no clipboard', async ({ page, host }) => {
    // Such an address is told off by the browser itself for headers that it ignores there.
    const url = (await host({ isolate: false })).replace('127.0.0.1', LAN_NAME);
    await page.goto(url + TINY);
    await page.getByTestId('share').click();
    await expect(page.getByRole('textbox', { name: 'Link to exactly this experiment' })).toHaveValue(url + TINY);
  });
});

test('JSON, CSV, PNG and SVG of a run agree with the page', async ({ page, site }) => {
  await page.goto(site + TINY);
  // Before a run: the experiment alone.
  const before = JSON.parse((await exported(page, 'json')).text) as Experiment;
  expect(before).toEqual(experimentIn(page));
  await runToEnd(page);

  const result = await exportedResult(page);
  expect(result.experiment).toEqual(before);
  expect(result.metric).toEqual({ name: 'accuracy', higherIsBetter: true, chance: 1 / 8 });
  expect(result.members.map(({ arm, seed }) => `${arm} ${seed}`).sort()).toEqual(['guided-untrained 3', 'guided-untrained 5', 'unguided 3', 'unguided 5']);

  const { name, text } = await exported(page, 'csv');
  expect(name).toBe('wide-fcn-curves.csv');
  const [head, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  expect(head).toEqual(['arm', 'seed', 'step', 'series', 'value']);
  for (const line of lines) expect(line).toHaveLength(5);
  for (const { arm, seed, history, pairs, final } of result.members) {
    const own = lines.filter((line) => line[0] === arm && line[1] === String(seed));
    // The arm that is guided has an alignment loss, too.
    expect(own).toHaveLength((arm === 'unguided' ? 2 : 3) * STEPS + history.valStep.length * (2 + 3 * pairs.length));
    const values = (series: string) => own.filter((line) => line[3] === series).map((line) => Number(line[4]));
    expect(values('train_loss')).toHaveLength(STEPS);
    values('train_loss').forEach((value, i) => expectNear(value, history.trainLoss[i], 1e-5));
    values('val_loss').forEach((value, i) => expectNear(value, history.valLoss[i], 1e-5));
    expectNear(values('val_accuracy').at(-1) ?? Number.NaN, final.valMetric, 1e-6);
    const [pair] = pairs;
    expectNear(values(`cka:${pair.guide}:${pair.guideTap}:${pair.targetTap}`).at(-1) ?? Number.NaN, pair.end, 1e-5);
  }
  for (const arm of ['unguided', 'guided-untrained']) {
    const finals = lines.filter((line) => line[0] === arm && line[2] === String(STEPS) && line[3] === 'val_accuracy').map((line) => Number(line[4]));
    expect(finals).toHaveLength(SEEDS.length);
    const shown = page.getByTestId(`result-${arm}`).locator('td').nth(1);
    await expect(async () => expectNear(numberIn(await shown.innerText()), (100 * (finals[0] + finals[1])) / 2, 0.051)).toPass({ timeout: 30_000 });
  }

  for (const [title, lineCount] of [
    ['Loss', 4],
    ['Validation accuracy', 2],
    ['CKA', 2],
  ] as const) {
    const take = async (format: 'PNG' | 'SVG') => {
      await page.getByRole('button', { name: `Options and export of the chart "${title}"` }).click();
      const download = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: `Save as ${format}` }).click();
      return saved(download);
    };
    const svg = await take('SVG');
    expect(svg.name).toMatch(/^[a-z-]+\.svg$/);
    const read = await page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, 'image/svg+xml');
      const curves = [...document.querySelectorAll('path')].filter(
        (path) => path.getAttribute('stroke') !== 'none' && /L.*L/.test(path.getAttribute('d') ?? ''),
      );
      return {
        error: document.querySelector('parsererror')?.textContent ?? null,
        words: [...document.querySelectorAll('text')].map((text) => text.textContent).join(' '),
        width: Number(document.documentElement.getAttribute('width')),
        curves: curves.length,
        classes: document.querySelectorAll('[class]').length,
      };
    }, svg.bytes.toString('utf8'));
    expect(read.error).toBeNull();
    expect(read.width).toBeGreaterThan(200);
    expect(read.curves, 'curves in the picture').toBeGreaterThanOrEqual(lineCount);
    // It must look the same without the page's style sheet.
    expect(read.classes).toBe(0);
    for (const word of [
      'Unguided',
      'Guided, untrained',
      'step 0',
      'mean ± 1 standard deviation',
      'Unguided: task loss only',
      'Training: Adam',
      'on WebAssembly',
    ])
      expect(read.words).toContain(word);

    const png = await take('PNG');
    expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const picture = await page.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const pixels = new Uint32Array(context?.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer ?? new ArrayBuffer(0));
      return { width: bitmap.width, colours: new Set(pixels).size };
    }, png.bytes.toString('base64'));
    expect(picture.width).toBe(Math.round(3 * read.width));
    expect(picture.colours).toBeGreaterThan(20);
  }
});

test('an exported result brings its run back: experiment, curves, verdict, tables', async ({ page, site }) => {
  await page.goto(site + TINY);
  await runToEnd(page);
  await expect(page.getByTestId('verdict')).toContainText('Two seeds so far');
  const { name, text } = await exported(page, 'json');
  expect(name).toBe('wide-fcn-result.json');
  const wanted = experimentIn(page);
  const shown = () =>
    Promise.all(['verdict', 'result', 'cka-matrix', 'samples', 'curves'].map((id) => page.getByTestId(id).locator('p, td, th, svg text, li').allInnerTexts()));
  const before = (await shown()).flat();

  await page.goto(`${site}#shapes`);
  await expect(page.getByTestId('question')).toContainText('When the teacher is good');
  await importText(page, name, text);
  await expect(page.getByText('The result in “wide-fcn-result.json” is on screen.')).toBeVisible();
  await expect(page.getByTestId('loaded-result')).toHaveText(/^Out of “wide-fcn-result.json”, run on \d+ \w+ \d{4} with WebAssembly/);
  await expect.poll(async () => (await shown()).flat()).toEqual(before);
  await expectExperiment(page, (e) => e).toEqual(wanted);
  await expect(page.getByTestId('edit-target')).toContainText('2×16 FCN');
  await expect(page.getByTestId('question')).toHaveText('Does guided, untrained beat unguided on “Textures”, with an untrained ResNet as guide?');
});

test('a file that holds no valid experiment is refused in words, and nothing changes', async ({ page, site }) => {
  await page.goto(site + TINY);
  const good = experimentIn(page);
  const files: [string, RegExp][] = [
    [JSON.stringify({ ...good, target: { ...good.target, width: 1e9 } }), /target\.width must be at most 4096, not 1000000000/],
    [JSON.stringify({ experiment: { ...good, base: { ...good.base, learningRate: 'fast' } } }), /base\.learningRate must be a number, not "fast"/],
    [JSON.stringify({ ...good, arms: undefined }), /arms is missing/],
    ['{"version": 1, ', /It is not JSON/],
    ['[1, 2]', /It holds no experiment/],
    ['arm,seed,step,series,value\nguided,0,0,val_loss,2\n', /curves.*A run comes back out of its result, “Experiment and result \(JSON\)”/],
  ];
  for (const [i, [text, message]] of files.entries()) {
    await importText(page, `broken-${i}.json`, text);
    const notice = page.getByRole('alert').filter({ hasText: `“broken-${i}.json” could not be taken in` });
    await expect(notice).toContainText(message);
    await expect(notice).toContainText('The experiment on the page is unchanged.');
  }
  await expect(page.getByTestId('edit-target')).toContainText('2×16 FCN');
  expect(page.url()).toBe(site + TINY);
  // A good file after that is not left unmentioned, and the complaint goes.
  await importText(page, 'good.json', JSON.stringify({ ...good, seeds: [7] }));
  await expect(page.getByText('Took the experiment from “good.json”')).toBeVisible();
  await expect(page.getByText('could not be taken in')).toHaveCount(0);
  await expectExperiment(page, (e) => e.seeds).toEqual([7]);
});

test('the PyTorch script comes with weights and data; its result is drawn, its weights are a guide', async ({ page, site }) => {
  await page.goto(site + TINY);
  await page.getByTestId('export-menu').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export-torch').click();
  const { name, bytes } = await saved(download);
  expect(name).toBe('wide-fcn-torch.zip');
  const files = unzipSync(bytes);
  const folder = 'wide-fcn-torch/';
  const weights = SEEDS.flatMap((seed) => [`guide-untrained-${seed}`, `target-${seed}`]).map((file) => `weights/${file}.safetensors`);
  const expected = ['train.py', 'train.ipynb', 'experiment.json', 'data.safetensors', ...weights];
  expect(Object.keys(files)).toEqual(expect.arrayContaining(expected.map((path) => folder + path)));
  const text = (path: string) => strFromU8(files[folder + path]);
  expect(text('train.py')).toContain('def make_arms():');
  expect(JSON.parse(text('experiment.json')).experiment).toEqual(experimentIn(page));

  // As the script writes it.
  await runToEnd(page);
  const result = await exportedResult(page);
  const written = { ...result, environment: { ...result.environment, backend: 'pytorch', adapter: 'cuda', browser: 'PyTorch 2.1' } };
  await importText(page, 'result.json', JSON.stringify(written));
  await expect(page.getByTestId('loaded-result')).toHaveText(/^Out of “result.json”, run on \d+ \w+ \d{4} with PyTorch \(cuda\)/);

  // Weights are a guide for the network that they belong to.
  const trained = { name: 'guided-3.safetensors', mimeType: '', buffer: Buffer.from(files[`${folder}weights/target-3.safetensors`]) };
  await page.setInputFiles('input[type=file]', trained);
  const notice = page.getByRole('alert').filter({ hasText: '“guided-3” is kept in this browser' });
  await expect(notice).toContainText('They fit the target, 2×16 FCN.');
  await notice.getByRole('button', { name: 'Guide an arm by it' }).click();
  await expectExperiment(page, ({ guides }) => guides.imported).toMatchObject({ state: 'loaded', file: { name: 'guided-3' }, network: { family: 'fcn' } });
  await expectExperiment(page, ({ arms }) => arms.at(-1)?.name).toEqual('Guided by guided-3');
  await runToEnd(page);
});
