/** One similarity matrix on a canvas: thousands of cells cost one drawing. */
import { memo, useEffect, useRef } from 'react';
import { rampLevel } from '@/ui/colours.ts';
import { paintMatrix } from '@/ui/paintMatrix.ts';
import type { Palette } from '@/ui/usePalette.ts';
import classes from './compare.module.css';

export interface Cell {
  row: number;
  column: number;
}

interface HeatmapProps {
  width: number;
  height: number;
  rows: number;
  columns: number;
  values: Float32Array;
  aligned: ReadonlySet<number>;
  hovered: Cell | null;
  onHover: (cell: Cell | null) => void;
  /** Colours for 0, 0.01, … 1, and of marks; null while they are not known. */
  palette: Palette | null;
  /** Of values in cells, in pixels. */
  type: number;
  label: string;
}

/** From this size on, by the size of its type, a cell has room for its value; and in pixels, for a gap around it. */
export const VALUE_WIDTH = 2.2;
const VALUE_HEIGHT = 1.25;
const GAP_FROM = 7;

type Matrix = Pick<HeatmapProps, 'values' | 'rows' | 'columns' | 'width' | 'height' | 'type'>;

/** Cells with gaps around them, and their values where there is room. */
function drawCells(context: CanvasRenderingContext2D, matrix: Matrix, palette: Palette, w: number, h: number): void {
  const { values, rows, columns, type } = matrix;
  const showValues = w >= VALUE_WIDTH * type && h >= VALUE_HEIGHT * type;
  context.font = `${type}px ${getComputedStyle(context.canvas).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      const finite = Number.isFinite(value);
      context.fillStyle = finite ? palette.ramp[rampLevel(value)] : palette.none;
      context.fillRect(column * w, row * h, w - 1, h - 1);
      if (!showValues || values.length === 0) continue;
      context.fillStyle = finite ? palette.inks[rampLevel(value)] : palette.mark;
      context.fillText(finite ? value.toFixed(2).replace(/^0/, '') : '×', (column + 0.5) * w - 0.5, (row + 0.5) * h);
    }
  }
}

export const Heatmap = memo(function Heatmap(props: HeatmapProps) {
  const { width, height, rows, columns, values, aligned, hovered, palette, type } = props;
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !palette) return;
    const scale = window.devicePixelRatio || 1;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    context.scale(scale, scale);
    const [w, h] = [width / columns, height / rows];
    const matrix = { values, rows, columns, width, height, type };
    const gap = Math.min(w, h) >= GAP_FROM ? 1 : 0;
    if (gap === 0) paintMatrix(context, matrix, palette);
    else drawCells(context, matrix, palette, w, h);
    context.lineWidth = 1.5;
    for (const cell of aligned) {
      // Of what can be read on the cell: on the darkest the mark of others could not be seen.
      context.strokeStyle = Number.isFinite(values[cell]) ? palette.inks[rampLevel(values[cell])] : palette.mark;
      context.strokeRect((cell % columns) * w + 0.75, Math.floor(cell / columns) * h + 0.75, w - gap - 1.5, h - gap - 1.5);
    }
    if (hovered) {
      context.strokeStyle = palette.mark;
      context.lineWidth = 2;
      context.setLineDash([3, 2]);
      context.strokeRect(hovered.column * w, hovered.row * h, w - gap, h - gap);
    }
  }, [width, height, rows, columns, values, aligned, hovered, palette, type]);

  const find = (event: { clientX: number; clientY: number; currentTarget: HTMLCanvasElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const clamp = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    props.onHover({
      row: clamp((event.clientY - box.top) / box.height, rows),
      column: clamp((event.clientX - box.left) / box.width, columns),
    });
  };
  return (
    <canvas
      ref={canvas}
      className={classes.heatmap}
      style={{ width, height }}
      role="img"
      aria-label={props.label}
      onPointerMove={find}
      onPointerDown={find}
      onPointerLeave={() => props.onHover(null)}
    />
  );
});
