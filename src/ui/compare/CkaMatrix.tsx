/** Every target layer against every guide layer: at the start, and in each arm now. */
import { ActionIcon, NativeSelect, SegmentedControl, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconGridDots, IconTable } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useArmsShown } from '@/state/armsShown.ts';
import { useExperiment } from '@/state/experiment.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { Card } from '@/ui/Card.tsx';
import { useChartType } from '@/ui/charts/chartType.ts';
import { ChartTable } from '@/ui/charts/ChartTable.tsx';
import { plainNumber } from '@/ui/charts/format.ts';
import { textWidth } from '@/ui/charts/textWidth.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { armColour } from '@/ui/colours.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { number } from '@/ui/words.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import classes from './compare.module.css';
import { type Cell, VALUE_WIDTH } from './Heatmap.tsx';
import { emptyPanels, type LayerNames, layerNames, type MatrixPanel, matrixPanels, matrixSummary, matrixTable } from './matrices.ts';
import { matrixPlan } from './matrixPlan.ts';
import { MatrixRow } from './MatrixRow.tsx';

const PANEL_GAP = 14;
/** A panel narrower than this is hard to read; the panels then take another row. */
const MIN_PANEL = 176;
/** Where every cell can show its value within this much per panel, panels get it. */
const MAX_VALUE_PANEL = 360;
const MAX_CELL = 26;
/** Of one row of panels with their names, and of all of them: deep networks must not push what is below out of sight. */
const MAX_HEIGHT = 340;
const MAX_TOTAL_HEIGHT = 560;
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

  const type = useChartType();
  const hidden = useArmsShown((state) => state.hidden);

  const latest = data.matrices.latest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; its latest record tells when
  const all = useMemo(() => matrixPanels(data, guide, field), [data, latest, guide, field]);
  const panels = useMemo(() => all.filter(({ arm }) => arm === null || !hidden.has(arm)), [all, hidden]);
  const names = useMemo(() => layerNames(experiment, guide), [experiment, guide]);
  const columns = names.guide.length;
  const shown = panels.length > 0 ? panels : emptyPanels(experiment).filter(({ arm }) => arm === null || !hidden.has(arm));
  const valueCell = Math.ceil(VALUE_WIDTH * type);
  const minPanel = columns * valueCell <= MAX_VALUE_PANEL ? Math.max(MIN_PANEL, columns * valueCell) : MIN_PANEL;
  const perRow = Math.max(1, Math.min(shown.length, Math.floor((width + PANEL_GAP) / (minPanel + PANEL_GAP))));
  const rowsOfPanels = Array.from({ length: Math.ceil(shown.length / perRow) }, (_, row) => shown.slice(row * perRow, (row + 1) * perRow));
  const height = Math.min(MAX_HEIGHT, MAX_TOTAL_HEIGHT / rowsOfPanels.length);
  const plan = matrixPlan({
    rows: names.target,
    columns: names.guide,
    count: perRow,
    gap: PANEL_GAP,
    width,
    height,
    tallest: MAX_CELL,
    type,
    widthOf: textWidth,
  });
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
      <VisuallyHidden data-testid="cka-matrix-summary">{matrixSummary(guide, all, names)}</VisuallyHidden>
      <div ref={ref} className={classes.panels} style={{ gap: PANEL_GAP }}>
        {asTable && panels.length > 0 ? (
          <div className={classes.matrixTable}>
            <ChartTable data={matrixTable(panels, names)} />
          </div>
        ) : (
          width > 0 &&
          columns > 0 &&
          rowsOfPanels.map((row) => (
            <MatrixRow
              key={row[0].key}
              panels={row}
              names={names}
              plan={plan}
              gap={PANEL_GAP}
              type={type}
              hovered={hovered}
              onHover={setHovered}
              palette={palette}
            />
          ))
        )}
      </div>
      {!asTable && <Readout names={names} panels={panels} hovered={hovered} step={latest?.step ?? 0} />}
    </Card>
  );
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
        {`down: target, ${target[0]} to ${target[target.length - 1]} · across: guide, ${guide[0]} to ${guide[guide.length - 1]}`}
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
