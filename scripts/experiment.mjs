// @ts-check
/** `npm run experiment`: brings packages and page up to date, then hands over to cli/experiment.ts. */
import { build } from './build.mjs';
import { ensureInstalled, ensureNode } from './install.mjs';
import { loadTypeScript } from './typescript.mjs';

ensureNode();
ensureInstalled();
const { main } = await loadTypeScript('cli/experiment.ts');
process.exit(await main(process.argv.slice(2), build));
