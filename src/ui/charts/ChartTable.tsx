/** A chart as a table: the same values for whoever cannot see it, or wants the numbers. */
import { Table } from '@mantine/core';
import classes from './charts.module.css';

export interface TableData {
  caption: string;
  columns: { key: string; name: string; colour?: string }[];
  rows: { key: string; cells: string[] }[];
}

export function ChartTable({ data }: { data: TableData }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={`${classes.tableWrap} ${classes.shades}`} tabIndex={0} aria-label={data.caption}>
      <Table unstyled className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            {data.columns.map(({ key, name, colour }) => (
              // A line of its arm's colour: a dot would take a line of its own where the name is broken.
              <Table.Th key={key} scope="col" style={colour ? { borderBottom: `2px solid ${colour}` } : undefined}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.rows.map(({ key, cells }) => (
            <Table.Tr key={key}>
              {cells.map((cell, i) => {
                const column = data.columns[i].key;
                return i === 0 ? (
                  <Table.Th key={column} scope="row">
                    {cell}
                  </Table.Th>
                ) : (
                  <Table.Td key={column}>{cell}</Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
