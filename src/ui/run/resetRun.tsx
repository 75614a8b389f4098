import { Button, Stack, Text } from '@mantine/core';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { notify, unnotify } from '@/ui/notify.ts';

const TOPIC = 'reset';
/** Long enough to see what was done. */
const SHOWN_MS = 30_000;

/** Take the run off the screen. A finished one is offered back until another begins, as it was: with what can be asked of it. */
export async function resetRun(): Promise<void> {
  const putBack = await session.reset();
  if (!putBack) return;
  notify(TOPIC, {
    autoClose: SHOWN_MS,
    title: 'The result was taken off the screen',
    message: (
      <Stack gap={6} align="flex-start">
        <Text size="sm">It stays in the Notebook.</Text>
        <Button
          data-testid="undo-reset"
          onClick={() => {
            putBack();
            unnotify(TOPIC);
          }}
        >
          Undo
        </Button>
      </Stack>
    ),
  });
  const stop = useRun.subscribe(({ phase }) => {
    if (phase === 'idle') return;
    stop();
    unnotify(TOPIC);
  });
}
