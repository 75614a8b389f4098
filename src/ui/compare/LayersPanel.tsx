/** One arm's layers against its guide's, at the start and now, in a cell of the first screen; all arms are in `CkaMatrix`. */
import { ActionIcon, NativeSelect, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconGridDots, IconTable } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useArmsShown } from '@/state/armsShown.ts';
import { useExperiment } from '@/state/experiment.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { askedBy } from '@/experiment/plan/lead.ts';
import { Card } from '@/ui/Card.tsx';
import { ChartTable } from '@/ui/charts/ChartTable.tsx';
import { useChartType } from '@/ui/charts/chartType.ts';
import { plainNumber } from '@/ui/charts/format.ts';
import { lineHeight } from '@/ui/charts/placing.ts';
import { textWidth } from '@/ui/charts/textWidth.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { usePalette } from '@/ui/usePalette.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import classes from './compare.module.css';
import type { Cell } from './Heatmap.tsx';
import { armPanels, layerNames, matrixTable } from './matrices.ts';
import { matrixPlan } from './matrixPlan.ts';
import { MatrixRow } from './MatrixRow.tsx';

const GAP = 12;
const TALLEST = 64;

export function LayersPanel() {
  const { ref, width, height, visible } = useFrame<HTMLDivElement>();
  const { data } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const hidden = useArmsShown((state) => state.hidden);
  const chosenArm = useFocus((state) => state.arm);
  const chosenGuide = useFocus((state) => state.guide);
  const showArm = useFocus((state) => state.showArm);
  const [asTable, setAsTable] = useState(false);
  const [hovered, setHovered] = useState<Cell | null>(null);
  const palette = usePalette();
  const type = useChartType();

  const seen = experiment.arms.filter(({ id }) => !hidden.has(id));
  const offered = seen.length > 0 ? seen : experiment.arms;
  const wanted = [chosenArm, askedBy(experiment)?.arm].find((id) => offered.some((arm) => arm.id === id));
  const focus = focusOf(experiment, { arm: wanted ?? offered[0].id, guide: chosenGuide });
  const [arm, guide] = [focus?.arm ?? offered[0].id, focus?.guide ?? ''];

  const latest = data.matrices.latest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; its latest record tells when
  const panels = useMemo(() => armPanels(data, guide, arm), [data, latest, guide, arm]);
  const names = useMemo(() => layerNames(experiment, guide), [experiment, guide]);
  const measured = panels[0].values.length > 0;
  // Above the matrices stands which is which, below them what is under the pointer.
  const room = height - 2 * lineHeight(type) - 8;
  const plan = matrixPlan({ rows: names.target, columns: names.guide, count: 2, gap: GAP, width, height: room, tallest: TALLEST, type, widthOf: textWidth });
  const cell = hovered && hovered.row * names.guide.length + hovered.column;
  const [start, now] = panels.map(({ values }) => plainNumber(cell === null ? Number.NaN : values[cell]));
  const armName = experiment.arms.find(({ id }) => id === arm)?.name ?? arm;
  const toggle = asTable ? 'Show the matrices' : 'Show these values as a table';

  return (
    <Card
      title="Layers"
      note={<span title={`CKA of the target’s layers with those of the ${guide} guide`}>CKA</span>}
      className={chartClasses.card}
      data-testid="layers"
      actions={
        <>
          <div className={chartClasses.controls}>
            <NativeSelect
              aria-label="Arm whose layers are shown"
              size="xs"
              className={chartClasses.select}
              title={armName}
              value={arm}
              onChange={(event) => showArm(event.currentTarget.value)}
              data={offered.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </div>
          <Tooltip label={toggle}>
            <ActionIcon size={22} aria-label={toggle} aria-pressed={asTable} disabled={!measured} onClick={() => setAsTable(!asTable)}>
              {asTable ? <IconGridDots size="1rem" stroke={1.6} /> : <IconTable size="1rem" stroke={1.6} />}
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      <VisuallyHidden data-testid="layers-summary">
        {measured
          ? `CKA of the layers of ${armName} with those of the ${guide} guide, at the start and now; the table has the values.`
          : 'Layers: nothing has run yet.'}
      </VisuallyHidden>
      <div ref={ref} className={chartClasses.frame}>
        <div className={chartClasses.drawing}>
          {asTable && measured ? (
            <ChartTable data={matrixTable(panels, names)} />
          ) : (
            width > 0 &&
            height > 0 &&
            names.guide.length > 0 && (
              <div className={classes.layers}>
                <MatrixRow panels={panels} names={names} plan={plan} gap={GAP} type={type} hovered={hovered} onHover={setHovered} palette={palette} />
              </div>
            )
          )}
        </div>
      </div>
      <p className={classes.layersReadout}>
        {names.guide.length === 0
          ? 'There is no guide to compare with.'
          : hovered && measured
            ? `${names.target[hovered.row]} × ${names.guide[hovered.column]}: ${start} → ${now}`
            : 'down: target · across: guide · framed: pairs'}
      </p>
    </Card>
  );
}
