// @ts-check
/** A hash over everything the built page is made of: equal means that `dist` is up to date. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './install.mjs';

/** The build writes the fingerprint of its sources into this file of `dist`. */
export const FINGERPRINT_FILE = 'fingerprint.txt';

const SOURCES = ['src', 'public', 'index.html', 'headless.html', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];

/** @param {string} path @returns {string[]} the files at or under a path, in a fixed order, tests left out */
function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return /\.(test|test-helper)\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

/** @returns {string} */
export function fingerprint(root = ROOT) {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of files(join(root, source))) {
      hash.update(file.slice(root.length).replaceAll('\\', '/')).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** @returns {boolean} whether `dist` was built from the sources as they are now */
export function isBuilt(root = ROOT) {
  const file = join(root, 'dist', FINGERPRINT_FILE);
  return existsSync(file) && readFileSync(file, 'utf8').trim() === fingerprint(root);
}
