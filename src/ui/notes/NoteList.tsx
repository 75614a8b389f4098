import { Notifications } from '@mantine/notifications';

export const NoteList = () => <Notifications position="bottom-right" />;
