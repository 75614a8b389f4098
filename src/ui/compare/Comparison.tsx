import { CkaMatrix } from './CkaMatrix.tsx';
import classes from './compare.module.css';
import { GeneratedTexts } from './GeneratedTexts.tsx';
import { ResultTable } from './ResultTable.tsx';
import { SamplePredictions } from './SamplePredictions.tsx';

/** What came of the arms, side by side: scores, layers, single examples, texts. */
export function Comparison() {
  return (
    <>
      <div className={classes.beside}>
        <ResultTable />
        <CkaMatrix />
      </div>
      <SamplePredictions />
      <GeneratedTexts />
    </>
  );
}
