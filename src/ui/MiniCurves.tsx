import type { Metric } from '@/experiment/networks/describe.ts';
import { armColour } from './colours.ts';

const WIDTH = 96;
const HEIGHT = 30;
const REM = 16;
/** Half a line's width stays inside. */
const MARGIN = 1;

interface Props {
  /** Values of each arm at some steps; null where there is none. */
  curves: { steps: readonly number[]; arms: readonly (readonly (number | null)[])[] };
  /** Ids of the arms, in the same order. */
  arms: readonly string[];
  /** In pixels of a page that is not enlarged, where the drawing has another size. */
  width?: number;
  height?: number;
  /** Lowest and highest value of the drawing, and a level that is dotted. Absent: the values fill it. */
  scale?: { low: number; high: number; level: number };
}

/** Of scores from 0 to 1, with what takes no learning: noise about it must not look like a curve. Others fill the drawing. */
export const scoreScale = ({ higherIsBetter, chance }: Metric): Props['scale'] => (higherIsBetter ? { low: 0, high: 1, level: chance } : undefined);

/** Mean validation curves of the arms over the run, without axes: the numbers stand beside them. */
export function MiniCurves({ curves, arms, width = WIDTH, height = HEIGHT, scale }: Props) {
  const values = curves.arms.flat().filter((value): value is number => value !== null);
  const { low, high } = scale ?? { low: Math.min(...values), high: Math.max(...values) };
  const last = curves.steps[curves.steps.length - 1] || 1;
  const x = (step: number) => MARGIN + ((width - 2 * MARGIN) * step) / last;
  const y = (value: number) => height - MARGIN - ((height - 2 * MARGIN) * (value - low)) / (high - low || 1);
  const points = (curve: readonly (number | null)[]) =>
    curve.flatMap((value, i) => (value === null ? [] : [`${x(curves.steps[i]).toFixed(1)},${y(value).toFixed(1)}`])).join(' ');
  return (
    <svg style={{ flex: 'none', width: `${width / REM}rem`, height: `${height / REM}rem` }} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {scale && <path d={`M0 ${y(scale.level)}H${width}`} stroke="var(--mute)" strokeWidth={1} strokeDasharray="1 3" />}
      {curves.arms.map((curve, i) => (
        <polyline key={arms[i]} points={points(curve)} fill="none" stroke={armColour(arms[i])} strokeWidth={1.5} />
      ))}
    </svg>
  );
}
