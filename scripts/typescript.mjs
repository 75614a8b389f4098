// @ts-check
/** Loads a TypeScript program of this repository into Node. */
import { rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './install.mjs';

/**
 * Node 20 does not run TypeScript. Vite is here anyway and bundles a program in a fraction of a second, so that no
 * other tool is needed.
 * @param {string} entry path below the repository
 * @returns {Promise<any>} the module's exports
 */
export async function loadTypeScript(entry) {
  const { build } = await import('vite');
  const name = `${basename(entry, '.ts')}.mjs`;
  // A folder of its own: two programs may be started at the same time.
  const outDir = join(ROOT, '.cache/programs', `${basename(entry, '.ts')}-${process.pid}`);
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [
      {
        name: 'scripts-stay-where-they-are',
        enforce: 'pre',
        // They know the repository's folder from their own place.
        resolveId: (source, importer) =>
          source.endsWith('.mjs') && importer ? { id: pathToFileURL(resolve(importer, '..', source)).href, external: true } : null,
      },
    ],
    // CommonJS packages (lz-string) need the bundler; Playwright must not be bundled.
    ssr: { noExternal: true, external: ['@playwright/test'] },
    build: {
      ssr: join(ROOT, entry),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      copyPublicDir: false,
      rolldownOptions: { output: { entryFileNames: name } },
    },
  });
  const loaded = await import(pathToFileURL(join(outDir, name)).href);
  rmSync(outDir, { recursive: true, force: true });
  return loaded;
}

/**
 * Vite loads the TypeScript from where it lies, so that files beside it (the WASM kernels) are found.
 * @param {string} entry path below the repository
 * @param {string} version what results are to say that made them
 * @param {(module: any) => Promise<number>} use
 * @returns {Promise<number>} what `use` returned: the process's exit code
 */
export async function withTypeScript(entry, version, use) {
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    define: { __APP_VERSION__: JSON.stringify(version) },
  });
  // The messages by which a lab yields do not keep Node from ending.
  const alive = setInterval(() => {}, 1e6);
  try {
    return await use(await server.ssrLoadModule(`/${entry}`));
  } finally {
    clearInterval(alive);
    await server.close();
  }
}
