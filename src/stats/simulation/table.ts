/** The simulation as tables for docs/method.md. */
import { cell, ROWS, SEEDS } from './simulate.ts';

/** Share of experiments as the tables have it: per cent with one decimal. */
export const percent = (share: number): string => (100 * share).toFixed(1);

/**
 * Markdown tables, a row per world and a column per number of seeds.
 * @param told of every row that is done
 */
export function tables(experiments: number, told: (name: string) => void = () => {}): string {
  const head = `| % of ${experiments.toLocaleString('en')} experiments, by seeds | ${SEEDS.join(' | ')} |\n|---|${SEEDS.map(() => '---').join('|')}|`;
  const names = [...new Set(ROWS.map(({ table }) => table))];
  return names
    .map((table) => {
      const rows = ROWS.filter((row) => row.table === table).map((row) => {
        const cells = SEEDS.map((seeds) => (seeds < (row.from ?? 0) ? '–' : percent(cell(row, seeds, experiments))));
        told(`${table}: ${row.name}`);
        return `| ${row.name} | ${cells.join(' | ')} |`;
      });
      return [`**${table}**`, '', head, ...rows].join('\n');
    })
    .join('\n\n');
}

export const START = '<!-- simulation: npm run simulate writes what stands here -->';
export const END = '<!-- end of the simulation -->';

/** The document with the tables between its marks in place of what stood there. */
export function withTables(page: string, text: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the document lacks the marks ${START} … ${END}`);
  return `${page.slice(0, start + START.length)}\n\n${text}\n\n${page.slice(end)}`;
}
