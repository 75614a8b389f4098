/** Dawn for Node as `navigator.gpu`: imported first, as tfjs looks for it when it is loaded. The process that conducts the others needs none. */
import { create, globals } from 'webgpu';

if (process.argv[2] !== 'conduct') {
  Object.assign(globalThis, globals);
  const navigator = { gpu: create(['backend=vulkan']), userAgent: 'Node', hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
