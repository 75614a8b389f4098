import classes from './charts.module.css';
import { LossChart } from './LossChart.tsx';
import { OverlaidRuns } from './Overlaid.tsx';
import { MetricChart } from './MetricChart.tsx';
import { SimilarityChart } from './SimilarityChart.tsx';

/** The curves of the run on screen, side by side where there is room. */
export function Curves() {
  return (
    <>
      <OverlaidRuns />
      <div className={classes.grid} data-testid="curves">
        <LossChart />
        <MetricChart />
        <SimilarityChart />
      </div>
    </>
  );
}
