// @ts-check
/** `npm run simulate`: draws experiments whose truth is known, judges them by the verdict's rules, and writes the tables into docs/method.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';

const EXPERIMENTS = 20_000;

ensureNode();
ensureInstalled();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(ROOT, 'src/stats/simulation/table.ts'), { configFile: false, logLevel: 'warn' });
const file = join(ROOT, 'docs/method.md');
const text = module.tables(EXPERIMENTS, (/** @type {string} */ row) => console.error(row));
writeFileSync(file, module.withTables(readFileSync(file, 'utf8'), text));
console.log(`The tables in docs/method.md are those of ${EXPERIMENTS.toLocaleString('en')} experiments a cell.`);
