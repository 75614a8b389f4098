// Builds the native kernels: node src/lab/backend/kernels/wasm/build.mjs
//
// The results are committed, so that building the app needs no compiler; `built.json` records the hash of the
// source they were made from, and a test compares it. With --names functions keep their names, for a profile; build
// again without it afterwards.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SOURCE = `${HERE}c/`;
const CLANG = process.env.CLANG ?? 'clang-22';

/** Tail of the file name → what sets the variant apart. */
const VARIANTS = {
  simd: [],
  relaxed: ['-mrelaxed-simd'],
  'simd-shared': ['-matomics', '-Wl,--shared-memory,--max-memory=4294967296'],
  'relaxed-shared': ['-mrelaxed-simd', '-matomics', '-Wl,--shared-memory,--max-memory=4294967296'],
};

// Loop strength reduction takes the constant offsets out of loads, and the inner loops run out of registers.
const FLAGS = [
  '--target=wasm32-unknown-unknown',
  '-std=c17',
  '-O3',
  '-mllvm',
  '-disable-lsr',
  '-msimd128',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffp-contract=off',
  '-fno-builtin',
  '-nostdlib',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-fuse-ld=lld',
  '-Wl,--no-entry,--import-memory,--export=__stack_pointer,--strip-all',
];

/** The C files, in a fixed order. */
function sources() {
  return readdirSync(SOURCE)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
}

/** A hash of everything the binaries depend on. */
export function sourceHash() {
  const hash = createHash('sha256');
  for (const name of sources())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(SOURCE + name))
      .update('\0');
  return hash.update(JSON.stringify([FLAGS, VARIANTS])).digest('hex');
}

/**
 * Static data would land at an address that belongs to tfjs.
 * @param {string} path
 */
function assertNoData(path) {
  const bytes = readFileSync(path);
  for (let at = 8; at < bytes.length; ) {
    const section = bytes[at++];
    let [size, shift] = [0, 0];
    do {
      size |= (bytes[at] & 127) << shift;
      shift += 7;
    } while (bytes[at++] & 128);
    if (section === 11) throw new Error(`${path} has static data; kernels must not define any.`);
    at += size;
  }
}

function build(/** @type {boolean} */ names) {
  const kept = names ? FLAGS.map((flag) => flag.replace(',--strip-all', '')) : FLAGS;
  try {
    execFileSync(CLANG, ['--version']);
    execFileSync(CLANG.replace('clang', 'wasm-ld'), ['--version']);
  } catch {
    console.error(`${CLANG} and its linker are needed: apt-get install clang-22 lld-22 (or set CLANG).`);
    process.exit(1);
  }
  const files = sources()
    .filter((name) => name.endsWith('.c'))
    .map((name) => SOURCE + name);
  /** @type {Record<string, string>} */
  const artifacts = {};
  for (const [variant, flags] of Object.entries(VARIANTS)) {
    const output = `${HERE}kernels-${variant}.wasm`;
    execFileSync(CLANG, [...kept, ...flags, '-o', output, ...files], { stdio: 'inherit' });
    assertNoData(output);
    artifacts[variant] = createHash('sha256').update(readFileSync(output)).digest('hex');
    console.log(`kernels-${variant}.wasm: ${readFileSync(output).length} bytes`);
  }
  if (!names) writeFileSync(`${HERE}built.json`, `${JSON.stringify({ source: sourceHash(), artifacts }, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(process.argv.includes('--names'));
