/** The functions of the C source (`c/*.c`), called by name. */
export type KernelExports = { readonly [name: string]: (...args: number[]) => number };

/** A WASM module with one relaxed SIMD instruction. */
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
]);

/** A WASM module with one SIMD instruction. */
const SIMD_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** Whether this engine runs SIMD, and relaxed SIMD (fused multiply-add). */
export function simdSupport(): { simd: boolean; relaxed: boolean } {
  return { simd: WebAssembly.validate(SIMD_PROBE), relaxed: WebAssembly.validate(RELAXED_PROBE) };
}

/** Bundlers recognise only literal addresses. */
function artifact(relaxed: boolean, shared: boolean): URL {
  if (shared) {
    return relaxed ? new URL('./kernels-relaxed-shared.wasm', import.meta.url) : new URL('./kernels-simd-shared.wasm', import.meta.url);
  }
  return relaxed ? new URL('./kernels-relaxed.wasm', import.meta.url) : new URL('./kernels-simd.wasm', import.meta.url);
}

/** Compiles the variant that fits the engine and the memory. */
export async function compileKernels(relaxed: boolean, shared: boolean): Promise<WebAssembly.Module> {
  const url = artifact(relaxed, shared);
  // Node's fetch refuses file addresses.
  if (url.protocol === 'file:') return WebAssembly.compile(process.getBuiltinModule('node:fs').readFileSync(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The WASM kernels could not be loaded: ${url} answered ${response.status}.`);
  // Not compileStreaming: it insists on a MIME type that some static hosts do not send.
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * An instance that works on the given memory. The module has no data; its stack is `stackTop` downwards, a block
 * that belongs to this instance alone.
 */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory, stackTop: number): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  (exports.__stack_pointer as WebAssembly.Global).value = stackTop;
  return exports as unknown as KernelExports;
}
