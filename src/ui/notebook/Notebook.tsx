/** The runs that stay: what each asked, how it came out, and the ways on from there. */
import { Anchor, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { loadShelf, MOST_RUNS, useShelf } from '@/state/shelf.ts';
import { addressOf, goTo } from '@/state/view.ts';
import { follow } from '../follow.ts';
import { plural } from '../words.ts';
import classes from './notebook.module.css';
import { RunCard } from './RunCard.tsx';
import { Unreadable } from './Unreadable.tsx';

function Empty() {
  return (
    <div className={classes.empty} data-testid="notebook-empty">
      <Text fw={600}>Nothing has run here yet.</Text>
      <Text size="sm" mt={4}>
        Every run that ends in the{' '}
        <Anchor href={addressOf({ view: 'lab' })} onClick={follow(() => goTo({ view: 'lab' }))} inherit underline="always">
          Lab
        </Anchor>{' '}
        will stand here by itself, and every one that you leave before its end: its curves, the arms with their scores, the verdict. It can be opened again,
        laid over another run, named, pinned and taken along as a file.
      </Text>
    </div>
  );
}

export function Notebook() {
  const { runs, unreadable, loaded } = useShelf();
  useEffect(() => void loadShelf(), []);
  return (
    <div className={classes.view} data-testid="notebook-view">
      <Title order={2} fz={19}>
        Notebook
      </Title>
      {loaded && (
        <p className={classes.intro}>
          {runs.length > 0 && `${plural(runs.length, 'run')}, the latest first. `}
          The last {MOST_RUNS} runs and all that are pinned stay in this browser, and nowhere else.
        </p>
      )}
      {loaded && runs.length + unreadable.length === 0 && <Empty />}
      <ul className={classes.runs}>
        {unreadable.map((run) => (
          <Unreadable key={run.id} run={run} />
        ))}
        {runs.map((run) => (
          <RunCard key={run.id} run={run} />
        ))}
      </ul>
    </div>
  );
}
