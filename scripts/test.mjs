// @ts-check
/**
 * `npm test`: everything, whatever fails on the way, then what it cost, and at the very end one line
 * "N passed, N failed". Each static check counts as one; a test that was skipped proves nothing and counts as failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';
import { costTable, slowestFiles, slowestSpecs, timedLines, watchProcessorTime } from './costs.mjs';
import { countPlaywright, countVitest } from './counts.mjs';

const MINUTE = 60_000;
/**
 * For all parts together, whatever the speed of the host: only what hangs is stopped, early enough to be told before
 * a build server's own limit of an hour and a half.
 */
const END = Date.now() + 80 * MINUTE;
/** Playwright stops itself this much earlier, and then reports what it has. */
const REPORTING = 2 * MINUTE;
const REPORTS = join(ROOT, '.cache/reports');
const left = () => Math.max(MINUTE, END - Date.now());

/**
 * Run one program of node_modules (or a script) to its end, showing what it prints.
 * @param {string[]} command path below the repository, then arguments
 * @param {Record<string, string>} [env]
 * @returns {Promise<boolean>} whether it ended well
 */
function run([script, ...args], env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
    const timer = setTimeout(() => {
      console.error(`Stopped: the time for all tests is over. ${script}`);
      child.kill('SIGKILL');
    }, left());
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

let passed = 0;
let failed = 0;
/** @type {string[]} */
const failures = [];
/** @type {import('./costs.mjs').Part[]} */
const parts = [];
/** @type {string[]} */
const slowest = [];

/** @param {string} name @param {{ passed: number, failed: number }} counts */
function add(name, counts) {
  passed += counts.passed;
  failed += counts.failed;
  if (counts.failed > 0) failures.push(`${name} (${counts.failed})`);
}

/** @param {string} name @param {() => Promise<boolean>} start */
async function measured(name, start) {
  console.log(`\n— ${name}`);
  const [before, processorTime] = [Date.now(), watchProcessorTime()];
  const ok = await start();
  parts.push({ name, seconds: (Date.now() - before) / 1000, processor: processorTime() });
  return ok;
}

/** @param {string} name @param {string[]} command */
async function check(name, command) {
  const ok = await measured(name, () => run(command));
  add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
  return ok;
}

/**
 * @param {string} name
 * @param {string} file JSON report that the program writes
 * @param {{ count: (report: any) => { passed: number, failed: number }, slow: (report: any) => import('./costs.mjs').Timed[] }} read
 * @param {() => Promise<boolean>} start
 */
async function suite(name, file, { count, slow }, start) {
  rmSync(file, { force: true });
  const ok = await measured(name, start);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  const counts = report ? count(report) : { passed: 0, failed: 1 };
  // Crashes outside any test, or nothing run at all, must not look like success.
  if ((!ok || counts.passed === 0) && counts.failed === 0) counts.failed = 1;
  add(name, counts);
  if (report) slowest.push(`Slowest ${name}, seconds by the clock\n${timedLines(slow(report))}`);
}

ensureNode();
ensureInstalled();
mkdirSync(REPORTS, { recursive: true });
const { findChromium, NO_CHROMIUM } = await import('./chromium.mjs');

await check('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
await check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn', '--error-on-warnings']);
await check('directions', ['scripts/check-directions.mjs']);
const unit = join(REPORTS, 'unit.json');
await suite('unit tests', unit, { count: countVitest, slow: slowestFiles }, () =>
  run(['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`]),
);
const built = await check('build', ['scripts/build.mjs']);
if (!built) {
  console.error('The end-to-end tests need the built page.');
  add('end-to-end tests', { passed: 0, failed: 1 });
} else if (!findChromium()) {
  console.error(NO_CHROMIUM);
  add('end-to-end tests', { passed: 0, failed: 1 });
} else {
  const e2e = join(REPORTS, 'e2e.json');
  const limit = Math.max(MINUTE, left() - REPORTING);
  await suite('end-to-end tests', e2e, { count: countPlaywright, slow: slowestSpecs }, () =>
    run(['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', `--global-timeout=${limit}`], { PLAYWRIGHT_JSON_OUTPUT_NAME: e2e }),
  );
}

console.log(`\n${[costTable(parts), ...slowest].join('\n\n')}`);
if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
