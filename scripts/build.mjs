// @ts-check
/** Builds the page into `dist` where it is missing or older than its sources. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './fingerprint.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

/**
 * @param {{ force?: boolean }} [options]
 * @returns {boolean} whether `dist` is up to date now
 */
export function build({ force = false } = {}) {
  if (!force && isBuilt()) return true;
  console.error('Building the page…');
  // Standard output belongs to whoever called (the headless runner prints its table there).
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  return status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureNode();
  ensureInstalled();
  process.exit(build({ force: process.argv.includes('--force') }) ? 0 : 1);
}
