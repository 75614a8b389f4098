import { type NotificationData, notifications } from '@mantine/notifications';

const shown = new Map<string, string>();

/**
 * A note in passing that takes the place of the last one on the same topic. (Given an id that is still on screen,
 * Mantine ignores the new note: a file that was refused would stay refused.)
 */
export function notify(topic: string, note: NotificationData): void {
  const last = shown.get(topic);
  if (last !== undefined) notifications.hide(last);
  shown.set(topic, notifications.show(note));
}

/** Take the note on a topic away: what it says is no longer so. */
export function unnotify(topic: string): void {
  const last = shown.get(topic);
  if (last !== undefined) notifications.hide(last);
}
