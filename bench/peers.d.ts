/** What is used of Dawn for Node. Declared here, since its package is installed only when the bench first runs. */
declare module 'webgpu' {
  /** @param options e.g. `backend=null` */
  export function create(options: string[]): GPU;
  /** WebGPU's constants, for `globalThis`. */
  export const globals: Readonly<Record<string, unknown>>;
}
