// @ts-check
/** `npm run bench [name …]`: brings the page up to date and runs the benchmarks of bench/, all or the named ones. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

const BENCHMARKS = ['wasm', 'capture', 'kernels', 'page'];

ensureNode();
ensureInstalled();
const names = process.argv.slice(2);
const unknown = names.find((name) => !BENCHMARKS.includes(name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}". Known: ${BENCHMARKS.join(', ')}.`);
  process.exit(2);
}
await build();
// Peers that nothing else needs: installed when somebody measures for the first time.
if (!existsSync(join(ROOT, 'bench/node_modules'))) spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: join(ROOT, 'bench'), stdio: 'inherit' });
let failed = false;
for (const name of names.length > 0 ? names : BENCHMARKS) {
  console.log(`\n${name}`);
  failed = spawnSync(process.execPath, [join(ROOT, `bench/${name}.mjs`)], { stdio: 'inherit' }).status !== 0 || failed;
}
process.exit(failed ? 1 : 0);
