/** Notes on edits that changed more than was edited: each has the way back. */
import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { notify, unnotify } from './notify.ts';

/** Long enough to read what went along, and to want it back. */
const SHOWN_MS = 15_000;

interface UndoableProps {
  topic: string;
  message: string;
  before: Experiment | undefined;
  after: Experiment;
}

/** The way back is offered while the edit is the last one; a note on an edit that was taken back goes. */
function Undoable({ topic, message, before, after }: UndoableProps) {
  const latest = useExperiment(({ experiment }) => experiment === after);
  const undone = useExperiment(({ experiment }) => experiment === before);
  useEffect(() => {
    if (undone) unnotify(topic);
  }, [undone, topic]);
  return (
    <Stack gap={6} align="flex-start">
      <Text size="sm">{message}</Text>
      {latest && before && (
        <Button data-testid="undo-edit" onClick={() => useExperiment.getState().undo()}>
          Undo
        </Button>
      )}
    </Stack>
  );
}

/** Tell what the edit that was made just now did besides. */
export function notifyEdit(topic: string, message: string, title?: string): void {
  const { experiment, past } = useExperiment.getState();
  notify(topic, {
    autoClose: SHOWN_MS,
    title,
    message: <Undoable topic={topic} message={message} before={past.at(-1)} after={experiment} />,
  });
}
