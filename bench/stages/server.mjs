// @ts-check
import { createServer } from 'vite';

/**
 * The sources as a development server gives them out, to workers that measure. A page that is loaded again, because a package
 * was found late, would lose what it measures: they are all named.
 * @param {string} [root] of another checkout, whose sources are served instead of ours
 */
export async function serveSources(root) {
  const server = await createServer({
    root,
    server: { port: 0, hmr: false, watch: null },
    cacheDir: '.cache/bench',
    logLevel: 'error',
    optimizeDeps: {
      include: [
        '@tensorflow/tfjs',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-core/dist/register_all_gradients',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgpu',
        'zod',
        'lz-string',
      ],
    },
  });
  return server.listen();
}
