/** One run of the Notebook. */
import { Paper, Text, Title } from '@mantine/core';
import { useId } from 'react';
import { taskMetric, taskTitle } from '@/experiment/networks/describe.ts';
import { questionOf } from '@/experiment/question.ts';
import { presetOf } from '@/state/experiment.ts';
import { FROM_LINK } from '@/state/sharedResult.ts';
import { useShelf } from '@/state/shelf.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { meanAndSpread, metricWords } from '../charts/format.ts';
import { armColour } from '../colours.ts';
import { MiniCurves, scoreScale } from '../MiniCurves.tsx';
import { againstNewest, runName } from '../runName.ts';
import { number, plural } from '../words.ts';
import { Name } from './Name.tsx';
import classes from './notebook.module.css';
import { RunActions } from './RunActions.tsx';

const dateWords = (time: number): string =>
  new Date(time).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/** "3 seeds · 250 steps · 30 Nov 2026, 11:02" */
function factsOf({ experiment, stoppedAt, madeAt, keptAt, file, unsaved }: ShelvedRun): string {
  const { steps } = experiment.base;
  const made = madeAt === null ? Number.NaN : Date.parse(madeAt);
  return [
    plural(experiment.seeds.length, 'seed'),
    stoppedAt === null ? plural(steps, 'step') : `stopped after step ${number(stoppedAt)} of ${number(steps)}`,
    dateWords(Number.isFinite(made) ? made : keptAt),
    ...(file === null ? [] : [file === FROM_LINK ? 'from a link' : `out of “${file}”`]),
    ...(unsaved ? ['only until the page closes'] : []),
  ].join(' · ');
}

function Scores({ run: { experiment, arms } }: { run: ShelvedRun }) {
  const metric = taskMetric(experiment.task);
  const { bare, unit } = metricWords(metric);
  const score = (mean: number | null, sd: number | null) => {
    const words = meanAndSpread(mean ?? Number.NaN, sd ?? Number.NaN, bare);
    return unit && mean !== null ? `${words} ${unit}` : words;
  };
  return (
    <ul className={classes.arms} aria-label={`Validation ${metric.name}`}>
      {arms.map(({ id, name, mean, sd }) => (
        <li key={id}>
          <span className={classes.dot} style={{ background: armColour(id) }} />
          <span className={classes.armName}>{name}</span>
          <b>{score(mean, sd)}</b>
        </li>
      ))}
    </ul>
  );
}

export function RunCard({ run }: { run: ShelvedRun }) {
  const title = useId();
  const { experiment, headline } = run;
  const name = runName(run);
  const preset = presetOf(experiment).title;
  const differs = useShelf(({ runs }) => againstNewest(run, runs));
  return (
    <Paper component="li" withBorder p="sm" className={classes.run} aria-labelledby={title} data-testid="shelved-run" data-pinned={run.pinned || undefined}>
      <div className={classes.head}>
        <div className={classes.titles}>
          <Name run={run}>
            <Title order={3} id={title} fz={15} className={classes.name}>
              {name}
            </Title>
          </Name>
          <Text size="xs" c="dimmed">
            {[...(name === preset ? [] : [preset]), taskTitle(experiment.task)].join(' · ')}
          </Text>
        </div>
        <MiniCurves curves={run.curves} arms={run.arms.map(({ id }) => id)} width={120} height={44} scale={scoreScale(taskMetric(experiment.task))} />
      </div>
      <Text size="sm" mt={6}>
        {questionOf(experiment)}
      </Text>
      {headline !== null && (
        <Text size="sm" fw={500} mt={2} data-testid="shelved-verdict">
          {headline.replaceAll(' %', '\u00a0%')}
        </Text>
      )}
      {differs !== null && (
        <Text size="xs" c="dimmed" mt={4} data-testid="differs">
          Against the newest run of this preset: {differs}
        </Text>
      )}
      <Scores run={run} />
      <Text size="xs" c="dimmed" className={classes.facts}>
        {factsOf(run)}
      </Text>
      <RunActions run={run} name={name} />
    </Paper>
  );
}
