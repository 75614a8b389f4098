import { useEffect, useMemo, useRef } from 'react';
import type { InspectedMatrices } from '@/experiment/contract/inspection.ts';
import { paintMatrix } from '@/ui/paintMatrix.ts';
import type { Palette } from '@/ui/usePalette.ts';
import { blockMeans, type ClassBlock, classBlocks, levels } from './levels.ts';
import classes from './step.module.css';

interface MatrixCanvasProps {
  /** `[n × n]` */
  matrix: Float32Array;
  of: Pick<InspectedMatrices, 'n' | 'kind' | 'classes'>;
  /** Names of classes. */
  names: readonly string[];
  /** Of a side, in rem. */
  size: number;
  /** Whose it is, in words. */
  label: string;
  /** Name the blocks of classes at the left. */
  named?: boolean;
  palette: Palette | null;
}

/** One pixel an example, enlarged by the browser; a line where a class ends. */
function draw(canvas: HTMLCanvasElement, values: Float32Array, n: number, blocks: readonly ClassBlock[], palette: Palette): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = canvas.width;
  paintMatrix(context, { values, rows: n, columns: n, width: canvas.width, height: canvas.width }, palette);
  context.globalAlpha = 0.35;
  context.fillStyle = palette.mark;
  for (const { from } of blocks.slice(1)) {
    const at = Math.round((from / n) * canvas.width);
    context.fillRect(at, 0, 1, canvas.width);
    context.fillRect(0, at, canvas.width, 1);
  }
}

/** Least height of a block that has room for its name, in rem. */
const LINE = 0.6875;

/** How alike a layer finds every two examples, which stand in the order of their classes. */
export function MatrixCanvas({ matrix, of, names, size, label, named, palette }: MatrixCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { n, kind } = of;
  const values = useMemo(() => levels(matrix, n, kind), [matrix, n, kind]);
  const blocks = useMemo(() => classBlocks(of.classes), [of.classes]);
  useEffect(() => {
    if (ref.current && palette) draw(ref.current, values, n, blocks, palette);
  }, [values, n, blocks, palette]);
  const { within, between } = blockMeans(values, of.classes);
  const told =
    Number.isFinite(within) && Number.isFinite(between)
      ? `; on a scale from 0 to 1 two of a class ${within.toFixed(2)}, of different classes ${between.toFixed(2)}`
      : '';
  return (
    <div className={classes.matrix}>
      {named && (
        <div className={classes.axis} style={{ height: `${size}rem` }} aria-hidden>
          {blocks.map(({ label: own, from, count }) => (
            <span key={from} style={{ flex: count }} title={names[own]}>
              {(count / n) * size >= LINE ? names[own] : ''}
            </span>
          ))}
        </div>
      )}
      <canvas
        ref={ref}
        style={{ width: `${size}rem`, height: `${size}rem` }}
        role="img"
        aria-label={`${label}: how alike ${n} examples are, by class${told}`}
      />
    </div>
  );
}
