import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { CkaMatrix } from './CkaMatrix.tsx';
import classes from './compare.module.css';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { GeneratedTexts } from './GeneratedTexts.tsx';
import { ResultTable } from './ResultTable.tsx';
import { SamplePredictions } from './SamplePredictions.tsx';

/** What came of the arms, side by side: scores, layers, single examples, texts. */
export function Comparison() {
  const opened = useRun(({ data }) => data.experiment);
  const edited = useExperiment(({ experiment }) => experiment);
  const own = (opened ?? edited).task.kind === 'image-files';
  return (
    <>
      <div className={classes.beside}>
        <ResultTable />
        <CkaMatrix />
      </div>
      {own && <ConfusionMatrix />}
      <SamplePredictions />
      <GeneratedTexts />
    </>
  );
}
