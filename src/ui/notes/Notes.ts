import { useNotifications } from '@mantine/notifications';
import { whenFirst } from '../whenFirst.tsx';

/** Where notes in passing are shown, once there is one. */
export const Notes = whenFirst(
  'The notes',
  () => useNotifications().notifications.length > 0,
  async () => (await import('./NoteList.tsx')).NoteList,
);
