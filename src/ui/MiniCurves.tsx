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
}

/** Mean validation curves of the arms over the run, without axes: the numbers stand beside them. */
export function MiniCurves({ curves, arms, width = WIDTH, height = HEIGHT }: Props) {
  const values = curves.arms.flat().filter((value): value is number => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = curves.steps[curves.steps.length - 1] || 1;
  const x = (step: number) => MARGIN + ((width - 2 * MARGIN) * step) / last;
  const y = (value: number) => height - MARGIN - ((height - 2 * MARGIN) * (value - low)) / (high - low || 1);
  const points = (curve: readonly (number | null)[]) =>
    curve.flatMap((value, i) => (value === null ? [] : [`${x(curves.steps[i]).toFixed(1)},${y(value).toFixed(1)}`])).join(' ');
  return (
    <svg style={{ flex: 'none', width: `${width / REM}rem`, height: `${height / REM}rem` }} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {curves.arms.map((curve, i) => (
        <polyline key={arms[i]} points={points(curve)} fill="none" stroke={armColour(arms[i])} strokeWidth={1.5} />
      ))}
    </svg>
  );
}
