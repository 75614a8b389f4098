import type { NotificationData } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { notify } from '@/ui/notify.ts';

/** When an editor closes on something that it has refused, say so: what is run is not what was typed. */
export function useNoteOnClose(note: NotificationData | null): void {
  const latest = useRef(note);
  useEffect(() => {
    latest.current = note;
  });
  useEffect(
    () => () => {
      if (latest.current) notify('refused', { color: 'yellow', ...latest.current });
    },
    [],
  );
}
