/** Runs of the Notebook behind the run on screen: thin dashed lines in the colours of their arms, and what they are. */
import { Button, CloseButton, Group, Popover, Text } from '@mantine/core';
import { useId, useMemo } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useArmsShown } from '@/state/armsShown.ts';
import { removeOverlay, sameScale, useOverlays } from '@/state/overlay.ts';
import { useRun } from '@/state/run.ts';
import type { RunData } from '@/state/runData.ts';
import { useShelf } from '@/state/shelf.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { armColour } from '../colours.ts';
import { runName } from '../runName.ts';
import classes from './charts.module.css';
import type { Area } from './labels.ts';
import { linePath, type Scales } from './paths.ts';
import type { Series } from './series.ts';

/** The lines of one run. */
export interface OverlaidSeries {
  id: string;
  series: Series;
  /** By which its lines are told from those of another that is laid over. */
  dash: string;
}

/** Of the first that was laid over, the second, the third. */
const DASHES = ['5 3', '1.5 2.5', '9 3 2 3'];
const dashOf = (index: number): string => DASHES[index % DASHES.length];

const NONE: readonly OverlaidSeries[] = [];

/**
 * The lines of all runs that are laid over, as a chart draws its own.
 * @param seriesOf null where the chart can draw none; always the same function, or everything is made anew
 */
export function useOverlaid(experiment: Experiment, seriesOf: ((data: RunData) => Series) | null): readonly OverlaidSeries[] {
  const shown = useOverlays((state) => state.shown);
  const onScreen = useRun((state) => state.id);
  return useMemo(() => {
    if (!seriesOf) return NONE;
    const suitable = shown.flatMap(({ id, data }, i) =>
      id !== onScreen && data.experiment && sameScale(data.experiment, experiment) ? [{ id, series: seriesOf(data), dash: dashOf(i) }] : [],
    );
    return suitable.length === 0 ? NONE : suitable;
  }, [shown, onScreen, experiment, seriesOf]);
}

interface LinesProps {
  overlaid: readonly OverlaidSeries[];
  area: Area;
  scales: Scales;
}

/** Inside a Recharts chart. Where they leave its axes they are cut: axes are those of the run on screen. */
export function OverlaidLines({ overlaid, area, scales }: LinesProps) {
  const clip = useId();
  const hidden = useArmsShown((state) => state.hidden);
  if (overlaid.length === 0) return null;
  return (
    <>
      <clipPath id={clip}>
        <rect x={area.x} y={area.y - 1} width={area.width + 1} height={area.height + 2} />
      </clipPath>
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round" strokeWidth={1} data-testid="overlaid">
        {overlaid.flatMap(({ id, series, dash }) =>
          [...series.ends.keys()]
            .filter((arm) => !hidden.has(arm))
            .map((arm) => <path key={`${id}/${arm}`} d={linePath(series.rows, `m:${arm}`, scales)} stroke={armColour(arm)} strokeDasharray={dash} />),
        )}
      </g>
    </>
  );
}

/** A piece of such a line, in no arm's colour. */
const Sample = ({ dash }: { dash: string }) => (
  <svg width="24" height="8" className={classes.sample} aria-hidden="true">
    <path d="M0 4H24" stroke="currentColor" strokeWidth={1.5} strokeDasharray={dash} />
  </svg>
);

const nameIn = (runs: readonly ShelvedRun[], id: string): string => {
  const run = runs.find((known) => known.id === id);
  return run ? runName(run) : id;
};

/** For below an exported picture: " Dashed, to compare with: weight 3." Empty where nothing is laid over. */
export function overlaidWords(overlaid: readonly OverlaidSeries[]): string {
  const { runs } = useShelf.getState();
  return overlaid.length === 0 ? '' : ` Dashed, to compare with: ${overlaid.map(({ id }) => nameIn(runs, id)).join('; ')}.`;
}

/** Which runs the dashed lines are, each with a way to take it off. @param overlaid those that the chart draws */
export function OverlaidRuns({ overlaid }: { overlaid: readonly OverlaidSeries[] }) {
  const shown = useOverlays((state) => state.shown);
  const runs = useShelf((state) => state.runs);
  if (shown.length === 0) return null;
  const named = overlaid.map(({ id }) => nameIn(runs, id)).join('; ');
  const words = `${shown.length} laid over: ${named || 'not in this chart'}`;
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          fw={400}
          className={classes.overlaid}
          classNames={{ label: classes.overlaidName, section: classes.overlaidSample }}
          leftSection={overlaid.length > 0 && <Sample dash={overlaid[0].dash} />}
          title={words}
          data-testid="overlaid-runs"
        >
          {words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="xs" c="dimmed">
          Dashed, from the Notebook:
        </Text>
        {shown.map(({ id }, i) => {
          const name = nameIn(runs, id);
          return (
            <Group key={id} gap={6} wrap="nowrap" justify="space-between">
              <Sample dash={dashOf(i)} />
              <Text size="sm" flex={1}>
                {name}
              </Text>
              <CloseButton size="sm" aria-label={`Take “${name}” off`} onClick={() => removeOverlay(id)} />
            </Group>
          );
        })}
      </Popover.Dropdown>
    </Popover>
  );
}
