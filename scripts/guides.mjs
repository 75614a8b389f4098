// @ts-check
/** `npm run guides`: train the guides that the page ships and write them to public/guides. */
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

ensureNode();
ensureInstalled();
const { createServer } = await import('vite');
// Vite loads the TypeScript from where it lies, so that files beside it (the WASM kernels) are found.
const server = await createServer({
  configFile: false,
  root: ROOT,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  define: { __APP_VERSION__: JSON.stringify('guides') },
});
const { main } = await server.ssrLoadModule('/cli/guides.ts');
const code = await main(ROOT);
await server.close();
process.exit(code);
