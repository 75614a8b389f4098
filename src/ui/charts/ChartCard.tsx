/** The frame of every chart: title, controls, table, pictures, an empty state, words for a screen reader, and a larger self. */
import { ActionIcon, Modal, Tooltip, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChartLine, IconMaximize, IconTable, IconZoomReset } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Card } from '@/ui/Card.tsx';
import type { Frame } from '@/ui/redraw.ts';
import { ChartMenu, type ChartOptions } from './ChartMenu.tsx';
import { ChartTable, type TableData } from './ChartTable.tsx';
import classes from './charts.module.css';
import { download, fileName, textFile } from './download.ts';
import { type LegendEntry, standaloneSvg, toPng } from './exportImage.ts';

export interface ChartZoom {
  zoomed: boolean;
  toLastQuarter: () => void;
  toWholeRun: () => void;
}

interface ChartCardProps {
  title: string;
  note: string;
  /** Title of an exported picture: it must say on its own what it shows. */
  caption: string;
  /** Paragraphs below it: what the lines are, of whom, how they were made. */
  words: () => string[];
  /** Names that the drawing itself does not tell. */
  legend: readonly LegendEntry[];
  /** One or more sentences that say what the chart shows. */
  summary: string;
  frame: Frame<HTMLDivElement>;
  controls?: ReactNode;
  options: readonly ChartOptions[];
  zoom: ChartZoom;
  /** Built only when the table is shown. */
  table: () => TableData;
  empty: boolean;
  /** What will be drawn here; shown while it is empty. */
  promise: string;
  testId: string;
  children: ReactNode;
}

interface ActionProps {
  label: string;
  icon: typeof IconTable;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
}

function Action({ label, icon: Icon, onClick, disabled, pressed }: ActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={22} aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={onClick}>
        <Icon size="1rem" stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

export function ChartCard(props: ChartCardProps) {
  const { title, note, frame, empty, zoom, testId } = props;
  const [asTable, setAsTable] = useState(false);
  const [large, setLarge] = useState(false);

  const save = async (format: 'svg' | 'png') => {
    const svg = frame.element?.querySelector<SVGSVGElement>('svg.recharts-surface');
    if (!svg) return;
    try {
      const picture = standaloneSvg(svg, props.caption, props.words(), props.legend);
      download(`${fileName(title)}.${format}`, format === 'svg' ? textFile(picture.text, 'image/svg+xml') : await toPng(picture));
    } catch (error) {
      notifications.show({ color: 'red', title: 'The picture could not be made', message: (error as Error).message });
    }
  };

  const actions = (inDialog: boolean) => (
    <>
      {props.controls}
      {zoom.zoomed && <Action label="Back to the whole run" icon={IconZoomReset} onClick={zoom.toWholeRun} />}
      <Action
        label={asTable ? 'Show the chart' : 'Show these values as a table'}
        icon={asTable ? IconChartLine : IconTable}
        pressed={asTable}
        disabled={empty}
        onClick={() => setAsTable(!asTable)}
      />
      {!inDialog && <Action label={`Enlarge the chart "${title}"`} icon={IconMaximize} onClick={() => setLarge(true)} />}
      <ChartMenu
        title={title}
        groups={props.options}
        commands={[
          [
            { name: 'Zoom: last quarter of steps', disabled: empty || asTable, run: zoom.toLastQuarter },
            { name: 'Zoom: whole run', disabled: !zoom.zoomed, run: zoom.toWholeRun },
          ],
          [
            { name: 'Save as PNG', disabled: empty || asTable, run: () => void save('png') },
            { name: 'Save as SVG', disabled: empty || asTable, run: () => void save('svg') },
          ],
        ]}
      />
    </>
  );

  const body = (
    <div ref={frame.ref} className={classes.frame}>
      <div className={classes.drawing}>{asTable && !empty ? <ChartTable data={props.table()} /> : props.children}</div>
      {empty && (
        <p className={classes.empty}>
          <span className={classes.promise}>{props.promise}</span>
        </p>
      )}
    </div>
  );

  return (
    <Card title={title} note={<span title={note}>{note}</span>} actions={actions(false)} className={classes.card} data-testid={testId}>
      <VisuallyHidden data-testid={`${testId}-summary`}>{props.summary}</VisuallyHidden>
      {/* One drawing, that moves into the dialog: its place is kept. */}
      {large ? <div className={classes.frame} /> : body}
      <Modal.Root opened={large} onClose={() => setLarge(false)} size="90vw" centered>
        <Modal.Overlay />
        <Modal.Content data-testid={`${testId}-large`}>
          <Modal.Body className={classes.large}>
            <div className={classes.largeHead}>
              <Modal.Title className={classes.largeTitle}>{title}</Modal.Title>
              <span className={classes.largeNote} title={note}>
                {note}
              </span>
              {actions(true)}
              <Modal.CloseButton aria-label="Close" />
            </div>
            {large && body}
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </Card>
  );
}
