// @ts-check
/** `npm run bench`: brings page and packages up to date, then hands over to bench/main.ts. `-- kernels` compares single kernels instead. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

ensureNode();
ensureInstalled();
process.chdir(ROOT);
const words = process.argv.slice(2);
if (words[0] === 'kernels') {
  process.exit(spawnSync(process.execPath, [join(ROOT, 'bench/kernels/kernels.mjs'), ...words.slice(1)], { stdio: 'inherit' }).status ?? 1);
}
// These two measure nothing here.
if (words[0] !== 'paste' && words[0] !== 'gpu') build();
// Peers that nothing else needs: installed when somebody measures for the first time.
if (!existsSync(join(ROOT, 'bench/node_modules'))) spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: join(ROOT, 'bench'), stdio: 'inherit' });
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(ROOT, 'bench/main.ts'), { configFile: false, logLevel: 'warn', define: { __APP_VERSION__: '"bench"' } });
process.exit(await module.main(words));
