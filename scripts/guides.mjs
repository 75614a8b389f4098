// @ts-check
/** `npm run guides`: train the guides that the page ships and write them to public/guides. */
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';
import { withTypeScript } from './typescript.mjs';

ensureNode();
ensureInstalled();
process.exit(await withTypeScript('cli/guides.ts', 'guides', ({ main }) => main(ROOT)));
