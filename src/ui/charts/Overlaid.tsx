/** Runs of the Notebook behind the run on screen: thin dashed lines in the colours of their arms, and what they are. */
import { Button, CloseButton, Group, Popover, Text } from '@mantine/core';
import { useId, useMemo } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useArmsShown } from '@/state/armsShown.ts';
import { removeOverlay, sameScale, useOverlays } from '@/state/overlay.ts';
import { useRun } from '@/state/run.ts';
import type { RunData } from '@/state/runData.ts';
import { useShelf } from '@/state/shelf.ts';
import { armColour } from '../colours.ts';
import { runName } from '../runName.ts';
import type { Area } from './labels.ts';
import { linePath, type Scales } from './paths.ts';
import type { Series } from './series.ts';

/** The lines of one run. */
export interface OverlaidSeries {
  id: string;
  series: Series;
}

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
    const suitable = shown.filter(({ id, data }) => id !== onScreen && data.experiment && sameScale(data.experiment, experiment));
    return suitable.length === 0 ? NONE : suitable.map(({ id, data }) => ({ id, series: seriesOf(data) }));
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
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round" strokeWidth={1} strokeDasharray="5 3" data-testid="overlaid">
        {overlaid.flatMap(({ id, series }) =>
          [...series.ends.keys()]
            .filter((arm) => !hidden.has(arm))
            .map((arm) => <path key={`${id}/${arm}`} d={linePath(series.rows, `m:${arm}`, scales)} stroke={armColour(arm)} />),
        )}
      </g>
    </>
  );
}

/** Which runs the dashed lines are, each with a way to take it off. */
export function OverlaidRuns() {
  const shown = useOverlays((state) => state.shown);
  const runs = useShelf((state) => state.runs);
  if (shown.length === 0) return null;
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button size="compact-xs" variant="subtle" fw={400} data-testid="overlaid-runs">
          {shown.length} laid over
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="xs" c="dimmed">
          Dashed, from the Notebook:
        </Text>
        {shown.map(({ id }) => {
          const run = runs.find((known) => known.id === id);
          const name = run ? runName(run) : id;
          return (
            <Group key={id} gap={6} wrap="nowrap" justify="space-between">
              <Text size="sm">{name}</Text>
              <CloseButton size="sm" aria-label={`Take “${name}” off`} onClick={() => removeOverlay(id)} />
            </Group>
          );
        })}
      </Popover.Dropdown>
    </Popover>
  );
}
