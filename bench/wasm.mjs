// @ts-check
/**
 * Training steps on WASM in Chromium: node bench/wasm.mjs [--rounds N]
 *
 * The product's own run against a plain tfjs loop, jax-js and PyTorch on one thread; cost per member; share of the
 * machine's peak. Contestants take turns, so that other load slows all down alike: read the ratios. PyTorch runs
 * behind the browser, not between: its figure is CPU time, which other load hardly changes (the others are wall time, so
 * on a busy machine the comparison favours PyTorch).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { chromiumArgs, findChromium, NO_CHROMIUM } from '../scripts/chromium.mjs';

const chromiumPath = findChromium();
if (!chromiumPath) throw new Error(NO_CHROMIUM);
const flag = process.argv.indexOf('--rounds');
const rounds = flag > 0 ? Number(process.argv[flag + 1]) : 5;

/** @typedef {{ section: string, name: string, rounds: number[], members: number, flops?: number }} Row */

/** @returns {Promise<{ rows: Row[], notes: string[], version: string }>} */
async function inChromium(/** @type {string} */ executablePath) {
  const server = await createServer({
    // A page that is loaded again, because a package was found late, would lose what it measures.
    server: { port: 0, hmr: false }, cacheDir: '.cache/bench', logLevel: 'error',
    optimizeDeps: { include: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-core/dist/register_all_gradients', '@tensorflow/tfjs-backend-wasm', 'zod'] },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath, args: chromiumArgs() });
  try {
    /** @type {Row[]} */
    const rows = [];
    /** @type {string[]} */
    const notes = [];
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.exposeFunction('tell', (/** @type {Row | string} */ row) => {
      if (typeof row === 'string') notes.push(row);
      else rows.push(row);
      console.error(typeof row === 'string' ? row : `${row.section}: ${row.name}, ${row.members} members: ${middle(row.rounds).toFixed(1)} ms`);
    });
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`${server.resolvedUrls?.local[0]}headless.html`);
    await page.evaluate(
      (count) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(`/bench/wasm-worker.ts?rounds=${count}`, { type: 'module' });
          // @ts-expect-error exposed above
          worker.onmessage = ({ data }) => (data === 'done' ? resolve(null) : window.tell(data));
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
      rounds,
    );
    return { rows, notes, version: browser.version() };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @returns {Row | null} null where there is no PyTorch */
function torch(/** @type {string} */ preset) {
  const { status, stdout } = spawnSync('/usr/bin/python3', ['bench/torch_steps.py', preset, String(rounds)], { encoding: 'utf8' });
  if (status !== 0) return null;
  const times = stdout.trim().split('\n').map(Number).sort((a, b) => a - b);
  return { section: `${preset}: one unguided member`, name: 'PyTorch, eager, one thread (CPU time)', rounds: times, members: 1 };
}

const middle = (/** @type {number[]} */ sorted) => sorted[Math.floor(sorted.length / 2)];

const { rows, notes, version } = await inChromium(chromiumPath);
for (const preset of ['wide-fcn', 'first-token']) {
  const row = torch(preset);
  if (row) rows.push(row);
  else notes.push(`PyTorch does not run here (${preset}).`);
}
const machine = `${cpus()[0].model}, ${cpus().length} cores, Chromium ${version}`;
const lines = [
  `${machine}, one thread; ${rounds} rounds in turns, medians (least to most)`, '',
  '| what | who | members | ms a step | per member, against the first | share of peak |', '|---|---|---:|---:|---:|---:|',
];
for (const row of rows) {
  const [first] = rows.filter(({ section }) => section === row.section);
  const perMember = (/** @type {Row} */ { rounds: times, members }) => middle(times) / members;
  const ratio = perMember(first) / perMember(row);
  const peak = rows.find(({ section, name }) => section === row.section && name.startsWith('product'));
  const speed = (/** @type {Row} */ { flops, rounds: times }) => (flops ?? Number.NaN) / middle(times);
  const share = peak ? `${((100 * speed(row)) / speed(peak)).toFixed(0)} %` : '';
  const compared = row === peak ? '' : `${ratio >= 1 ? `${ratio.toFixed(2)}× faster` : `${(1 / ratio).toFixed(2)}× slower`}`;
  lines.push(`| ${row.section} | ${row.name} | ${row.members} | ${middle(row.rounds).toFixed(1)} (${row.rounds[0].toFixed(1)}–${row.rounds[row.rounds.length - 1].toFixed(1)}) | ${row === first ? '1' : compared} | ${share} |`);
}
lines.push('', ...notes);
console.log(lines.join('\n'));
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/wasm.md', `${lines.join('\n')}\n`);
writeFileSync('bench/results/wasm.json', `${JSON.stringify({ machine, rounds, rows, notes }, null, 1)}\n`);
