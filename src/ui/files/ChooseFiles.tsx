import { Button, Group } from '@mantine/core';
import { IconFiles, IconFolder } from '@tabler/icons-react';
import type { InputHTMLAttributes } from 'react';
import { FilesButton } from './FilesButton.tsx';

/** React knows the attribute by this name only as text. */
const FOLDERS = { webkitdirectory: '' } as InputHTMLAttributes<HTMLInputElement>;

/** The two dialogs that a browser has: one for files, one for folders. */
export function ChooseFiles() {
  return (
    <Group gap={6}>
      <FilesButton>
        {(props) => (
          <Button {...props} leftSection={<IconFiles size={14} />} data-testid="choose-files">
            Choose files
          </Button>
        )}
      </FilesButton>
      <FilesButton inputProps={FOLDERS}>
        {(props) => (
          <Button {...props} leftSection={<IconFolder size={14} />}>
            Choose a folder
          </Button>
        )}
      </FilesButton>
    </Group>
  );
}
