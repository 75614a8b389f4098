import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };
import { FINGERPRINT_FILE, fingerprint } from './scripts/fingerprint.mjs';
import { ISOLATION_HEADERS } from './scripts/serve.mjs';

let source = '';

/** Leaves in `dist` the fingerprint of what it was built from: `npm start` builds again only when it differs. */
const leaveFingerprint: Plugin = {
  name: 'leave-fingerprint',
  apply: 'build',
  // Taken at the start: a source edited while the build runs makes the result stale, not fresh.
  buildStart() {
    if (this.environment.name === 'client') source = fingerprint();
  },
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: FINGERPRINT_FILE, source });
  },
};

/**
 * tfjs starts its threads from the source text of one function, which therefore may use nothing from around it.
 * It guards the one name it takes from there with `typeof`; the minifier sees the declaration, drops the guard, and
 * the threads fail with "e is not defined". The name is never needed where the page runs. To be removed when tfjs
 * no longer builds threads from `toString()` (4.22.0 does).
 */
const selfContainedThreads = (): Plugin => ({
  name: 'self-contained-threads',
  transform: {
    filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
    handler(code) {
      const changed = code
        .replace('if(typeof _scriptDir !== "undefined" && _scriptDir){scriptDirectory=_scriptDir}', '')
        .replace('Module["mainScriptUrlOrBlob"]||_scriptDir', 'Module["mainScriptUrlOrBlob"]');
      if (changed.match(/_scriptDir/g)?.length !== 3) this.error('the glue of the WASM backend is another than expected');
      return { code: changed, map: null };
    },
  },
});

/**
 * Every schema of zod refers to the code that writes it as a JSON schema, which nothing here asks for: 5 kB, compressed, before
 * the first paint. In its place are functions that say so. What the same file has on top, the limits of a schema, is asked for.
 */
const withoutJsonSchemas = (): Plugin => ({
  name: 'without-json-schemas',
  apply: 'build',
  transform: {
    filter: { id: /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/ },
    handler(code, id) {
      const from = id.endsWith('to-json-schema.js') ? 0 : code.indexOf('export const stringProcessor');
      const [kept, left] = [code.slice(0, from), code.slice(from)];
      const names = [...left.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
      if (names.length === 0 || (from > 0 && !kept.includes('export function aggregateChecks'))) this.error('zod writes JSON schemas elsewhere than expected');
      const absent = "const absent = () => { throw new Error('JSON schemas are left out of this build.'); };";
      return { code: [kept, absent, ...names.map((name) => `export const ${name} = absent;`)].join('\n'), map: null };
    },
  },
});

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  define: {
    // With the sources' fingerprint: results say what made them, and remembered self-checks end with the code they checked.
    __APP_VERSION__: JSON.stringify(`${manifest.version}+${fingerprint().slice(0, 8)}`),
  },
  plugins: [react(), leaveFingerprint, withoutJsonSchemas()],
  // Relative addresses: the build works from any sub-path of any host.
  base: './',
  resolve: { alias: { '@': path('./src') } },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  worker: { format: 'es', plugins: () => [selfContainedThreads(), withoutJsonSchemas()] },
  build: {
    target: 'es2023',
    // tfjs in the worker is one chunk of about 1 MB, off the path to the first paint.
    chunkSizeWarningLimit: 2500,
    rolldownOptions: { input: { index: path('./index.html'), headless: path('./headless.html') } },
  },
});
