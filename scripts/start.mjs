// @ts-check
/**
 * `npm start`: from a fresh clone to the page in a browser. Installs and builds what is missing, then serves it.
 * Options: --host (also reachable from the local network), --port N, --no-open.
 */
import { spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';
import { serve } from './serve.mjs';

const PORT = 4173;
const PORTS_TRIED = 50;

function readOptions() {
  try {
    return parseArgs({
      options: {
        host: { type: 'boolean', default: false },
        port: { type: 'string', default: String(PORT) },
        'no-open': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\nUsage: npm start -- [--host] [--port N] [--no-open]`);
    process.exit(2);
  }
}

/** Addresses of this machine on the local network. */
const networkAddresses = () =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((a) => a.family === 'IPv4' && !a.internal)
    .map((a) => a.address);

/** @returns {[string, ...string[]] | null} the command that opens an address, or null where there is no desktop */
function opener() {
  if (process.env.CI) return null;
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

ensureNode();
const options = readOptions();
ensureInstalled();
if (!build()) {
  console.error('The page could not be built; the reason is above.');
  process.exit(1);
}
const port = Number(options.port);
const { url, port: bound } = await serve({
  root: join(ROOT, 'dist'),
  port,
  host: options.host ? '0.0.0.0' : '127.0.0.1',
  tries: PORTS_TRIED,
});
const local = url.replace('127.0.0.1', 'localhost');
console.log(`\nGuidance Playground is at ${local}`);
if (options.host) {
  for (const address of networkAddresses()) console.log(`On the local network:      http://${address}:${bound}/`);
  console.log('Over the network the page runs on one thread and without a GPU: browsers give both to secure addresses only.');
} else {
  console.log('Others on the local network: npm start -- --host');
}
console.log('Ctrl+C stops it.');
const command = options['no-open'] ? null : opener();
// A desktop without an opener is no reason to stop serving.
if (command)
  spawn(command[0], [...command.slice(1), local], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
