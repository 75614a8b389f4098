// @ts-check
/** `npm run export`: brings packages and page up to date, then hands over to cli/export.ts. */
import { build } from './build.mjs';
import { ensureInstalled, ensureNode } from './install.mjs';
import { loadTypeScript } from './typescript.mjs';

ensureNode();
ensureInstalled();
const { main } = await loadTypeScript('cli/export.ts');
process.exit(await main(process.argv.slice(2), build));
