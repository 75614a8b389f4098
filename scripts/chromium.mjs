// @ts-check
/** Where a full Chromium is, and how it is started headless. Shared by the tests and the headless runner. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const WINDOWS_ROOTS = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];

/** In order of preference. */
const candidates = () => [
  process.env.PLAYWRIGHT_CHROMIUM,
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...WINDOWS_ROOTS.flatMap((root) => (root ? [join(root, 'Google/Chrome/Application/chrome.exe'), join(root, 'Microsoft/Edge/Application/msedge.exe')] : [])),
  '/usr/bin/microsoft-edge',
  // Playwright's full Chromium (not its headless shell, which has no WebGPU).
  chromium.executablePath(),
];

/** @returns {string | null} path of a Chromium's program */
export const findChromium = () => candidates().find((path) => path && existsSync(path)) ?? null;

export const NO_CHROMIUM = [
  'No Chromium or Chrome was found. Install one:',
  '  Debian, Ubuntu   sudo apt-get install chromium',
  '  elsewhere        npx playwright install chromium    (or Google Chrome from its own site)',
  'or set CHROMIUM_PATH to the program.',
].join('\n');

/**
 * Flags for a quiet, offline browser.
 * @param {'off' | 'gpu' | 'software'} webgpu off: as the browser comes; gpu: also where its block list says no;
 *   software: SwiftShader, correct but about 25 times slower than WebAssembly
 * @returns {string[]}
 */
export function chromiumArgs(webgpu = 'off') {
  const args = [
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A run goes on in a page that nobody looks at.
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
  ];
  // Chromium's sandbox refuses to start as root (containers, CI).
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  if (webgpu !== 'off') args.push('--enable-unsafe-webgpu', '--ignore-gpu-blocklist');
  // Headless on Linux, Chromium reaches a GPU only through Vulkan and without a surface to draw on.
  if (webgpu === 'gpu' && process.platform === 'linux') args.push('--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface');
  if (webgpu === 'software') args.push('--use-webgpu-adapter=swiftshader');
  return args;
}
