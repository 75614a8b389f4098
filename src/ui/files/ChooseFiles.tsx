import { Button, FileButton, Group } from '@mantine/core';
import { IconFiles, IconFolder } from '@tabler/icons-react';
import type { InputHTMLAttributes } from 'react';
import { chosenFiles } from './gather.ts';
import { takeFiles } from './takeFiles.tsx';

/** React knows the attribute by this name only as text. */
const FOLDERS = { webkitdirectory: '' } as InputHTMLAttributes<HTMLInputElement>;

/** The two dialogs that a browser has: one for files, one for folders. */
export function ChooseFiles() {
  const take = (files: File[]) => void takeFiles(chosenFiles(files));
  return (
    <Group gap={6}>
      <FileButton multiple onChange={take}>
        {(props) => (
          <Button {...props} leftSection={<IconFiles size={14} />} data-testid="choose-files">
            Choose files
          </Button>
        )}
      </FileButton>
      <FileButton multiple onChange={take} inputProps={FOLDERS}>
        {(props) => (
          <Button {...props} leftSection={<IconFolder size={14} />}>
            Choose a folder
          </Button>
        )}
      </FileButton>
    </Group>
  );
}
