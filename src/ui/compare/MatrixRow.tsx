/** Similarity matrices side by side, with the names of their layers: rows of the target, columns of the guide. */
import { OfArmBlock } from '@/ui/charts/OfArm.tsx';
import { fitText } from '@/ui/charts/labels.ts';
import { textWidth } from '@/ui/charts/textWidth.ts';
import { armColour } from '@/ui/colours.ts';
import type { Palette } from '@/ui/usePalette.ts';
import classes from './compare.module.css';
import { type Cell, Heatmap } from './Heatmap.tsx';
import type { LayerNames, MatrixPanel } from './matrices.ts';
import type { MatrixPlan } from './matrixPlan.ts';

interface MatrixRowProps {
  panels: readonly MatrixPanel[];
  names: LayerNames;
  plan: MatrixPlan;
  gap: number;
  type: number;
  hovered: Cell | null;
  onHover: (cell: Cell | null) => void;
  palette: Palette | null;
}

/** A name cut to what there is of room, with the whole one for whoever rests on it. */
function Name({ name, room, type, place }: { name: string; room: number; type: number; place: 'row' | 'across' | 'upright' }) {
  return (
    <span className={classes.layerName} data-place={place} title={name}>
      {fitText(name, room, (text) => textWidth(text, type, false))}
    </span>
  );
}

export function MatrixRow({ panels, names, plan, gap, type, hovered, onHover, palette }: MatrixRowProps) {
  const { left, top, upright, width, height } = plan;
  const across = { gridTemplateColumns: `repeat(${names.guide.length}, ${width / Math.max(1, names.guide.length)}px)`, height: top, fontSize: type };
  const down = { gridTemplateRows: `repeat(${names.target.length}, ${height / Math.max(1, names.target.length)}px)`, width: left, fontSize: type };
  return (
    <div className={classes.matrices} style={{ gap }}>
      {panels.map((panel, i) => (
        <OfArmBlock key={panel.key} arm={panel.arm}>
          <figure className={classes.panel} style={{ width: width + (i === 0 ? left : 0) }}>
            <figcaption style={{ marginLeft: i === 0 ? left : 0, fontSize: type, color: panel.arm ? armColour(panel.arm) : undefined }} title={panel.title}>
              {panel.title}
            </figcaption>
            {/* The value under the pointer and the table tell them to whoever cannot see them. */}
            {top > 0 && (
              <div className={classes.columnNames} style={{ ...across, marginLeft: i === 0 ? left : 0 }} aria-hidden>
                {names.guide.map((name, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: layers in their order
                  <Name key={column} name={name} room={upright ? top - 4 : width / names.guide.length - 2} type={type} place={upright ? 'upright' : 'across'} />
                ))}
              </div>
            )}
            <div className={classes.cells}>
              {i === 0 && left > 0 && (
                <div className={classes.rowNames} style={down} aria-hidden>
                  {names.target.map((name, row) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    <Name key={row} name={name} room={left - 5} type={type} place="row" />
                  ))}
                </div>
              )}
              <Heatmap
                width={width}
                height={height}
                rows={names.target.length}
                columns={names.guide.length}
                values={panel.values}
                aligned={panel.aligned}
                hovered={hovered}
                onHover={onHover}
                palette={palette}
                type={type}
                label={`CKA matrix: ${panel.title}`}
              />
            </div>
          </figure>
        </OfArmBlock>
      ))}
    </div>
  );
}
