// @ts-check
/**
 * Which part of the page may import which: `ui → state → worker/client → protocol ← worker → lab → stats, experiment`.
 * Inside the lab, the floors. Also circles of files and folders, the packages each part may use, globals that only exist in
 * a page, and the length of files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { parseSync } from 'vite';

export const LONGEST_FILE = 400;

/**
 * The floors of the lab, from the ground up: a folder may use itself and what stands before it. What runs an
 * experiment (`lab.ts` and its neighbours) stands on top.
 */
export const LAB_FLOORS = [
  'random',
  'kept',
  'backend',
  'autodiff',
  'networks',
  'files',
  'tasks',
  'similarity',
  'steps',
  'guidance',
  'observation',
  'training',
  'check',
];

/**
 * A part's `files` are matched in order, the first match counts. `imports` are prefixes of paths under `src/`,
 * `packages` prefixes of package names.
 * @type {{ part: string, files: RegExp, imports: string[], packages: string[], page?: boolean }[]}
 */
const PARTS = [
  { part: 'experiment', files: /^experiment\//, imports: ['experiment/'], packages: ['zod', 'lz-string'] },
  // An experiment as programs of others; the page fetches it when it is asked for.
  { part: 'export', files: /^export\//, imports: ['export/', 'experiment/'], packages: ['@zip.js/'] },
  { part: 'stats', files: /^stats\//, imports: ['stats/', 'experiment/'], packages: [] },
  // Where tests and command-line programs run the lab without a browser.
  { part: 'lab in Node', files: /^lab\/backend\/node[A-Z]\w*\.ts$/, imports: ['lab/'], packages: ['node:module', 'node:path', 'node:url'] },
  { part: 'lab', files: /^lab\//, imports: ['lab/', 'stats/', 'experiment/'], packages: ['@tensorflow/', '@noble/hashes', '@zip.js/', 'idb-keyval', 'zod'] },
  // The entry alone joins the two sides; it is loaded by address, never imported.
  { part: 'worker entry', files: /^worker\/worker\.ts$/, imports: ['worker/', 'lab/lab.ts', 'experiment/'], packages: [] },
  { part: 'worker', files: /^worker\//, imports: ['worker/', 'experiment/'], packages: [] },
  {
    part: 'state',
    files: /^state\//,
    imports: ['state/', 'worker/client.ts', 'worker/protocol.ts', 'stats/', 'experiment/'],
    packages: ['zustand', 'idb-keyval', 'zod', 'react'],
    page: true,
  },
  {
    part: 'ui',
    files: /^ui\//,
    imports: ['ui/', 'state/', 'export/', 'stats/', 'experiment/'],
    packages: ['react', 'react-dom', '@mantine/', '@tabler/', '@xyflow/', '@codemirror/', 'recharts', 'katex', 'zustand', 'lean-qr'],
    page: true,
  },
  {
    part: 'page entry',
    files: /^[^/]+$/,
    imports: ['ui/', 'state/', 'export/', 'worker/client.ts', 'worker/protocol.ts', 'experiment/', 'isolation.ts'],
    packages: ['react', 'react-dom', '@mantine/', '@xyflow/', 'katex'],
    page: true,
  },
];

/**
 * @param {string} path of a file, under `src/` @param {string} local what it imports, under `src/`
 * @returns {string | null} why a file of the lab may not import another
 */
function climbs(path, local) {
  const floorOf = (/** @type {string} */ name) => (name.split('/').length < 3 ? LAB_FLOORS.length : LAB_FLOORS.indexOf(name.split('/')[1]));
  if (!path.startsWith('lab/') || !local.startsWith('lab/')) return null;
  if (floorOf(path) < 0) return `src/${path} stands on no floor that scripts/directions.mjs knows`;
  return floorOf(local) > floorOf(path) ? `src/${path} imports ${local}, which stands above it (LAB_FLOORS in scripts/directions.mjs)` : null;
}

/**
 * What depends on itself by way of others.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph what each node leads to
 * @returns {string[][]} sets of nodes that reach each other, by Tarjan's algorithm
 */
export function circles(graph) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const known = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const found = [];
  /** @param {string} name */
  function visit(name) {
    const node = { index: known.size, low: known.size, open: true };
    known.set(name, node);
    stack.push(name);
    for (const next of graph.get(name) ?? []) {
      const seen = known.get(next) ?? visit(next);
      if (seen.open) node.low = Math.min(node.low, seen.low);
    }
    if (node.low === node.index) {
      const members = stack.splice(stack.indexOf(name));
      for (const member of members) /** @type {{ open: boolean }} */ (known.get(member)).open = false;
      if (members.length > 1) found.push(members.sort());
    }
    return node;
  }
  for (const name of graph.keys()) if (!known.has(name)) visit(name);
  return found;
}

const isTest = (/** @type {string} */ path) => /\.(test|test-helper)\.tsx?$|(^|\/)testing(\.ts$|\/)/.test(path);

/**
 * @param {string} path @param {string} text
 * @returns {string[]} what a module imports or re-exports, types included
 */
export function importsOf(path, text) {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const found = [
    ...module.staticImports.map((i) => i.moduleRequest.value),
    ...module.staticExports.flatMap((e) => e.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map((i) => text.slice(i.moduleRequest.start, i.moduleRequest.end).replace(/^['"`]|['"`]$/g, '')),
    ...Array.from(text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g), (match) => match[1]),
  ];
  return [...new Set(found)].map((name) => name.replace(/\?\w+$/, ''));
}

/** @param {string} path of a file under `src/` @param {string} name what it imports @returns {string | null} where that is, if it is a file of ours */
const localOf = (path, name) => (name.startsWith('@/') ? name.slice(2) : name.startsWith('.') ? posix.join(posix.dirname(path), name) : null);

/**
 * What one file does that its part may not.
 * @param {string} path under `src/`, with forward slashes
 * @param {string} text
 * @returns {string[]} sentences; empty when all is well
 */
export function checkFile(path, text) {
  const problems = [];
  const lines = text.split('\n').length;
  if (lines > LONGEST_FILE) problems.push(`src/${path} has ${lines} lines, more than ${LONGEST_FILE}: split it`);
  const part = PARTS.find(({ files }) => files.test(path));
  if (!part) return [...problems, `src/${path} belongs to no part that scripts/directions.mjs knows`];
  for (const name of importsOf(path, text)) {
    if (/\.(css|json|wasm|svg|png|bin|py)$/.test(name)) continue;
    const local = localOf(path, name);
    if (local !== null) {
      // A test may use what stands above it, to prove that the two fit together.
      if (isTest(path)) continue;
      if (local.startsWith('../')) {
        problems.push(`src/${path} imports ${name}, outside src`);
      } else if (!part.imports.some((prefix) => local.startsWith(prefix))) {
        problems.push(`src/${path} imports ${local}: ${part.part} may import only ${part.imports.join(', ')}`);
      }
      const above = climbs(path, local);
      if (above) problems.push(above);
    } else if (!isTest(path) && !part.packages.some((prefix) => name === prefix || name.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))) {
      problems.push(`src/${path} imports the package ${name}: ${part.part} may use only ${part.packages.join(', ') || 'none'}`);
    }
  }
  if (!part.page && !isTest(path)) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g, '');
    const used = code.match(/(?<![\w.$])(document|window|localStorage)\s*\.\s*[a-zA-Z]/);
    if (used) problems.push(`src/${path} uses ${used[1]}, which only a page has`);
  }
  return problems;
}

/** @param {string} folder @returns {string[]} */
const sourceFiles = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));

/**
 * Circles among files (types included) and among the folders that hold them; tests may reach up.
 * @param {{ path: string, text: string }[]} files under `src/`
 * @returns {string[]} sentences
 */
export function checkCircles(files) {
  /** @param {(path: string) => string} nodeOf */
  const among = (nodeOf) => {
    /** @type {Map<string, Set<string>>} */
    const graph = new Map();
    for (const { path, text } of files) {
      if (isTest(path)) continue;
      const node = nodeOf(path);
      const leads = graph.get(node) ?? new Set();
      graph.set(node, leads);
      for (const name of importsOf(path, text)) {
        const local = localOf(path, name);
        if (local !== null && /\.tsx?$/.test(local) && nodeOf(local) !== node) leads.add(nodeOf(local));
      }
    }
    return circles(graph);
  };
  return [
    ...among((path) => path).map((found) => `files import each other in a circle: ${found.join(', ')}`),
    ...among((path) => posix.dirname(path)).map((found) => `folders import each other in a circle: ${found.join(', ')}`),
  ];
}

/**
 * @param {string} source the `src` folder
 * @returns {string[]} everything that is wrong
 */
export function checkFolder(source) {
  const files = sourceFiles(source).map((file) => ({ path: relative(source, file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }));
  return [...files.flatMap(({ path, text }) => checkFile(path, text)), ...checkCircles(files)];
}
