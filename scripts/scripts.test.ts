import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { costTable, parseStat, slowestFiles, slowestSpecs, watchProcessorTime } from './costs.mjs';
import { countPlaywright, countVitest } from './counts.mjs';
import { isInstalled, nodeIsNewEnough, OLDEST_NODE, ROOT } from './install.mjs';
import { serve } from './serve.mjs';

const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('Node', () => {
  it.each([
    ['20.18.3', false],
    ['18.20.0', false],
    ['20.19.0', true],
    ['22.0.1', true],
    ['24.1.0', true],
  ])('%s new enough: %s', (version, enough) => {
    expect(nodeIsNewEnough(version)).toBe(enough);
  });
});

describe('isInstalled', () => {
  const write = (wanted: object, installed?: object) => {
    const root = mkdtempSync(join(folder, 'root-'));
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': { version: '1.0.0' }, ...wanted } }));
    if (installed) writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    return root;
  };
  it('wants a list of what npm installed', () => expect(isInstalled(write({}))).toBe(false));
  it('accepts equal versions', () =>
    expect(isInstalled(write({ 'node_modules/a': { version: '1.2.3' } }, { 'node_modules/a': { version: '1.2.3' } }))).toBe(true));
  it('refuses another version', () =>
    expect(isInstalled(write({ 'node_modules/a': { version: '1.2.4' } }, { 'node_modules/a': { version: '1.2.3' } }))).toBe(false));
  it('refuses a missing package', () => expect(isInstalled(write({ 'node_modules/a': { version: '1.2.4' } }, {}))).toBe(false));
  it('does without packages for other platforms', () => expect(isInstalled(write({ 'node_modules/a': { version: '1.2.4', optional: true } }, {}))).toBe(true));
});

describe('the lock file', () => {
  it('names no place that packages come from', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/);
  });
  // Otherwise `npm ci` refuses to install, and other platforms lack their programs.
  it('holds the packages of every platform', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { optionalDependencies?: object }> };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]),
    );
    expect(missing).toEqual([]);
  });
  // Otherwise the first thing that a person reads after `npm start` is a page of npm's warnings.
  it('asks for no newer Node than the README, and runs no script that nobody has decided on', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
    const { packages } = read('package-lock.json') as { packages: Record<string, { engines?: { node?: string }; hasInstallScript?: boolean }> };
    const decided = Object.keys((read('package.json') as { allowScripts: object }).allowScripts);
    const [major, minor] = OLDEST_NODE;
    const fits = (range: string) =>
      range.split('||').some((part) => {
        const [, least, then = '0'] = /(\d+)(?:\.(\d+))?/.exec(part) ?? [];
        const exact = part.includes('^') || !part.includes('>');
        return least === undefined || ((exact ? Number(least) === major : Number(least) <= major) && (Number(least) < major || Number(then) <= minor));
      });
    const others = Object.entries(packages).filter(([, { engines }]) => engines?.node && !fits(engines.node));
    expect(others.map(([path, { engines }]) => `${path}: ${engines?.node}`)).toEqual([]);
    const names = Object.keys(packages)
      .filter((path) => packages[path].hasInstallScript)
      .map((path) => path.replace(/.*node_modules\//, ''));
    expect(names.filter((name) => !decided.includes(name))).toEqual([]);
  });
});

describe('serve', () => {
  const root = join(folder, 'site');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'index.html'), 'home');
  writeFileSync(join(root, 'sub/code.wasm'), 'wasm');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  if (!existsSync(join(root, 'link.txt'))) symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'));
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  afterEach(() => server?.close());

  it('serves files with their type and the isolation headers', async () => {
    server = await serve({ root });
    const home = await fetch(server.url);
    expect(await home.text()).toBe('home');
    expect(home.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(home.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(home.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const wasm = await fetch(`${server.url}sub/code.wasm?v=1`);
    expect(wasm.headers.get('content-type')).toBe('application/wasm');
  });

  it('serves under a sub-path without the headers', async () => {
    server = await serve({ root, prefix: '/a/b', isolate: false });
    expect(server.url).toMatch(/\/a\/b\/$/);
    const home = await fetch(server.url.slice(0, -1));
    expect(home.url).toBe(server.url);
    expect(home.headers.get('cross-origin-opener-policy')).toBeNull();
    expect((await fetch(new URL('/', server.url))).status).toBe(404);
  });

  it.each(['%2e%2e/secret.txt', '..%2fsecret.txt', 'sub/%2e%2e%2f%2e%2e%2fsecret.txt', 'link.txt', 'none.txt', 'sub', '%', 'index.html%00'])(
    'gives nothing for %s',
    async (path) => {
      server = await serve({ root });
      const response = await fetch(server.url + path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain('secret');
    },
  );

  it('refuses to be written to', async () => {
    server = await serve({ root });
    expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('takes the next free port', async () => {
    server = await serve({ root });
    const next = await serve({ root, port: server.port, tries: 10 });
    expect(next.port).toBeGreaterThan(server.port);
    await next.close();
  });
});

describe('counts', () => {
  it('counts skipped cases and broken files of Vitest as failed', () => {
    const file = (status: string, ...cases: string[]) => ({ status, assertionResults: cases.map((c) => ({ status: c })) });
    expect(
      countVitest({ testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed'), file('passed', 'pending'), file('failed')] }),
    ).toEqual({ passed: 3, failed: 3 });
  });
  it('counts flaky and skipped cases and global errors of Playwright as failed', () => {
    expect(countPlaywright({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] })).toEqual({ passed: 5, failed: 5 });
  });
});

describe('costs', () => {
  it("reads a process's times behind a name with blanks and brackets", () => {
    const fields = Array.from({ length: 40 }, (_, i) => (i === 0 ? 'S' : String(i)));
    expect(parseStat(`7 (a) b (c) ${fields.join(' ')}\n`)).toEqual({ parent: 1, born: '19', own: 0.23, waitedFor: 0.27 });
  });

  it('counts the work of processes whose parent has ended, where the system tells it', async () => {
    const stop = watchProcessorTime();
    if (process.platform !== 'linux') return expect(stop()).toBeNull();
    const busy = 'const end = Date.now() + 1800; while (Date.now() < end);';
    const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { detached: true }).unref(); setTimeout(() => process.exit(), 700);`;
    const child = spawn(process.execPath, ['-e', parent]);
    await new Promise((resolve) => child.on('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, 1800));
    expect(stop()).toBeGreaterThan(0.3);
  });

  it('lists the slowest of both reports, of suites within suites, too', () => {
    const files = [3, 1, 6, 2, 5, 4].map((seconds) => ({ name: join(ROOT, `src/${seconds}.test.ts`), startTime: 500, endTime: 500 + 1000 * seconds }));
    expect(slowestFiles({ testResults: files }).map(({ seconds }) => seconds)).toEqual([6, 5, 4, 3, 2]);
    expect(slowestFiles({ testResults: files })[0].name).toBe('src/6.test.ts');
    const spec = (title: string, duration: number) => ({ title, file: 'a.spec.ts', tests: [{ projectName: 'wasm', results: [{ duration }] }] });
    expect(slowestSpecs({ suites: [{ specs: [spec('quick', 10)], suites: [{ specs: [spec('slow', 2000)] }] }] })).toEqual([
      { name: 'a.spec.ts (wasm): slow', seconds: 2 },
      { name: 'a.spec.ts (wasm): quick', seconds: 0.01 },
    ]);
  });

  it('adds up, and has a dash for what the system does not tell', () => {
    const lines = costTable([
      { name: 'types', seconds: 2, processor: 3.5 },
      { name: 'lint', seconds: 1, processor: null },
    ]).split('\n');
    expect(lines.map((line) => line.split(/\s{2,}/))).toEqual([
      ['seconds', 'by the clock', 'on processors'],
      ['types', '2.0', '3.5'],
      ['lint', '1.0', '-'],
      ['all', '3.0', '-'],
    ]);
  });
});
