/** In passing: where a run is that left the screen, what storage refused, and what is wrong with an address. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect } from 'react';
import { openInLab, useLeft } from '@/state/screen.ts';
import { useShelf } from '@/state/shelf.ts';
import { useView } from '@/state/view.ts';
import { notify, unnotify } from '../notify.ts';

const LEFT = 'left';
const NOTHING_KEPT = 'The run had not begun: nothing of it is kept.';
/** Long enough to see what was done. */
const SHOWN_MS = 15_000;

function KeptNote({ id }: { id: string }) {
  return (
    <Group justify="space-between" gap={6} data-testid="kept-note">
      <Text size="sm">The run is kept in the Notebook.</Text>
      <Button
        data-testid="back-to-run"
        onClick={() => {
          unnotify(LEFT);
          void openInLab(id);
        }}
      >
        Go back to it
      </Button>
    </Group>
  );
}

export function ShelfNotices() {
  const left = useLeft((state) => state.left);
  const problem = useShelf((state) => state.problem);
  const complaint = useView((state) => state.complaint);
  useEffect(() => {
    if (left) notify(LEFT, { autoClose: SHOWN_MS, message: left.id === null ? NOTHING_KEPT : <KeptNote id={left.id} /> });
    else unnotify(LEFT);
  }, [left]);
  useEffect(() => {
    if (problem) notify('shelf', { color: 'yellow', autoClose: false, message: problem.text });
  }, [problem]);
  useEffect(() => {
    if (complaint) notify('address', { color: 'yellow', autoClose: false, message: complaint });
    else unnotify('address');
  }, [complaint]);
  return null;
}
