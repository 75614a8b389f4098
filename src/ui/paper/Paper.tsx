/** Every claim of the paper beside what this code measured: one table, filtered by task and by verdict. */
import { Alert, Anchor, Select, Table, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { UNROUNDED } from '@/experiment/presets/evidence.ts';
import { refine, useView } from '@/state/view.ts';
import { type ClaimRow, type ClaimVerdict, TASK_WORDS, VERDICT_WORDS } from './claim.ts';
import claims from './claims.json' with { type: 'json' };
import { ClaimCells } from './ClaimCells.tsx';
import classes from './paper.module.css';

const CLAIMS = claims as readonly ClaimRow[];
const ALL = 'all';

/** What an address filters by, where there is such a thing; else everything is shown. */
const known = <Words extends Readonly<Record<string, string>>>(word: string | undefined, words: Words): keyof Words | typeof ALL =>
  word !== undefined && Object.hasOwn(words, word) ? word : ALL;

/** "1 reproduces, 2 partly, …" of the claims that are shown. */
function countWords(shown: readonly ClaimRow[]): string {
  const each = (Object.keys(VERDICT_WORDS) as ClaimVerdict[]).map((verdict) => ({ verdict, n: shown.filter((claim) => claim.verdict === verdict).length }));
  return `${shown.length} of ${CLAIMS.length} claims: ${each
    .filter(({ n }) => n > 0)
    .map(({ verdict, n }) => `${VERDICT_WORDS[verdict].toLowerCase()} ${n}`)
    .join(', ')}.`;
}

const optionsOf = (words: Readonly<Record<string, string>>, all: string) => [
  { value: ALL, label: all },
  ...Object.entries(words).map(([value, label]) => ({ value, label })),
];
const TASKS = optionsOf(TASK_WORDS, 'All tasks');
const VERDICTS = optionsOf(VERDICT_WORDS, 'All verdicts');

export function Paper() {
  const { claim: pointedAt, ...words } = useView((state) => state.place);
  const task = known(words.task, TASK_WORDS);
  const verdict = known(words.verdict, VERDICT_WORDS);
  const row = useRef<HTMLTableRowElement>(null);
  const shown = CLAIMS.filter((claim) => (task === ALL || claim.task === task) && (verdict === ALL || claim.verdict === verdict));
  const filter = (by: 'task' | 'verdict', value: string | null) =>
    refine({ ...useView.getState().place, [by]: value === null || value === ALL ? undefined : value });
  // An address that points at a claim shows it, whatever it filters by.
  useEffect(() => {
    const claim = CLAIMS.find(({ id }) => id === pointedAt);
    if (!claim) return;
    const { place } = useView.getState();
    const hidden = (place.task ?? claim.task) !== claim.task || (place.verdict ?? claim.verdict) !== claim.verdict;
    if (hidden) refine({ view: 'paper', claim: claim.id });
    const timer = setTimeout(() => row.current?.scrollIntoView({ block: 'start' }));
    return () => clearTimeout(timer);
  }, [pointedAt]);
  return (
    <div className={classes.view} data-testid="paper-view">
      <Title order={2} className={classes.title}>
        What the paper claims, and what comes out here
      </Title>
      <p className={classes.intro}>
        Every claim of{' '}
        <Anchor href="https://arxiv.org/abs/2410.20035" target="_blank" rel="noreferrer" inherit underline="always">
          “Training the Untrainable”
        </Anchor>{' '}
        and of the articles about it, tried with small networks and tasks that a browser trains in minutes. “Does not reproduce” means: not at this scale and
        not with this code. The paper’s ± is one standard error of five seeds; ours is one standard deviation over seeds, with the 95 % interval of the paired
        difference, of each comparison by itself. {UNROUNDED} Every number of ours comes from a result file in the repository; its command stands beside it.
      </p>
      {pointedAt !== undefined && !CLAIMS.some(({ id }) => id === pointedAt) && (
        <Alert mb={12} title="There is no such claim" data-testid="unknown-claim">
          The address points at a claim “{pointedAt.slice(0, 40)}”, which is not among these: it may have been renamed, or the address was cut.
        </Alert>
      )}
      <div className={classes.filters}>
        <Select label="Task" data={TASKS} value={task} onChange={(value) => filter('task', value)} data-testid="filter-task" />
        <Select label="Verdict" data={VERDICTS} value={verdict} onChange={(value) => filter('verdict', value)} data-testid="filter-verdict" />
        <p className={classes.count} aria-live="polite" data-testid="claim-count">
          {countWords(shown)}
        </p>
      </div>
      <Table className={classes.table} verticalSpacing={10} horizontalSpacing={10}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Claim</Table.Th>
            <Table.Th scope="col">Does it reproduce?</Table.Th>
            <Table.Th scope="col">The paper</Table.Th>
            <Table.Th scope="col">Measured here</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((claim) => (
            <Table.Tr
              key={claim.id}
              id={`claim-${claim.id}`}
              ref={claim.id === pointedAt ? row : undefined}
              aria-current={claim.id === pointedAt || undefined}
              className={classes.row}
              data-testid="claim"
            >
              <ClaimCells claim={claim} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
