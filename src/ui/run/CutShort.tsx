/** Offers to go on with runs whose tab was closed. In a corner, so that nothing on the page moves. */
import { Affix, Button, Group, Paper, Stack, Text } from '@mantine/core';
import type { KeptRun } from '@/experiment/contract/lab.ts';
import { questionOf } from '@/experiment/question.ts';
import { useKeptRuns } from '@/state/keptRuns.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { ago, number } from '@/ui/words.ts';
import classes from './run.module.css';

function Offer({ run }: { run: KeptRun }) {
  return (
    <Paper withBorder shadow="md" p="sm" className={classes.offer} data-testid="kept-run">
      <Text size="sm" fw={600}>
        A run was cut short
      </Text>
      <Text size="sm">{`“${questionOf(run.experiment)}”, step ${number(run.step)} of ${number(run.experiment.base.steps)}, ${ago(Date.now() - run.savedAt)}.`}</Text>
      <Group gap={6} mt={8}>
        <Button onClick={() => void session.continueKeptRun(run)}>Continue it</Button>
        <Button variant="default" onClick={() => void session.forgetKeptRun(run)}>
          Discard it
        </Button>
      </Group>
    </Paper>
  );
}

export function CutShort() {
  const runs = useKeptRuns((state) => state.runs);
  // Whoever has begun something else is not asked in the middle of it.
  const free = useRun((state) => state.phase === 'idle' || state.shownAgain);
  if (runs.length === 0 || !free) return null;
  return (
    <Affix position={{ bottom: 'calc(16px + var(--dock))', left: 16 }}>
      <Stack gap={8} component="section" aria-label="Runs that were cut short">
        {runs.map((run) => (
          <Offer key={run.name} run={run} />
        ))}
      </Stack>
    </Affix>
  );
}
