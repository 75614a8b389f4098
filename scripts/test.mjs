// @ts-check
/**
 * `npm test`: everything, whatever fails on the way, and at the very end one line "N passed, N failed".
 * Each static check counts as one; a test that was skipped proves nothing and counts as failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';
import { countPlaywright, countVitest } from './counts.mjs';

const MINUTE = 60_000;
const REPORTS = join(ROOT, '.cache/reports');

/**
 * Run one program of node_modules (or a script) to its end, showing what it prints.
 * @param {string[]} command path below the repository, then arguments
 * @param {number} limit milliseconds after which it is stopped
 * @param {Record<string, string>} [env]
 * @returns {Promise<boolean>} whether it ended well
 */
function run([script, ...args], limit, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
    const timer = setTimeout(() => {
      console.error(`Stopped after ${limit / MINUTE} minutes: ${script}`);
      child.kill('SIGKILL');
    }, limit);
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

/** @param {string} name @param {{ passed: number, failed: number }} counts */
function add(name, counts) {
  passed += counts.passed;
  failed += counts.failed;
  if (counts.failed > 0) failures.push(`${name} (${counts.failed})`);
}

/** @param {string} name @param {string[]} command */
async function check(name, command) {
  console.log(`\n— ${name}`);
  const ok = await run(command, 5 * MINUTE);
  add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
  return ok;
}

/**
 * @param {string} name @param {string} report JSON file that the program writes
 * @param {(report: any) => { passed: number, failed: number }} count
 * @param {() => Promise<boolean>} start
 */
async function suite(name, report, count, start) {
  console.log(`\n— ${name}`);
  rmSync(report, { force: true });
  const ok = await start();
  const counts = existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : { passed: 0, failed: 1 };
  // Crashes outside any test, or nothing run at all, must not look like success.
  if ((!ok || counts.passed === 0) && counts.failed === 0) counts.failed = 1;
  add(name, counts);
}

ensureNode();
ensureInstalled();
mkdirSync(REPORTS, { recursive: true });
const { findChromium, NO_CHROMIUM } = await import('./chromium.mjs');

await check('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
await check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn', '--error-on-warnings']);
await check('directions', ['scripts/check-directions.mjs']);
const unit = join(REPORTS, 'unit.json');
await suite('unit tests', unit, countVitest, () =>
  run(['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`], 8 * MINUTE),
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
  await suite('end-to-end tests', e2e, countPlaywright, () =>
    run(['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'], 19 * MINUTE, { PLAYWRIGHT_JSON_OUTPUT_NAME: e2e }),
  );
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
