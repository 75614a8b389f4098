import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';
import { cell, ROWS, SEEDS } from './simulate.ts';
import { END, percent, START, tables, withTables } from './table.ts';
import { NULLS } from './worlds.ts';

const document = readFileSync(new URL('../../../docs/method.md', import.meta.url), 'utf8');
const printed = document.slice(document.indexOf(START), document.indexOf(END));

/** Rows of the printed table under a heading: name and one number per number of seeds (NaN for a dash). */
function rowsUnder(table: string): [name: string, values: number[]][] {
  const part = printed.slice(printed.indexOf(`**${table}**`)).split('\n\n**')[0];
  return part
    .split('\n')
    .slice(4)
    .filter((line) => line.startsWith('| '))
    .map((line) => {
      const [name, ...values] = line.slice(2, -2).split(' | ');
      return [name, values.map(Number)];
    });
}
const tableStarting = (start: string): string => {
  const row = ROWS.find(({ table }) => table.startsWith(start));
  if (!row) throw new Error(`no table "${start}"`);
  return row.table;
};
const at = (seeds: (typeof SEEDS)[number]) => SEEDS.indexOf(seeds);

describe('random numbers', () => {
  const moments = (draw: () => number, n = 50_000) => {
    const values = Array.from({ length: n }, draw);
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / n];
  };

  it('have the moments of their distributions and depend on their name alone', () => {
    const random = new Random('moments');
    for (const [draw, mean, variance] of [
      [() => random.uniform(), 1 / 2, 1 / 12],
      [() => random.normal(), 0, 1],
      [() => random.exponential(), 1, 1],
    ] as const) {
      const [m, v] = moments(draw);
      expect(Math.abs(m - mean)).toBeLessThan(0.02);
      expect(Math.abs(v / variance - 1)).toBeLessThan(0.05);
    }
    const first = (name: string) =>
      Array.from(
        { length: 3 },
        (
          (r) => () =>
            r.uniform()
        )(new Random(name)),
      );
    expect(first('a')).toEqual(first('a'));
    expect(first('a')).not.toEqual(first('b'));
  });

  it('draw the worlds with the means that they state', () => {
    const random = new Random('worlds');
    for (const { mean, of } of NULLS) expect(Math.abs(moments(() => of(random))[0] - mean)).toBeLessThan(0.012);
  });
});

describe('the simulation at small size', () => {
  it('tells false claims, true ones and coverage apart', () => {
    const share = (table: string, name: string, seeds: number) => {
      const row = ROWS.find((r) => r.table.startsWith(table) && r.name.startsWith(name));
      if (!row) throw new Error(`no row "${name}"`);
      return cell(row, seeds, 500);
    };
    for (const seeds of [3, 6]) {
      expect(share('A difference is claimed', 'one comparison: Gaussian', seeds)).toBeLessThan(0.08);
      expect(share('A true difference', 'the lead: Gaussian, a difference of 5', seeds)).toBeGreaterThan(0.9);
      expect(Math.abs(share('The 95 % interval', 'Gaussian', seeds) - 0.95)).toBeLessThan(0.04);
    }
    expect(share('The 95 % interval', 'lottery, 25 % in 10 %', 3)).toBeLessThan(0.4);
    expect(share('An arm that is better', 'called worse', 6)).toBeLessThan(0.15);
  });

  it('draws the same cell again', () => {
    expect(cell(ROWS[0], 4, 200)).toBe(cell(ROWS[0], 4, 200));
  });

  it('writes tables between the marks, and nowhere else', () => {
    const rows: string[] = [];
    const text = tables(2, (row) => rows.push(row));
    expect(rows).toHaveLength(ROWS.length);
    const made = withTables(`before ${START} old ${END} after`, text);
    expect(made).toBe(`before ${START}\n\n${text}\n\n${END} after`);
    expect(() => withTables('no marks', text)).toThrow(/lacks the marks/);
  });
});

describe('the tables in docs/method.md', () => {
  it('have every row of the simulation', () => {
    for (const { table, name } of ROWS) expect(rowsUnder(table).map(([own]) => own)).toContain(name);
  });

  it.each([
    ['An arm that is better', 'called worse', 6],
    ['The 95 % interval', 'Gaussian', 3],
  ] as const)('are those of these rules: %s, %s, %d seeds', (table, name, seeds) => {
    const row = ROWS.find((r) => r.table.startsWith(table) && r.name.startsWith(name)) as (typeof ROWS)[number];
    const told = rowsUnder(row.table).find(([own]) => own === row.name)?.[1][at(seeds)];
    expect(percent(cell(row, seeds, 20_000))).toBe(told?.toFixed(1));
  });

  it('show what is aimed at', () => {
    for (const [name, values] of rowsUnder(tableStarting('A difference is claimed'))) {
      for (const seeds of SEEDS) {
        const coinFlip = seeds === 3 && name.includes('lottery, 25 % in 50 %');
        expect(values[at(seeds)], `${name}, ${seeds} seeds`).toBeLessThanOrEqual(coinFlip ? 6 : 5.5);
      }
    }
    for (const [, values] of rowsUnder(tableStarting('The lead is truly better'))) expect(Math.max(...values)).toBeLessThanOrEqual(5.5);
    const worse = rowsUnder(tableStarting('An arm that is better')).find(([name]) => name === 'called worse')?.[1] ?? [];
    expect(Math.max(...worse.slice(0, at(9)))).toBeLessThanOrEqual(10);
    expect(Math.max(...worse.slice(at(9)))).toBeLessThanOrEqual(3);
    const gaussian = rowsUnder(tableStarting('The 95 % interval')).filter(([name]) => name.startsWith('Gaussian'));
    expect(gaussian).toHaveLength(2);
    for (const [, values] of gaussian) expect(Math.min(...values)).toBeGreaterThanOrEqual(93);
    for (const [, values] of rowsUnder(tableStarting('The Clopper–Pearson'))) expect(Math.min(...values)).toBeGreaterThanOrEqual(94.5);
  });
});
