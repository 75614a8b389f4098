/** Finds the Vulkan driver of a bare machine: containers have NVIDIA's libraries, but often neither a loader nor the file that names them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way to reach a driver: what it is, and the environment that leads there. */
export interface Way {
  how: string;
  env: Record<string, string>;
}

/** What a process says of the adapter that it was given. */
export interface Adapter {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  software: boolean;
  /** Optional features, and limits that kernels depend on. */
  features: string[];
  limits: Record<string, number>;
}

/** Where drivers are listed; the loader reads some of these folders by itself. */
const FOLDERS = [
  '/usr/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/usr/local/nvidia/share/vulkan/icd.d',
  '/opt/nvidia/share/vulkan/icd.d',
];
/** NVIDIA's driver, whichever of its libraries is there; the second one needs no X11. */
const LIBRARIES = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];
const API_VERSION = '1.3.0';

const filesOf = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Both names of the variable: old loaders know one, new ones warn of it. */
const listed = (file: string) => ({ VK_ICD_FILENAMES: file, VK_DRIVER_FILES: file });

/**
 * Ways to a driver, the most usual first.
 * @param given what the environment says already, which is then the only one
 * @param scratch folder for files that name a driver where none does
 * @param packed folder with a loader and what drivers need, for machines whose own does not do
 * @param list names in a folder
 */
export function ways(given: NodeJS.ProcessEnv, scratch: string, packed: string, list: (folder: string) => string[] = filesOf): Way[] {
  const file = given.VK_DRIVER_FILES ?? given.VK_ICD_FILENAMES;
  if (file) return [{ how: `as the environment says: ${file}`, env: listed(file) }];
  const found = FOLDERS.flatMap((folder) => list(folder).flatMap((name) => (/nvidia.*\.json$/.test(name) ? [join(folder, name)] : [])));
  const direct: Way[] = [
    { how: 'as the loader finds it', env: {} },
    ...found.map((path) => ({ how: path, env: listed(path) })),
    ...LIBRARIES.map((library) => ({ how: `a file of ours that names ${library}`, env: named(library, scratch) })),
  ];
  const path = [packed, given.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return [...direct, ...direct.map(({ how, env }) => ({ how: `${how}, with the packed loader and libraries`, env: { ...env, LD_LIBRARY_PATH: path } }))];
}

/** Writes the files that name a driver, to the loader and to EGL, which NVIDIA's driver starts with where there is no X11. */
function named(library: string, scratch: string): Record<string, string> {
  mkdirSync(scratch, { recursive: true });
  const icd = join(scratch, `${library}.icd.json`);
  writeFileSync(icd, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: library, api_version: API_VERSION } }));
  const egl = join(scratch, '10_nvidia.json');
  writeFileSync(egl, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: LIBRARIES[1] } }));
  return { ...listed(icd), __EGL_VENDOR_LIBRARY_FILENAMES: egl };
}

/** The first way to a real GPU; without one the first to an emulated one. Every try is kept, for the report. */
export async function findDriver(
  all: readonly Way[],
  probe: (env: Record<string, string>) => Promise<Adapter>,
): Promise<{ way?: Way; adapter?: Adapter; tries: { how: string; found: string }[] }> {
  const tries: { how: string; found: string }[] = [];
  let emulated: { way: Way; adapter: Adapter } | undefined;
  for (const way of all) {
    try {
      const adapter = await probe(way.env);
      tries.push({ how: way.how, found: `${adapter.vendor} ${adapter.architecture}: ${adapter.device}, ${adapter.description}` });
      if (!adapter.software) return { way, adapter, tries };
      emulated ??= { way, adapter };
    } catch (error) {
      tries.push({ how: way.how, found: (error as Error).message.split('\n')[0] });
    }
  }
  return { ...emulated, tries };
}
