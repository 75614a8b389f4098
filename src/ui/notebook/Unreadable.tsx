import { Button, Group, Paper, Text } from '@mantine/core';
import type { UnreadableRun } from '@/state/shelfRecord.ts';
import { removeRun } from './removeRun.tsx';

const WHY: Readonly<Record<UnreadableRun['why'], string>> = {
  newer: 'A run was kept here by a newer version of this page: reload the page to see it.',
  damaged: 'A run that was kept here is damaged and cannot be shown.',
};

/** In the place of a run that cannot be shown. Nothing deletes it but a person. */
export function Unreadable({ run: { id, why } }: { run: UnreadableRun }) {
  return (
    <Paper component="li" withBorder p="sm" data-testid="unreadable-run">
      <Group justify="space-between" gap={8}>
        <Text size="sm">{WHY[why]}</Text>
        <Button onClick={() => void removeRun(id, 'The record')}>Delete it</Button>
      </Group>
    </Paper>
  );
}
