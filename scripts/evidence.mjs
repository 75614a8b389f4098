// @ts-check
/** `npm run evidence`: runs what the printed numbers come from, and writes them; cli/evidence.ts. */
import { build } from './build.mjs';
import { ensureInstalled, ensureNode } from './install.mjs';
import { loadTypeScript } from './typescript.mjs';

ensureNode();
ensureInstalled();
const { main } = await loadTypeScript('cli/evidence.ts');
process.exit(await main(process.argv.slice(2), build));
