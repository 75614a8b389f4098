/** The benchmark: runs its sections and writes one report. Started by scripts/bench.mjs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/install.mjs';
import { pack } from './gpu/pack.ts';
import { type Report, reached, type Section } from './report/figures.ts';
import { commit, load, machine } from './report/machine.ts';
import { markdown, sectionsText } from './report/markdown.ts';
import { gpuMarkdown, pasted } from './report/paste.ts';
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

export const USAGE = `Usage: npm run bench -- [section …] [--rounds N] [--quick] [--against FOLDER]

  ${BENCHMARKS.map(({ name, title }) => `${name.padEnd(10)} ${title}`).join('\n  ')}

  paste      put the report into docs/performance.md; nothing is measured. With a section's name that one alone, where it has a place of its
             own; with a FILE that a GPU machine has written, that one
  gpu        with --pack FOLDER: write a folder that checks and measures the GPU of another machine

Without names all of them, into bench/results/bench.md and bench.json; named ones replace their part of an existing report.
  --rounds N   turns of every contestant (${ROUNDS})
  --quick      one round, and long runs cut short: only to see that everything works
  --against F  another checkout of this project, installed, for the section builds (which is only run with it)`;

const JSON_FILE = join(RESULTS, 'bench.json');

/** An earlier report, to which named sections are added. */
const earlier = (): Section[] => (existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Report).sections : []);

function write(report: Report): void {
  mkdirSync(RESULTS, { recursive: true });
  const sections = report.sections.map((section) => ({
    ...section,
    figures: section.figures.map((figure) => ({ section: section.name, ...figure, reached: reached(figure) })),
  }));
  writeFileSync(JSON_FILE, `${JSON.stringify({ ...report, sections }, null, 1)}\n`);
  writeFileSync(join(RESULTS, 'bench.md'), markdown(report));
}

/** @param what a section with a place of its own, or the file of a GPU machine; without either the report of this machine is put in its place */
function paste(what?: string): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(DOCUMENT, pastedInto(document, what));
}

function pastedInto(document: string, what?: string): string {
  if (what === undefined) return pasted(document, 'bench.md', readFileSync(join(RESULTS, 'bench.md'), 'utf8'));
  if (!BENCHMARKS.some(({ name }) => name === what)) return pasted(document, 'gpu.md', gpuMarkdown(JSON.parse(readFileSync(what, 'utf8'))));
  const report = JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Report;
  return pasted(document, `bench.md ${what}`, sectionsText({ ...report, sections: report.sections.filter(({ name }) => name === what) }));
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
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string' },
      pack: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (positionals[0] === 'paste' || (positionals[0] === 'gpu' && values.pack)) {
    try {
      if (values.pack) await pack(resolve(values.pack));
      else paste(positionals[1]);
      return 0;
    } catch (error) {
      console.error((error as Error).message);
      return 1;
    }
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
