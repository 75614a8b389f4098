import { FileButton, type FileButtonProps } from '@mantine/core';
import { useRef } from 'react';
import { chosenFiles } from './gather.ts';
import { takeFiles } from './taking.ts';

/** A button that opens the browser's dialog and takes in what is chosen there. */
export function FilesButton(props: Pick<FileButtonProps, 'children' | 'inputProps'>) {
  const reset = useRef<() => void>(null);
  const take = (files: File[]) => {
    takeFiles(chosenFiles(files));
    // An input that still holds a file says nothing when the same one is chosen again.
    reset.current?.();
  };
  return <FileButton {...props} multiple onChange={take} resetRef={reset} />;
}
