// @ts-check
/**
 * A small static server for the built page. `npm start`, the end-to-end tests and the headless runner share it.
 * Plain Node: `npm start` runs it right after installing.
 */
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Without a type WebAssembly does not stream and module scripts do not run. */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** Cross-origin isolation: what gives WebAssembly its threads. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The file that an address stands for.
 * @param {string} root real path of the folder that is served
 * @param {string} prefix path under which it is served, with slashes at both ends
 * @param {string} url as in the request line
 * @returns {{ file: string } | { redirect: string } | { error: number }}
 */
export function resolveRequest(root, prefix, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://page').pathname);
  } catch {
    return { error: 400 };
  }
  if (`${path}/` === prefix) return { redirect: prefix };
  if (!path.startsWith(prefix) || path.includes('\0')) return { error: 404 };
  let file = join(root, path.slice(prefix.length));
  try {
    if (statSync(file).isDirectory()) file = join(file, 'index.html');
    // The real path: neither dots nor links lead out of the folder.
    file = realpathSync(file);
    if (!file.startsWith(root + sep)) return { error: 403 };
    return statSync(file).isFile() ? { file } : { error: 404 };
  } catch {
    return { error: 404 };
  }
}

/**
 * @typedef {object} ServeOptions
 * @property {string} root folder to serve
 * @property {number} [port] first port to try; 0 for any free one
 * @property {string} [host] 127.0.0.1 for this machine only, 0.0.0.0 for the network
 * @property {string} [prefix] path under which to serve, "/" by default
 * @property {boolean} [isolate] send the cross-origin isolation headers (default true)
 * @property {number} [tries] how many ports to try, counting up from `port`
 */

/**
 * Serve a folder.
 * @param {ServeOptions} options
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function serve({ root, port = 0, host = '127.0.0.1', prefix = '/', isolate = true, tries = 1 }) {
  const folder = realpathSync(root);
  const base = `/${prefix.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = resolveRequest(folder, base, request.url ?? '/');
    if ('redirect' in found) {
      response.writeHead(301, { Location: found.redirect }).end();
    } else if ('error' in found) {
      response.writeHead(found.error, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${found.error}\n`);
    } else {
      response.writeHead(200, {
        'Content-Type': TYPES[/** @type {keyof typeof TYPES} */ (extname(found.file))] ?? 'application/octet-stream',
        'Content-Length': statSync(found.file).size,
        // Built files carry a hash in their name; the others must be asked for again after a rebuild.
        'Cache-Control': 'no-cache',
        'X-Content-Type-Options': 'nosniff',
        ...(isolate ? ISOLATION_HEADERS : {}),
      });
      if (request.method === 'HEAD') response.end();
      else
        createReadStream(found.file)
          .on('error', () => response.destroy())
          .pipe(response);
    }
  });
  const bound = await listen(server, port, host, tries);
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}${base}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port @param {string} host @param {number} tries
 * @returns {Promise<number>} the port it listens on
 */
async function listen(server, port, host, tries) {
  for (let attempt = 0; ; attempt++) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port === 0 ? 0 : port + attempt, host, () => {
          server.off('error', reject);
          resolve(undefined);
        });
      });
      const address = server.address();
      return typeof address === 'object' && address ? address.port : port;
    } catch (error) {
      const busy = ['EADDRINUSE', 'EACCES'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '');
      if (!busy || attempt + 1 >= tries) throw error;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      root: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
      port: { type: 'string', default: '4173' },
      host: { type: 'string', default: '127.0.0.1' },
      prefix: { type: 'string', default: '/' },
      'no-isolation': { type: 'boolean', default: false },
    },
  });
  const { url } = await serve({ ...values, port: Number(values.port), isolate: !values['no-isolation'] });
  console.log(url);
}
