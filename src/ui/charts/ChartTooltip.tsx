import type { Frame } from '@/ui/redraw.ts';
import classes from './charts.module.css';

export interface TipLine {
  key: string;
  name: string;
  colour: string;
  values: string[];
}

interface ChartTooltipProps {
  head: string;
  columns?: readonly string[];
  lines: TipLine[];
  /** From the top edge of the drawing, as CSS. */
  shift: string;
}

/** Height of a line, by the size of its type, and pixels around all of them. */
const LINE = 1.5;
const AROUND = 16;

/**
 * Below the plot, over whatever is there: it never covers the lines it tells about. Above it where the window (or its dialog) ends, and
 * over it only where there is no other room.
 * @param lines how many arms it tells of
 * @param axis height of the axis, which it may cover
 * @returns how far to move it from the top edge of the drawing
 */
export function tooltipSide({ element, height }: Pick<Frame<HTMLElement>, 'element' | 'height'>, lines: number, type: number, axis: number): string {
  const box = element?.getBoundingClientRect();
  const dialog = element?.closest('[role="dialog"]')?.getBoundingClientRect();
  const needed = AROUND + LINE * type * (lines + 1);
  if (!box || box.bottom - axis + needed <= (dialog?.bottom ?? window.innerHeight)) return `${height - axis + 2}px`;
  return box.top - needed >= (dialog?.top ?? 0) ? '-100%' : '0';
}

/** What all arms were at the step under the pointer. */
export function ChartTooltip({ head, columns, lines, shift }: ChartTooltipProps) {
  return (
    <div className={classes.tip} style={{ transform: `translateY(${shift})` }}>
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
