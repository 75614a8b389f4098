// @ts-check
/** `npm run bits`: run a few short experiments and compare every bit with those of an earlier version. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, ensureNode, ROOT } from './install.mjs';
import { withTypeScript } from './typescript.mjs';

const REFERENCE = join(ROOT, 'src/lab/testing/bits/reference.json');
const USAGE = `npm run bits -- [--write FILE | --against FILE] [--only EXPERIMENT]… [--backend wasm|cpu]…

Compares with src/lab/testing/bits/reference.json unless FILE says otherwise, and ends with 1 when a bit differs.
`;

ensureNode();
ensureInstalled();
const { values: options } = parseArgs({
  options: {
    write: { type: 'string' },
    against: { type: 'string' },
    only: { type: 'string', multiple: true },
    backend: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const code = await withTypeScript('src/lab/testing/bits.ts', 'bits', async ({ BACKENDS, BITS_EXPERIMENTS, bitsOf, bitsThatDiffer, recordBits }) => {
  const experiments = options.only ?? BITS_EXPERIMENTS;
  const backends = options.backend ?? BACKENDS;
  /** @param {string} name @param {string} backend */
  const tell = (name, backend) => process.stderr.write(`${name} on ${backend}\n`);
  const bits = await recordBits({ experiments, backends, tell });
  if (options.write !== undefined) {
    writeFileSync(options.write, `${JSON.stringify({ node: process.version, bits }, null, 2)}\n`);
    return 0;
  }
  const reference = JSON.parse(readFileSync(options.against ?? REFERENCE, 'utf8'));
  const differences = bitsThatDiffer(bitsOf(reference.bits, experiments, backends), bits);
  if (differences.length === 0) {
    process.stdout.write(`Every bit is the same: ${experiments.join(', ')} on ${backends.join(', ')}.\n`);
    return 0;
  }
  process.stdout.write(`${differences.join('\n')}\n`);
  if (reference.node !== process.version) process.stdout.write(`The reference was written by Node ${reference.node}, this is ${process.version}.\n`);
  return 1;
});
process.exit(code);
