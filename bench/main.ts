/** The benchmark: runs its sections and writes one report. Started by scripts/bench.mjs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/install.mjs';
import { type Report, reached, type Section } from './report/figures.ts';
import { commit, load, machine } from './report/machine.ts';
import { markdown } from './report/markdown.ts';
import { BUILDS } from './sections/builds.ts';
import { DISPATCH } from './sections/dispatch.ts';
import { EMULATED } from './sections/emulated.ts';
import { MEASURES } from './sections/measures.ts';
import { PAGE } from './sections/page.ts';
import { PEERS } from './sections/peers.ts';
import type { Benchmark, Options } from './sections/section.ts';
import { WASM } from './sections/wasm.ts';

const BENCHMARKS: readonly Benchmark[] = [WASM, MEASURES, PEERS, DISPATCH, EMULATED, PAGE, BUILDS];
const RESULTS = join(ROOT, 'bench/results');
const ROUNDS = 5;
const DOCUMENT = join(ROOT, 'docs/performance.md');
/** Between two comments of the document. */
const PASTED = /(<!-- bench\.md begins[^\n]*-->\n)[\s\S]*(<!-- bench\.md ends -->)/;

export const USAGE = `Usage: npm run bench -- [section …] [--rounds N] [--quick] [--against FOLDER]

  ${BENCHMARKS.map(({ name, title }) => `${name.padEnd(10)} ${title}`).join('\n  ')}

  paste      put the report into docs/performance.md; nothing is measured

Without names all of them, into bench/results/bench.md and bench.json; named ones replace their part of an existing report.
  --rounds N   turns of every contestant (${ROUNDS})
  --quick      one round, and long runs cut short: only to see that everything works
  --against F  another checkout of this project, installed, for the section builds (which is only run with it)`;

/** An earlier report, to which named sections are added. */
function earlier(): Section[] {
  const file = join(RESULTS, 'bench.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report).sections : [];
}

function write(report: Report): void {
  mkdirSync(RESULTS, { recursive: true });
  const sections = report.sections.map((section) => ({
    ...section,
    figures: section.figures.map((figure) => ({ section: section.name, ...figure, reached: reached(figure) })),
  }));
  writeFileSync(join(RESULTS, 'bench.json'), `${JSON.stringify({ ...report, sections }, null, 1)}\n`);
  writeFileSync(join(RESULTS, 'bench.md'), markdown(report));
}

function paste(): void {
  const report = readFileSync(join(RESULTS, 'bench.md'), 'utf8');
  writeFileSync(
    DOCUMENT,
    readFileSync(DOCUMENT, 'utf8').replace(PASTED, (_, begin: string, end: string) => `${begin}\n${report}\n${end}`),
  );
}

async function measure({ name, title, explained, run }: Benchmark, options: Options): Promise<Section> {
  const [start, before] = [Date.now(), load()];
  const found = await run(options);
  return {
    name,
    title,
    explained,
    ...found,
    commit: commit(),
    date: new Date(start).toISOString().slice(0, 16).replace('T', ' '),
    seconds: (Date.now() - start) / 1000,
    load: [before, load()],
  };
}

/** @returns the exit status */
export async function main(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { rounds: { type: 'string' }, quick: { type: 'boolean', default: false }, against: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (positionals[0] === 'paste') {
    paste();
    return 0;
  }
  const unknown = positionals.find((word) => !BENCHMARKS.some(({ name }) => name === word));
  if (values.help || unknown) {
    console.error(unknown ? `There is no section "${unknown}".\n\n${USAGE}` : USAGE);
    return unknown ? 2 : 0;
  }
  const asked = BENCHMARKS.filter(({ name }) => (positionals.length === 0 ? name !== BUILDS.name || values.against : positionals.includes(name)));
  const rounds = values.quick ? 1 : Number(values.rounds ?? ROUNDS);
  let sections: Section[] = [];
  let failed = false;
  const began = Date.now();
  for (const benchmark of asked) {
    const say = (line: string) => console.error(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${benchmark.name}: ${line}`);
    try {
      const section = await measure(benchmark, { rounds, quick: values.quick, against: values.against, say });
      // Read again: another section may have been measured meanwhile.
      if (positionals.length > 0) sections = earlier();
      sections = BENCHMARKS.flatMap(({ name }) => (name === section.name ? [section] : sections.filter((old) => old.name === name)));
      // Whatever happens to the next one, this is kept.
      write({ machine: machine(), rounds, sections });
    } catch (error) {
      failed = true;
      say(`failed: ${(error as Error).stack}`);
    }
  }
  console.log(readFileSync(join(RESULTS, 'bench.md'), 'utf8'));
  return failed ? 1 : 0;
}
