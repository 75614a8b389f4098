import classes from './charts.module.css';

export interface TipLine {
  key: string;
  name: string;
  colour: string;
  values: string[];
}

/** What all arms were at the step under the pointer. */
export function ChartTooltip({ head, columns, lines }: { head: string; columns?: readonly string[]; lines: TipLine[] }) {
  return (
    <div className={classes.tip}>
      <table>
        <thead>
          <tr className={classes.tipHead}>
            <th scope="col">{head}</th>
            {columns?.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, name, colour, values }) => (
            <tr key={key}>
              <th scope="row">
                <span className={classes.dot} style={{ background: colour }} />
                {name}
              </th>
              {values.map((value, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: fixed columns
                <td key={i}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
