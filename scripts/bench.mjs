// @ts-check
/** `npm run bench [name …]`: brings the page up to date and runs the benchmarks of bench/, all or the named ones. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

const BENCHMARKS = ['kernels', 'page'];

ensureNode();
ensureInstalled();
const names = process.argv.slice(2);
const unknown = names.find((name) => !BENCHMARKS.includes(name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}". Known: ${BENCHMARKS.join(', ')}.`);
  process.exit(2);
}
await build();
let failed = false;
for (const name of names.length > 0 ? names : BENCHMARKS) {
  console.log(`\n${name}`);
  failed = spawnSync(process.execPath, [join(ROOT, `bench/${name}.mjs`)], { stdio: 'inherit' }).status !== 0 || failed;
}
process.exit(failed ? 1 : 0);
