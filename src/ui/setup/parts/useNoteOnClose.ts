import type { NotificationData } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { holdRefused } from '@/state/refused.ts';
import { notify } from '@/ui/notify.ts';

/** While a field holds an entry that was refused, Run says so instead of running something else. */
export function useHoldRefused(name: string | null): void {
  useEffect(() => (name === null ? undefined : holdRefused(name)), [name]);
}

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
