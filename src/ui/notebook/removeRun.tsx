import { Button, Group, Text } from '@mantine/core';
import { deleteRun } from '@/state/shelf.ts';
import { notify, unnotify } from '../notify.ts';

const TOPIC = 'deleted run';
const SHOWN_MS = 30_000;

/** Delete a run; it can be had back as long as the note about it is there. */
export async function removeRun(id: string, name: string): Promise<void> {
  const undo = await deleteRun(id);
  if (!undo) return;
  notify(TOPIC, {
    autoClose: SHOWN_MS,
    message: (
      <Group justify="space-between" gap={6}>
        <Text size="sm">“{name}” was deleted.</Text>
        <Button
          data-testid="undo-delete"
          onClick={() => {
            unnotify(TOPIC);
            void undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
}
