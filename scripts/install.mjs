// @ts-check
/**
 * What every command needs before it can do anything: a Node that is new enough, and the packages of the lock file.
 * Plain Node: nothing here may import a package.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Vite 8 needs it; older Nodes fail later with a message nobody understands. */
export const OLDEST_NODE = [20, 19];

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean} whether that Node can build and test this page
 */
export function nodeIsNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Ends the process with a sentence that says what to do when Node is too old. */
export function ensureNode() {
  if (nodeIsNewEnough(process.versions.node)) return;
  console.error(`This needs Node ${OLDEST_NODE.join('.')} or newer, and this is Node ${process.versions.node}. Get a current one from https://nodejs.org`);
  process.exit(1);
}

/** @param {string} file a lock file; @returns {Record<string, {version?: string, optional?: boolean, link?: boolean}>} */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/**
 * Whether `node_modules` holds the versions that the lock file asks for. npm keeps its own list of what it installed;
 * packages for other platforms are optional and rightly absent.
 * @param {string} root folder with package-lock.json and node_modules
 * @returns {boolean}
 */
export function isInstalled(root = ROOT) {
  const installedList = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedList)) return false;
  const installed = packagesOf(installedList);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, link }]) => path === '' || link || (optional && !installed[path]) || installed[path]?.version === version,
  );
}

/**
 * Run npm, whichever way it is at hand.
 * @param {string[]} args
 */
function npm(args) {
  // Started by npm, its own script is known; otherwise the shell finds it (on Windows it is a .cmd file).
  const script = process.env.npm_execpath;
  return script?.endsWith('.js')
    ? spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' })
    : spawnSync(['npm', ...args].join(' '), { cwd: ROOT, stdio: 'inherit', shell: true });
}

/** Installs the packages of the lock file where they are missing or others; ends the process when that fails. */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.error('Installing packages…');
  const { status } = npm(['ci', '--no-audit', '--no-fund']);
  if (status === 0 && isInstalled()) return;
  console.error('The packages could not be installed (npm says why above). With a network connection, try: npm ci');
  process.exit(1);
}
