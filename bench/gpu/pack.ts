/** Packs what runs on a machine with a GPU and nothing else: Node and Dawn, compressed, one script, and libraries that may be lacking there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { ROOT } from '../../scripts/install.mjs';
import { commit, packages } from '../report/machine.ts';

const MB = 1e6;
const LARGEST = 60 * MB;
const GPU = join(ROOT, 'bench/gpu');
const DAWN = join(ROOT, 'bench/node_modules/webgpu/dist/linux-x64/dawn.node');

/** What Vulkan and NVIDIA's driver ask for and a container may lack, and the package of Debian and Ubuntu that has it. */
const LIBRARIES: Record<string, string> = {
  'libvulkan.so.1': 'libvulkan1',
  'libEGL.so.1': 'libegl1',
  'libGLdispatch.so.0': 'libglvnd0',
  'libX11.so.6': 'libx11-6',
  'libXext.so.6': 'libxext6',
};
/** The C library must be the machine's own: the loader of programs belongs to it. */
const OF_THE_SYSTEM = /^(linux-vdso|ld-linux|libc\.|libm\.|libdl\.|libpthread\.|librt\.)/;

const output = (program: string, ...words: string[]): string => execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** @returns path of a library by its name, out of Debian's archive where this machine has none; null where that fails, too */
function libraryFile(name: string, scratch: string): string | null {
  const line = output('/sbin/ldconfig', '-p')
    .split('\n')
    .find((one) => one.trim().startsWith(`${name} (libc6,x86-64`));
  const installed = line?.split('=> ')[1];
  if (installed) return installed;
  const folder = join(scratch, name);
  mkdirSync(folder);
  if (spawnSync('apt-get', ['download', LIBRARIES[name]], { cwd: folder, stdio: 'ignore' }).status !== 0) return null;
  for (const archive of readdirSync(folder)) spawnSync('dpkg-deb', ['-x', archive, 'x'], { cwd: folder });
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === name)
    .map((path) => join(folder, path))[0];
}

/** Libraries that a file loads, and they in turn. */
const loads = (file: string): string[] =>
  [...output('ldd', file).matchAll(/=> (\/\S+)/g)].map(([, path]) => path).filter((path) => !OF_THE_SYSTEM.test(basename(path)));

/** @returns names of what is not to be had here */
function packLibraries(folder: string, scratch: string): string[] {
  mkdirSync(folder);
  const missing: string[] = [];
  const found = [process.execPath, DAWN].flatMap(loads);
  for (const name of Object.keys(LIBRARIES)) {
    const file = libraryFile(name, scratch);
    if (file) found.push(file, ...loads(file));
    else missing.push(name);
  }
  for (const file of new Set(found)) copyFileSync(realpathSync(file), join(folder, basename(file)));
  return missing;
}

async function bundle(folder: string): Promise<void> {
  const define = { __APP_VERSION__: '"bench"', __COMMIT__: JSON.stringify(commit()), __PACKAGES__: JSON.stringify(packages()) };
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    define,
    ssr: { noExternal: true },
    build: {
      ssr: join(GPU, 'main.ts'),
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'gpu.mjs', codeSplitting: false } },
    },
  });
}

/** Node without what debuggers read, where there is a program that takes it away. */
function strippedNode(scratch: string): Buffer {
  const file = join(scratch, 'node');
  copyFileSync(process.execPath, file);
  spawnSync('strip', [file]);
  return readFileSync(file);
}

/**
 * @param folder is made; must not exist
 * @throws {Error} on another kind of machine, or where the folder gets too large
 */
export async function pack(folder: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('What is packed is the Node and the Dawn of this machine: pack on an x86-64 Linux.');
  if (existsSync(folder)) throw new Error(`${folder} exists already.`);
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    await bundle(folder);
    copyFileSync(join(ROOT, 'bench/contestants/torch_steps.py'), join(folder, 'torch_steps.py'));
    copyFileSync(join(GPU, 'run.sh'), join(folder, 'run.sh'));
    writeFileSync(join(folder, 'dawn.node.gz'), gzipSync(readFileSync(DAWN), { level: 9 }));
    writeFileSync(join(folder, 'node.gz'), gzipSync(strippedNode(scratch), { level: 9 }));
    for (const name of packLibraries(join(folder, 'lib'), scratch)) {
      console.error(`${name} is neither here nor to be had: the other machine must have its own (package ${LIBRARIES[name]}).`);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
  const size = `${(bytes / MB).toFixed(1)} MB`;
  if (bytes > LARGEST) throw new Error(`${folder} has ${size}, more than ${LARGEST / MB}.`);
  console.log(`${folder}: ${size}. On the machine with the GPU: sh run.sh --out gpu.json; then here: npm run bench -- paste gpu.json`);
}
