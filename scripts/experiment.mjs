// @ts-check
/** `npm run experiment`: brings packages and page up to date, then hands over to cli/experiment.ts. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

/**
 * Node 20 does not run TypeScript. Vite is here anyway and bundles the runner in a fraction of a second, so that
 * no other tool is needed.
 * @returns {Promise<typeof import('../cli/experiment.ts')>}
 */
async function loadRunner() {
  const { build: bundle } = await import('vite');
  const outDir = join(ROOT, '.cache/runner');
  await bundle({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [{
      name: 'scripts-stay-where-they-are',
      enforce: 'pre',
      // They know the repository's folder from their own place.
      resolveId: (source, importer) => (source.endsWith('.mjs') && importer
        ? { id: pathToFileURL(resolve(importer, '..', source)).href, external: true }
        : null),
    }],
    // CommonJS packages (lz-string) need the bundler; Playwright must not be bundled.
    ssr: { noExternal: true, external: ['@playwright/test'] },
    build: { ssr: join(ROOT, 'cli/experiment.ts'), outDir, emptyOutDir: true, target: 'node20', copyPublicDir: false, rolldownOptions: { output: { entryFileNames: 'experiment.mjs' } } },
  });
  return import(pathToFileURL(join(outDir, 'experiment.mjs')).href);
}

ensureNode();
ensureInstalled();
const { main } = await loadRunner();
process.exit(await main(process.argv.slice(2), build));
