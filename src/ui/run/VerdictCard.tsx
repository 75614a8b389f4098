/** The answer to the experiment's question: what was seen, and whether it is beyond noise. */
import { Anchor, Button, Paper, VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { useResultsOf } from '@/state/stale.ts';
import type { Sampling, Segment, Verdict } from '@/stats/types.ts';
import { armColour } from '@/ui/colours.ts';
import { useFrame, useSnapshot } from '@/ui/charts/redraw.ts';
import { verdictOf } from '@/ui/compare/verdictOf.ts';
import { validationSet } from '@/ui/words.ts';
import { MoreSeeds } from './MoreSeeds.tsx';
import { loadedWords } from './progress.ts';
import classes from './run.module.css';

const plain = (segments: readonly Segment[]): string => segments.map((s) => s.text).join('');

/** "95 %" stays on one line. */
const unbroken = (text: string): string => text.replaceAll(' %', '\u00a0%');

/** Arms are named in their colours. */
function Sentence({ segments, className }: { segments: readonly Segment[]; className: string }) {
  return (
    <p className={className}>
      {segments.map(({ text, arm }, i) =>
        arm === undefined ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence
          <span key={i}>{unbroken(text)}</span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <strong key={i} style={{ color: armColour(arm) }}>
            {text}
          </strong>
        ),
      )}
    </p>
  );
}

const samplingWords = ({ level, interval: [low, high] }: Sampling, examples: string): string =>
  `One accuracy of ${(100 * level).toFixed(1)} % on ${examples} may itself be ${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %.`;

/** What limits the claim, in one line; the numbers behind it open in place, and more seeds can be had. */
function Detail({ verdict, examples, finished }: { verdict: Verdict; examples: string; finished: boolean }) {
  const [open, setOpen] = useState(false);
  const { sampling } = verdict;
  return (
    <p className={classes.detail}>
      {unbroken(open ? verdict.detail : sampling === null ? '' : samplingWords(sampling, examples))}{' '}
      <Anchor component="button" type="button" inherit aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Less' : 'How sure is this?'}
      </Anchor>
      {finished && <MoreSeeds verdict={verdict} />}
    </p>
  );
}

/** Whose result this is, where the experiment above has become another one than that of the run. */
function Whose() {
  const of = useResultsOf();
  const run = useRun((state) => state.experiment);
  const replace = useExperiment((state) => state.replace);
  if (of === 'this' || !run) return null;
  return (
    <div className={classes.whose} data-testid="whose-result">
      <span className={classes.whoseText}>{of === 'another' ? `Result of another experiment: “${run.question}”` : 'Result before your changes'}</span>
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
  const question = useExperiment((state) => state.experiment.question);
  const finished = useRun((state) => state.phase === 'finished');
  const evaluation = data.lastEvaluation;
  const divergences = data.divergences.length;
  // Only a new evaluation can change what may be said.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place
  const verdict = useMemo(() => verdictOf(data, finished), [data, evaluation, divergences, finished]);
  const another = useResultsOf() === 'another';
  const told = verdict !== null && (evaluation?.step ?? 0) > 0;
  return (
    <Paper component="section" aria-label="Verdict" className={classes.verdict} ref={ref} data-testid="verdict" data-of-another={another || undefined}>
      <Loaded />
      {data.experiment && (
        <div className={classes.whoseLine}>
          <Whose />
        </div>
      )}
      {told ? (
        // A new sentence is a new element: pieces of the old one do not wander over the lines.
        <Sentence key={plain(verdict.headline)} segments={verdict.headline} className={classes.headline} />
      ) : (
        <p className={classes.headline}>{data.experiment?.question ?? question}</p>
      )}
      {told && verdict.others.length > 0 && <Sentence key={plain(verdict.others)} segments={verdict.others} className={classes.others} />}
      {told ? (
        <Detail verdict={verdict} examples={data.experiment ? validationSet(data.experiment.task) : ''} finished={finished} />
      ) : (
        <p className={classes.detail}>{step > 0 ? 'Nothing has been measured yet.' : UNTOLD}</p>
      )}
      <VisuallyHidden aria-live="polite">{finished && told ? plain([...verdict.headline, { text: ' ' }, ...verdict.others]) : ''}</VisuallyHidden>
    </Paper>
  );
}

const UNTOLD = 'The answer will stand here: what was seen over the seeds, and whether it is beyond noise.';
