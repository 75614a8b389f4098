/** Every target layer against every guide layer: at the start, and in each arm now. */
import { ActionIcon, NativeSelect, SegmentedControl, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconGridDots, IconTable } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { describeNetwork, type NetworkDescription, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { Card } from '@/ui/Card.tsx';
import { ChartTable, type TableData } from '@/ui/charts/ChartTable.tsx';
import { plainNumber } from '@/ui/charts/format.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { armColour } from '@/ui/colours.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { number } from '@/ui/words.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import classes from './compare.module.css';
import { type Cell, Heatmap } from './Heatmap.tsx';
import { type MatrixPanel, matrixPanels, matrixSummary } from './matrices.ts';

const PANEL_GAP = 14;
/** A panel narrower than this is hard to read; the panels then take another row. */
const MIN_PANEL = 176;
/** Where this much per panel lets every cell show its value, panels get it. */
const VALUE_CELL = 25;
const MAX_VALUE_PANEL = 330;
const MIN_CELL = 4;
const MAX_CELL = 24;
/** Of one panel, and of all of them: deep networks must not push what is below out of sight. */
const MAX_HEIGHT = 300;
const MAX_TOTAL_HEIGHT = 480;
/** More cells than this are not listed one by one. */
const MAX_TABLE_CELLS = 600;

const NO_VALUES = new Float32Array();
const NO_CELLS: ReadonlySet<number> = new Set();

export function CkaMatrix() {
  const { ref, width, visible } = useFrame<HTMLDivElement>();
  const { data } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const shownArm = useFocus((state) => state.arm);
  const shownGuide = useFocus((state) => state.guide);
  const showGuide = useFocus((state) => state.showGuide);
  const guide = focusOf(experiment, { arm: shownArm, guide: shownGuide })?.guide ?? '';
  const [field, setField] = useState<'cka' | 'debiased'>('cka');
  const [asTable, setAsTable] = useState(false);
  const [hovered, setHovered] = useState<Cell | null>(null);
  const palette = usePalette();

  const latest = data.matrices.latest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; its latest record tells when
  const panels = useMemo(() => matrixPanels(data, guide, field), [data, latest, guide, field]);
  const names = useMemo(() => layerNames(experiment, guide), [experiment, guide]);
  const rows = names.target.length;
  const columns = names.guide.length;
  // Before a run the same places are kept with empty cells.
  const shown: MatrixPanel[] =
    panels.length > 0
      ? panels
      : [
          { key: 'start', title: 'start, all arms', arm: null, when: 'start', values: NO_VALUES, aligned: NO_CELLS },
          ...experiment.arms.map(
            ({ id, name }): MatrixPanel => ({
              key: id,
              title: name,
              arm: id,
              when: 'now',
              values: NO_VALUES,
              aligned: NO_CELLS,
            }),
          ),
        ];
  const minPanel = columns * VALUE_CELL <= MAX_VALUE_PANEL ? Math.max(MIN_PANEL, columns * VALUE_CELL) : MIN_PANEL;
  const perRow = Math.max(1, Math.min(shown.length, Math.floor((width + PANEL_GAP) / (minPanel + PANEL_GAP))));
  const panelWidth = Math.floor((width - (perRow - 1) * PANEL_GAP) / perRow);
  const roomy = Math.min(MAX_HEIGHT, MAX_TOTAL_HEIGHT / Math.ceil(shown.length / perRow));
  const cellHeight = Math.max(MIN_CELL, Math.min(MAX_CELL, panelWidth / Math.max(1, columns), roomy / Math.max(1, rows)));
  const height = Math.round(rows * Math.max(cellHeight, rows <= 8 ? 20 : MIN_CELL));
  const guides = Object.keys(experiment.guides);
  const toggle = asTable ? 'Show the matrices' : 'Show these values as a table';

  return (
    <Card
      title="CKA, target layer (down) × guide layer (across)"
      data-testid="cka-matrix"
      data-part="layers"
      note=""
      actions={
        <>
          {guides.length > 1 && (
            <NativeSelect
              aria-label="Guide that the target is compared with"
              className={chartClasses.select}
              title={`${guide} guide`}
              value={guide}
              onChange={(event) => showGuide(event.currentTarget.value)}
              data={guides.map((id) => ({ value: id, label: `${id} guide` }))}
            />
          )}
          <SegmentedControl
            aria-label="Estimator of CKA"
            size="xs"
            value={field}
            onChange={(value) => setField(value as 'cka' | 'debiased')}
            data={[
              { value: 'cka', label: 'biased' },
              { value: 'debiased', label: 'debiased' },
            ]}
          />
          <Tooltip label={toggle}>
            <ActionIcon aria-label={toggle} aria-pressed={asTable} disabled={panels.length === 0} onClick={() => setAsTable(!asTable)}>
              {asTable ? <IconGridDots size={16} stroke={1.6} /> : <IconTable size={16} stroke={1.6} />}
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      <VisuallyHidden data-testid="cka-matrix-summary">{matrixSummary(data, guide, panels)}</VisuallyHidden>
      <div ref={ref} className={classes.panels} style={{ gap: PANEL_GAP, gridTemplateColumns: `repeat(${perRow}, minmax(0, 1fr))` }}>
        {asTable && panels.length > 0 ? (
          <div className={classes.matrixTable}>
            <ChartTable data={matrixTable(panels, names)} />
          </div>
        ) : (
          width > 0 &&
          columns > 0 &&
          shown.map((panel) => (
            <figure key={panel.key} className={classes.panel}>
              <figcaption style={panel.arm ? { color: armColour(panel.arm) } : undefined}>{panel.title}</figcaption>
              <Heatmap
                width={panelWidth}
                height={height}
                rows={rows}
                columns={columns}
                values={panel.values}
                aligned={panel.aligned}
                hovered={hovered}
                onHover={setHovered}
                palette={palette}
                label={`CKA matrix: ${panel.title}`}
              />
            </figure>
          ))
        )}
      </div>
      {!asTable && <Readout names={names} panels={panels} hovered={hovered} step={latest?.step ?? 0} />}
    </Card>
  );
}

interface LayerNames {
  target: string[];
  guide: string[];
}

function layerNames(experiment: Experiment, guide: string): LayerNames {
  const labels = ({ taps }: NetworkDescription) => taps.map((tap) => tap.label);
  return {
    target: labels(describeNetwork(experiment.target, taskShape(experiment.task))),
    guide: guide in experiment.guides ? labels(describeGuide(experiment, guide)) : [],
  };
}

interface ReadoutProps {
  names: LayerNames;
  panels: readonly MatrixPanel[];
  hovered: Cell | null;
  step: number;
}

/** The value under the pointer in every matrix, in a line of its own that is always there. */
function Readout({ names, panels, hovered, step }: ReadoutProps) {
  const { guide, target } = names;
  if (guide.length === 0) return <p className={classes.readout}>There is no guide to compare with.</p>;
  if (!hovered || panels.length === 0) {
    return (
      <p className={classes.readout}>
        {panels.length > 0 && `step ${number(step)} · aligned pairs framed · `}
        {`down: ${target[0]} to ${target[target.length - 1]} · across: ${guide[0]} to ${guide[guide.length - 1]}`}
      </p>
    );
  }
  const cell = hovered.row * guide.length + hovered.column;
  return (
    <p className={classes.readout}>
      <strong>{`${target[hovered.row]} × ${guide[hovered.column]}:`}</strong>
      {panels.map(({ key, title, arm, values }) => (
        <span key={key} style={arm ? { color: armColour(arm) } : undefined}>{` ${title} ${plainNumber(values[cell])}`}</span>
      ))}
    </p>
  );
}

/** All cells of small matrices; of large ones the aligned pairs and each target layer's best match in the first arm. */
function matrixTable(panels: readonly MatrixPanel[], { target, guide }: LayerNames): TableData {
  let cells = [...panels[0].values.keys()];
  if (cells.length > MAX_TABLE_CELLS) {
    const chosen = new Set<number>();
    for (const panel of panels) for (const cell of panel.aligned) chosen.add(cell);
    const values = panels[panels.length - 1].values;
    target.forEach((_, row) => {
      let best = row * guide.length;
      for (let cell = best; cell < (row + 1) * guide.length; cell++) if (values[cell] > values[best]) best = cell;
      chosen.add(best);
    });
    cells = [...chosen].sort((a, b) => a - b);
  }
  return {
    caption: 'CKA of target and guide layers',
    columns: [
      { key: 'pair', name: 'Target × guide layer' },
      ...panels.map(({ key, title, arm }) => ({ key, name: title, colour: arm ? armColour(arm) : undefined })),
    ],
    rows: cells.map((cell) => ({
      key: String(cell),
      cells: [`${target[Math.floor(cell / guide.length)]} × ${guide[cell % guide.length]}`, ...panels.map(({ values }) => plainNumber(values[cell]))],
    })),
  };
}
