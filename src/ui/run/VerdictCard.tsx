/** The answer to the experiment's question: what was seen, and whether it is beyond noise. */
import { Paper } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { expectation } from '@/stats/expectation.ts';
import { useExperiment } from '@/state/experiment.ts';
import { reachedEnd, useRun } from '@/state/run.ts';
import { useResultsOf } from '@/state/stale.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { loadedWords } from './progress.ts';
import classes from './run.module.css';

const fetchTold = async () => ({ default: (await import('./ToldVerdict.tsx')).ToldVerdict });
/** Statistics and their words: nothing of them is needed before something was measured. */
const ToldVerdict = lazy(fetchTold);

/** Said where settings have been changed since the run. (A run of another experiment does not stay on screen.) */
function Whose() {
  if (useResultsOf() === 'this') return null;
  return (
    <div className={classes.whose} data-testid="whose-result">
      <span className={classes.whoseText}>Result before your changes</span>
    </div>
  );
}

/** Of a run that was not made just now: where it comes from, when and on what it was made. */
function Loaded() {
  const file = useRun((state) => state.loadedFrom);
  const shownAgain = useRun((state) => state.shownAgain);
  const result = useRun((state) => state.result);
  if ((file === null && !shownAgain) || !result) return null;
  return (
    <div className={classes.loaded} data-testid="loaded-result">
      {loadedWords(file, result)}
    </div>
  );
}

export function VerdictCard() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data, step } = useSnapshot(visible, 'evaluations');
  const experiment = useExperiment((state) => state.experiment);
  const finished = useRun(reachedEnd);
  useEffect(() => void fetchTold(), []);
  const untold = (
    <p
      className={classes.detail}
    >{`${step > 0 ? 'The first evaluation after the start is still to come. ' : ''}${expectation(data.experiment ?? experiment)}`}</p>
  );
  return (
    <Paper component="section" aria-label="Verdict" className={classes.verdict} data-part="verdict" ref={ref} data-testid="verdict">
      <Loaded />
      {data.experiment && (
        <div className={classes.whoseLine}>
          <Whose />
        </div>
      )}
      {(data.lastEvaluation?.step ?? 0) > 0 ? (
        <Suspense fallback={untold}>
          <ToldVerdict data={data} finished={finished} />
        </Suspense>
      ) : (
        untold
      )}
    </Paper>
  );
}
