/** The frame of every chart: title, controls, table, pictures, an empty state, and words for a screen reader. */
import { ActionIcon, Menu, Tooltip, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChartLine, IconCheck, IconDots, IconTable } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Card } from '@/ui/Card.tsx';
import type { Frame } from '@/ui/redraw.ts';
import { ChartTable, type TableData } from './ChartTable.tsx';
import classes from './charts.module.css';
import { download, fileName, textFile } from './download.ts';
import { standaloneSvg, toPng } from './exportImage.ts';

export interface ChartOption {
  key: string;
  name: string;
  checked: boolean;
  toggle: () => void;
}

interface ChartCardProps {
  title: string;
  note: string;
  /** Title of an exported picture: it must say on its own what it shows. */
  caption: string;
  /** Paragraphs below it: what the lines are, of whom, how they were made. */
  words: () => string[];
  /** One or more sentences that say what the chart shows. */
  summary: string;
  frame: Frame<HTMLDivElement>;
  controls?: ReactNode;
  options?: readonly ChartOption[];
  /** Built only when the table is shown. */
  table: () => TableData;
  empty: boolean;
  /** What will be drawn here; shown while it is empty. */
  promise: string;
  testId: string;
  children: ReactNode;
}

export function ChartCard(props: ChartCardProps) {
  const { title, note, frame, empty } = props;
  const [asTable, setAsTable] = useState(false);

  const save = async (format: 'svg' | 'png') => {
    const svg = frame.element?.querySelector<SVGSVGElement>('svg.recharts-surface');
    if (!svg) return;
    try {
      const picture = standaloneSvg(svg, props.caption, props.words());
      download(`${fileName(title)}.${format}`, format === 'svg' ? textFile(picture.text, 'image/svg+xml') : await toPng(picture));
    } catch (error) {
      notifications.show({ color: 'red', title: 'The picture could not be made', message: (error as Error).message });
    }
  };

  const toggleLabel = asTable ? 'Show the chart' : 'Show these values as a table';
  const actions = (
    <>
      {props.controls}
      <Tooltip label={toggleLabel}>
        <ActionIcon size={22} aria-label={toggleLabel} aria-pressed={asTable} disabled={empty} onClick={() => setAsTable(!asTable)}>
          {asTable ? <IconChartLine size={16} stroke={1.6} /> : <IconTable size={16} stroke={1.6} />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={22} aria-label={`Options and export of the chart "${title}"`}>
            <IconDots size={16} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {props.options?.map(({ key, name, checked, toggle }) => (
            <Menu.Item
              key={key}
              role="menuitemcheckbox"
              aria-checked={checked}
              onClick={toggle}
              closeMenuOnClick={false}
              leftSection={<IconCheck size={14} style={{ visibility: checked ? 'visible' : 'hidden' }} />}
            >
              {name}
            </Menu.Item>
          ))}
          {props.options && props.options.length > 0 && <Menu.Divider />}
          <Menu.Item disabled={empty || asTable} onClick={() => void save('png')}>
            Save as PNG
          </Menu.Item>
          <Menu.Item disabled={empty || asTable} onClick={() => void save('svg')}>
            Save as SVG
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );

  return (
    <Card title={title} note={<span title={note}>{note}</span>} actions={actions} className={classes.card} data-testid={props.testId}>
      <VisuallyHidden data-testid={`${props.testId}-summary`}>{props.summary}</VisuallyHidden>
      <div ref={frame.ref} className={classes.frame}>
        <div className={classes.drawing}>{asTable && !empty ? <ChartTable data={props.table()} /> : props.children}</div>
        {empty && (
          <p className={classes.empty}>
            <span className={classes.promise}>{props.promise}</span>
          </p>
        )}
      </div>
    </Card>
  );
}
