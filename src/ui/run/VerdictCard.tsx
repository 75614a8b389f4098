/** The answer to the experiment's question: what was seen, and whether it is beyond noise. */
import { Button, Paper } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { questionOf } from '@/experiment/question.ts';
import { expectation } from '@/stats/expectation.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { useResultsOf } from '@/state/stale.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { loadedWords } from './progress.ts';
import classes from './run.module.css';

const fetchTold = async () => ({ default: (await import('./ToldVerdict.tsx')).ToldVerdict });
/** Statistics and their words: nothing of them is needed before something was measured. */
const ToldVerdict = lazy(fetchTold);

/** Whose result this is, where the experiment above has become another one than that of the run. */
function Whose() {
  const of = useResultsOf();
  const run = useRun((state) => state.experiment);
  const replace = useExperiment((state) => state.replace);
  if (of === 'this' || !run) return null;
  return (
    <div className={classes.whose} data-testid="whose-result">
      <span className={classes.whoseText}>{of === 'another' ? `Result of another experiment: “${questionOf(run)}”` : 'Result before your changes'}</span>
      {of === 'another' && (
        <Button size="compact-xs" variant="subtle" data-testid="back-to-run" onClick={() => replace(run)}>
          Back to it
        </Button>
      )}
    </div>
  );
}

/** Of a run that was not made here: where it comes from, when and on what it was made. */
function Loaded() {
  const file = useRun((state) => state.loadedFrom);
  const result = useRun((state) => state.result);
  if (file === null || !result) return null;
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
  const finished = useRun((state) => state.phase === 'finished');
  const another = useResultsOf() === 'another';
  useEffect(() => void fetchTold(), []);
  const untold = <p className={classes.detail}>{`${step > 0 ? 'Nothing has been measured yet. ' : ''}${expectation(data.experiment ?? experiment)}`}</p>;
  return (
    <Paper
      component="section"
      aria-label="Verdict"
      className={classes.verdict}
      data-part="verdict"
      ref={ref}
      data-testid="verdict"
      data-of-another={another || undefined}
    >
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
