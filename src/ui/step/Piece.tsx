import type { ReactNode } from 'react';
import type { Inspection } from '@/experiment/contract/inspection.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import classes from './step.module.css';
import { Term } from './Term.tsx';

export interface PieceProps {
  inspection: Inspection;
  experiment: Experiment;
}

interface Props {
  title: string;
  /** What it is, in a sentence or two. */
  says: string;
  tex?: string;
  /** A few plain words below. */
  note: ReactNode;
  children: ReactNode;
  testId?: string;
}

/** One thing that happens in a step. */
export function Piece({ title, says, tex, note, children, testId }: Props) {
  return (
    <div className={classes.piece} data-testid={testId}>
      <h3>
        <Term says={says} tex={tex}>
          {title}
        </Term>
      </h3>
      <div className={classes.shown}>{children}</div>
      <p className={classes.note}>{note}</p>
    </div>
  );
}
