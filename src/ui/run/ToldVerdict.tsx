/** A verdict in words: the sentence, what is said of further arms, and what limits both. Fetched once the page stands. */
import { Anchor, Popover, VisuallyHidden } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import type { RunData } from '@/state/runData.ts';
import type { Segment, Verdict } from '@/stats/types.ts';
import { armColour } from '@/ui/colours.ts';
import { verdictOf } from '@/state/verdictOf.ts';
import { MoreSeeds } from './MoreSeeds.tsx';
import classes from './run.module.css';

const plain = (segments: readonly Segment[]): string => segments.map((s) => s.text).join('');

/** "95 %" stays on one line. */
const unbroken = (text: string): string => text.replaceAll(' %', '\u00a0%');

/** Arms are named in their colours; the answer stands out. */
function Sentence({ segments, className }: { segments: readonly Segment[]; className: string }) {
  return (
    <p className={className}>
      {segments.map(({ text, arm, answer }, i) =>
        arm !== undefined || answer ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence
          <strong key={i} style={arm === undefined ? undefined : { color: armColour(arm) }}>
            {text}
          </strong>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <span key={i}>{unbroken(text)}</span>
        ),
      )}
    </p>
  );
}

/** The numbers behind the claim and what limits it open beside it; more seeds can be had. */
function Detail({ verdict, finished }: { verdict: Verdict; finished: boolean }) {
  return (
    <p className={classes.detail}>
      <Popover position="bottom-start" width="min(34rem, 94vw)" trapFocus>
        <Popover.Target>
          <Anchor component="button" type="button" inherit data-tool data-testid="how-sure">
            How sure is this?
          </Anchor>
        </Popover.Target>
        <Popover.Dropdown aria-label="How sure is this?">
          <p className={classes.sure} tabIndex={-1} data-autofocus>
            {unbroken(verdict.detail)}
          </p>
        </Popover.Dropdown>
      </Popover>
      {finished && (
        <span data-tool>
          <MoreSeeds verdict={verdict} />
        </span>
      )}
    </p>
  );
}

/** For those who do not see it. A region that comes with its text is not read out: it is there first, and then filled. */
function Spoken({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('');
  useEffect(() => setSpoken(text), [text]);
  return <VisuallyHidden aria-live="polite">{spoken}</VisuallyHidden>;
}

/** @param finished whether the run on screen has ended */
export function ToldVerdict({ data, finished }: { data: RunData; finished: boolean }) {
  const evaluation = data.lastEvaluation;
  const divergences = data.divergences.length;
  // Only a new evaluation can change what may be said.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place
  const verdict = useMemo(() => verdictOf(data, finished), [data, evaluation, divergences, finished]);
  if (!verdict || !data.experiment) return null;
  const { headline, others } = verdict;
  return (
    <>
      {/* A new sentence is a new element: pieces of the old one do not wander over the lines. */}
      <Sentence key={plain(headline)} segments={headline} className={classes.headline} />
      {others.length > 0 && <Sentence key={plain(others)} segments={others} className={classes.others} />}
      <Detail verdict={verdict} finished={finished} />
      <Spoken text={finished ? plain([...headline, { text: ' ' }, ...others]) : ''} />
    </>
  );
}
