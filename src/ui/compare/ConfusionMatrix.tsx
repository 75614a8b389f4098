/** Which classes each arm takes for which, where the images are a person's own. */
import { useMemo, useState } from 'react';
import { classNames } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { rowShares } from '@/stats/confusion.ts';
import type { RunData } from '@/state/runData.ts';
import { Card } from '@/ui/Card.tsx';
import { useExperiment } from '@/state/experiment.ts';
import { drawnArms } from '@/ui/charts/parts.ts';
import { useChartType } from '@/ui/charts/chartType.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { number } from '@/ui/words.ts';
import classes from './compare.module.css';
import { type Cell, Heatmap } from './Heatmap.tsx';
import { confusions } from './resultRows.ts';

const PANEL_GAP = 14;
const MIN_PANEL = 176;
const MAX_PANEL = 320;
const MAX_CELL = 40;

interface Panel {
  id: string;
  name: string;
  colour: string;
  /** Counts of all seeds together, `[classes × classes]`. */
  counts: Float64Array;
}

export function ConfusionMatrix() {
  const { ref, width, visible } = useFrame<HTMLDivElement>();
  const { data } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const { predictions, labels } = data;
  const [hovered, setHovered] = useState<Cell | null>(null);
  const palette = usePalette();
  const type = useChartType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; its latest predictions tell when
  const panels = useMemo(() => panelsOf(data, experiment), [data, experiment, predictions, labels]);
  const names = classNames(experiment.task);

  const size = names.length;
  const perRow = Math.max(1, Math.min(panels.length, Math.floor((width + PANEL_GAP) / (MIN_PANEL + PANEL_GAP))));
  const panelWidth = Math.min(MAX_PANEL, size * MAX_CELL, Math.floor((width - (perRow - 1) * PANEL_GAP) / perRow));
  const seeds = experiment.seeds.length;
  const known = predictions !== null && labels !== null;
  return (
    <Card
      title="Classes, true (down) × predicted (across)"
      data-testid="confusion"
      data-part="samples"
      note={`share of each true class, of the validation images${seeds > 1 ? ` of ${seeds} seeds together` : ''}`}
    >
      <div ref={ref} className={classes.panels} style={{ gap: PANEL_GAP, gridTemplateColumns: `repeat(${perRow}, minmax(0, ${MAX_PANEL}px))` }}>
        {width > 0 &&
          panels.map(({ id, name, colour, counts }) => (
            <figure key={id} className={classes.panel}>
              <figcaption style={{ color: colour }}>{name}</figcaption>
              <Heatmap
                width={panelWidth}
                height={panelWidth}
                rows={size}
                columns={size}
                values={Float32Array.from(rowShares(counts, size))}
                aligned={NO_CELLS}
                hovered={hovered}
                onHover={setHovered}
                palette={palette}
                type={type}
                label={`Confusion matrix: ${name}. ${mistakes(counts, names)}`}
              />
            </figure>
          ))}
      </div>
      <p className={classes.readout}>
        {hovered && known ? (
          <>
            <strong>{`${names[hovered.row]} taken for ${names[hovered.column]}:`}</strong>
            {panels.map(({ id, name, colour, counts }) => (
              <span key={id} style={{ color: colour }}>{` ${name} ${share(counts, hovered, size)}`}</span>
            ))}
          </>
        ) : (
          `down and across: ${names.join(', ')}`
        )}
      </p>
    </Card>
  );
}

const NO_CELLS: ReadonlySet<number> = new Set();

/** Before a run the same places are kept with empty cells. */
function panelsOf(data: RunData, experiment: Experiment): Panel[] {
  const found = confusions(data);
  return drawnArms(experiment).map(({ id, name, colour }) => {
    const counts = new Float64Array(found?.[0].length ?? 0);
    for (const member of found ? (data.arms.get(id) ?? []) : []) {
      for (const [cell, count] of found?.[member].entries() ?? []) counts[cell] += count;
    }
    return { id, name, colour, counts };
  });
}

function share(counts: Float64Array, { row, column }: Cell, size: number): string {
  const total = counts.subarray(row * size, (row + 1) * size).reduce((a, b) => a + b, 0);
  return `${number(counts[row * size + column])} of ${number(total)}`;
}

/** The confusions that happen most, in words. */
function mistakes(counts: Float64Array, names: readonly string[]): string {
  if (counts.length === 0) return 'Nothing has run yet.';
  const size = names.length;
  const worst = [...counts.keys()]
    .filter((cell) => Math.floor(cell / size) !== cell % size && counts[cell] > 0)
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, 3)
    .map((cell) => `${names[Math.floor(cell / size)]} for ${names[cell % size]} ${number(counts[cell])} times`);
  return worst.length > 0 ? `Most often taken wrongly: ${worst.join(', ')}.` : 'No image is taken for another class.';
}
