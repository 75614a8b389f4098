/** One step of one member, from its batch to its update, with the numbers of the run. */
import { CloseButton, Paper, Portal } from '@mantine/core';
import { IconArrowNarrowRight } from '@tabler/icons-react';
import { Fragment, useMemo } from 'react';
import type { Inspection } from '@/experiment/contract/inspection.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useRun } from '@/state/run.ts';
import { showSteps, useStepStrip, whomToShow } from '@/state/stepStrip.ts';
import { number } from '@/ui/words.ts';
import { BatchPiece } from './BatchPiece.tsx';
import { LossPiece, MatricesPiece, SimilarityPiece, UpdatePiece } from './pieces.tsx';
import classes from './step.module.css';
import { useInspection } from './useInspection.ts';
import { WhomFields } from './WhomFields.tsx';

/** What the strip says of the moment it shows. */
function momentWords({ step, taken, divergedAt }: Inspection): string {
  if (divergedAt !== null) return `diverged at step ${number(divergedAt)}: nothing changes it any more`;
  return taken ? `Step ${number(step)}, as it was taken` : `Step ${number(step)}, which comes next`;
}

const PIECES = [BatchPiece, MatricesPiece, SimilarityPiece, LossPiece, UpdatePiece];

function Strip({ experiment }: { experiment: Experiment }) {
  const chosen = useStepStrip((state) => state.chosen);
  const taking = useStepStrip((state) => state.from !== null);
  const step = useRun((state) => state.step);
  const whom = useMemo(() => whomToShow(experiment, chosen), [experiment, chosen]);
  const { inspection, failed } = useInspection(taking || step < 0 ? null : { ...whom, of: 'last' }, String(step));
  return (
    <Portal>
      <Paper
        component="section"
        className={classes.strip}
        shadow="md"
        aria-label="What a step does"
        data-testid="step-strip"
        aria-busy={!inspection || inspection.step < step}
      >
        <div className={classes.head}>
          <h2 className={classes.title} data-testid="step-moment" aria-live="polite">
            {step < 0
              ? 'Steps of a warm-up are not taken apart: go on to step 0.'
              : inspection
                ? momentWords(inspection)
                : failed
                  ? 'This step could not be looked at.'
                  : 'Looking at the step…'}
          </h2>
          <WhomFields experiment={experiment} whom={whom} onChange={(change) => useStepStrip.setState({ chosen: { ...whom, ...change } })} withPairs />
          <CloseButton aria-label="Close what a step does" data-testid="step-close" onClick={() => showSteps(false)} />
        </div>
        <div className={classes.pieces} data-old={taking || undefined}>
          {inspection &&
            PIECES.map((Piece, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
              <Fragment key={i}>
                {i > 0 && <IconArrowNarrowRight size={18} stroke={1.4} className={classes.arrow} aria-hidden />}
                <Piece inspection={inspection} experiment={experiment} />
              </Fragment>
            ))}
        </div>
      </Paper>
    </Portal>
  );
}

export default function StepStrip() {
  const experiment = useRun((state) => state.experiment);
  return experiment && <Strip experiment={experiment} />;
}
