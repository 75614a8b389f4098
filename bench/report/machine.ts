/** What a figure was measured on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../scripts/chromium.mjs';
import { ROOT } from '../../scripts/install.mjs';

/** Packages whose version a figure depends on, and the folder that they are installed in. */
const PACKAGES: [folder: string, name: string][] = [
  ['.', '@tensorflow/tfjs-core'],
  ['.', '@tensorflow/tfjs-backend-wasm'],
  ['.', '@tensorflow/tfjs-backend-webgpu'],
  ['bench', '@jax-js/jax'],
  ['bench', 'webgpu'],
];

function version(folder: string, name: string): string {
  const { version: found } = JSON.parse(readFileSync(join(ROOT, folder, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
  return `${name} ${found}`;
}

/** First line that a program prints, or null where it does not run. */
function firstLine(program: string, args: string[]): string | null {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : null;
}

/** Packages of ours that a figure depends on, with their versions. */
export const packages = (): string => PACKAGES.map(([folder, name]) => version(folder, name)).join(', ');

export function machine(): Record<string, string> {
  const chromium = findChromium();
  const torch = firstLine('/usr/bin/python3', ['-c', 'import torch; print("PyTorch", torch.__version__)']);
  return {
    processor: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${release()}`,
    browser: (chromium && firstLine(chromium, ['--version'])) ?? 'none',
    Node: process.version,
    packages: [packages(), ...(torch ? [torch] : [])].join(', '),
  };
}

/** The commit of the sources, with a plus where they have changed since; unknown outside a repository. */
export function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}

export const load = (): number => loadavg()[0];
