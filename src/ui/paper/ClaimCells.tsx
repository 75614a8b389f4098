import { Anchor, Table } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { addressOf, goTo } from '@/state/view.ts';
import { armColour } from '@/ui/colours.ts';
import { follow } from '@/ui/follow.ts';
import { MiniCurves } from '@/ui/MiniCurves.tsx';
import { type ClaimRow, type MeasuredDifference, type MeasuredRun, TASK_WORDS, VERDICT_WORDS } from './claim.ts';
import classes from './paper.module.css';

/** Numbers stay with their unit and their spread. */
const unbroken = (text: string): string => text.replace(/ (?=[%±])|(?<=±) /g, '\u00a0');

/** The cells of one claim. */
export function ClaimCells({ claim }: { claim: ClaimRow }) {
  const here = { view: 'paper', claim: claim.id } as const;
  return (
    <>
      <Table.Th scope="row" className={classes.claim}>
        {claim.claim}
        <span className={classes.where}>
          {claim.where}. {TASK_WORDS[claim.task]}.{' '}
          <Anchor
            href={addressOf(here)}
            onClick={follow(() => goTo(here))}
            inherit
            underline="always"
            className={classes.screenOnly}
            aria-label={`Link to this claim: ${claim.where}`}
          >
            Link
          </Anchor>
        </span>
      </Table.Th>
      <Cell name="Does it reproduce?">
        <span className={classes.verdict} data-verdict={claim.verdict}>
          {VERDICT_WORDS[claim.verdict]}
        </span>
        {unbroken(claim.why)}
      </Cell>
      <Cell name="The paper">{unbroken(claim.paper)}</Cell>
      <Cell name="Measured here">{claim.measured.length === 0 ? '–' : claim.measured.map((run) => <Measured key={run.run} run={run} />)}</Cell>
    </>
  );
}

/** On a narrow screen every cell says its column. */
function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Td data-column={name} className={classes.cell}>
      {children}
    </Table.Td>
  );
}

function differenceWords({ arm, against, difference, interval, p, wins, of }: MeasuredDifference): string {
  const spread = interval === null ? 'too few seeds for an interval' : `95 % interval ${interval}${p === null ? '' : `, ${p}`}`;
  return unbroken(`${arm} against ${against}${of === null ? '' : `, ${of}`}: ${difference} (${spread}; better in ${wins})`);
}

function Measured({ run }: { run: MeasuredRun }) {
  const address = addressOf({ view: 'lab' }, undefined, run.link);
  return (
    <div className={classes.run}>
      <div className={classes.runHead}>
        <span>
          <b>{run.title}</b>, {run.seeds}; {unbroken(run.metric)}
        </span>
        <MiniCurves curves={run.curves} arms={run.arms.map(({ id }) => id)} />
      </div>
      <ul className={classes.arms}>
        {run.arms.map(({ id, name, score }) => (
          <li key={id}>
            <span className={classes.dot} style={{ background: armColour(id) }} />
            {name} <b>{unbroken(score)}</b>
          </li>
        ))}
      </ul>
      {run.differences.map((difference) => (
        <p key={`${difference.arm}/${difference.against}/${difference.of}`} className={classes.difference}>
          {differenceWords(difference)}
        </p>
      ))}
      {run.noTest !== null && <p className={classes.difference}>{run.noTest}</p>}
      <p className={classes.command}>
        <Anchor
          href={address}
          onClick={follow(() => goTo({ view: 'lab' }, { link: run.link }))}
          inherit
          underline="always"
          className={classes.screenOnly}
          data-testid={`open-${run.run}`}
        >
          Open in the Lab
        </Anchor>{' '}
        <code>
          {run.command.split(' ').map((word, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: words of one fixed sentence
            <Fragment key={i}>
              <span>{word}</span>{' '}
            </Fragment>
          ))}
        </code>
      </p>
    </div>
  );
}
