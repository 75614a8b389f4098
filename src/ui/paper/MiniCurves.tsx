import { armColour } from '@/ui/colours.ts';
import type { MeasuredRun } from './claim.ts';
import classes from './paper.module.css';

const WIDTH = 96;
const HEIGHT = 30;
/** Half a line's width stays inside. */
const MARGIN = 1;

/** Mean validation curves of the arms over the run, without axes: the numbers stand beside them. */
export function MiniCurves({ run: { curves, arms } }: { run: MeasuredRun }) {
  const values = curves.arms.flat().filter((value): value is number => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = curves.steps[curves.steps.length - 1];
  const x = (step: number) => MARGIN + ((WIDTH - 2 * MARGIN) * step) / last;
  const y = (value: number) => HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * (value - low)) / (high - low || 1);
  const points = (curve: readonly (number | null)[]) =>
    curve.flatMap((value, i) => (value === null ? [] : [`${x(curves.steps[i]).toFixed(1)},${y(value).toFixed(1)}`])).join(' ');
  return (
    <svg className={classes.curves} width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {curves.arms.map((curve, i) => (
        <polyline key={arms[i].id} points={points(curve)} fill="none" stroke={armColour(arms[i].id)} strokeWidth={1.5} />
      ))}
    </svg>
  );
}
