// @ts-check
/**
 * What a run on WASM costs in Chromium on one thread, and where: node bench/profile.mjs <preset> [all|unguided|1|3|15|<measure>] [step|evaluation] [--rounds N] [--functions]
 *
 * A preset (all: with its own arms and seeds; else those of the benchmark; a measure: one arm guided by it), `perceptron`, or `product`: of two large matrices.
 * CPU time of the page's thread, so that other load hardly counts: median and least of the rounds. With --functions the
 * share of the time that each function takes by itself; kernels are told apart if they were built with --names
 * (src/lab/backend/kernels/wasm/build.mjs). Not in Node: its compiler makes the inner loops half as fast.
 */
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../scripts/chromium.mjs';

const chromiumPath = findChromium();
if (!chromiumPath) throw new Error(NO_CHROMIUM);
const flag = process.argv.indexOf('--rounds');
const rounds = flag > 0 ? Number(process.argv[flag + 1]) : 7;
const [preset = 'first-token', members = 'all', only] = process.argv.slice(2).filter((word, i) => !word.startsWith('--') && i + 2 !== flag + 1);

const server = await createServer({
  server: { port: 0, hmr: false },
  cacheDir: '.cache/bench',
  logLevel: 'error',
  optimizeDeps: { include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-core/dist/register_all_gradients', '@tensorflow/tfjs-backend-wasm', 'zod'] },
});
await server.listen();
const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs() });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`${server.resolvedUrls?.local[0]}headless.html`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await cdp.send('Profiler.enable');
  const cpu = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'ThreadTime' || name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const count = await page.evaluate(
    async ([name, wanted]) => {
      const { prepare } = await import(`${'/bench/profile.ts'}`);
      Object.assign(globalThis, { run: await prepare(name, wanted) });
      return /** @type {any} */ (globalThis).run.members;
    },
    [preset, members],
  );
  const take = (/** @type {string} */ kind, /** @type {number} */ times) =>
    page.evaluate(([what, n]) => /** @type {any} */ (globalThis).run[what](n), /** @type {const} */ ([kind, times]));
  const timed = async (/** @type {string} */ kind, /** @type {number} */ times) => {
    const start = await cpu();
    await take(kind, times);
    return ((await cpu()) - start) / times;
  };
  for (const kind of only ? [only] : ['step', 'evaluation']) {
    await take(kind, kind === 'step' ? 5 : 1);
    const times = Math.max(1, Math.ceil(300 / (await timed(kind, 1))));
    if (process.argv.includes('--functions')) {
      await cdp.send('Profiler.setSamplingInterval', { interval: 200 });
      await cdp.send('Profiler.start');
    }
    const each = [];
    for (let round = 0; round < rounds; round++) each.push(await timed(kind, times));
    each.sort((a, b) => a - b);
    console.log(`${preset}, ${count} members, a ${kind}: ${each[rounds >> 1].toFixed(2)} ms (least ${each[0].toFixed(2)})`);
    if (process.argv.includes('--functions')) print((await cdp.send('Profiler.stop')).profile);
  }
} finally {
  await browser.close();
  await server.close();
}

/** @param {{ nodes: any[], samples?: number[] }} profile */
function print({ nodes, samples = [] }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map();
  let total = 0;
  for (const id of samples) {
    const { functionName, url } = byId.get(id).callFrame;
    if (functionName === '(idle)' || functionName === '(program)') continue;
    const key = `${functionName || '(anonymous)'} ${url.split('/').at(-1)?.replace(/\?.*/, '') ?? ''}`;
    own.set(key, (own.get(key) ?? 0) + 1);
    total++;
  }
  for (const [key, n] of [...own].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(`${((100 * n) / total).toFixed(1).padStart(6)} %  ${key}`);
}
