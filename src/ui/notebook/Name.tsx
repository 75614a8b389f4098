import { ActionIcon, Group, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { renameRun } from '@/state/shelf.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { runName } from '../runName.ts';

/** Long enough for a sentence. */
const LONGEST_NAME = 120;

/** The name of a run, and the way to another one: Enter takes it, Escape does not; an empty one is what differs again. */
export function Name({ run, children }: { run: ShelvedRun; children: ReactNode }) {
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const done = (name: string | null) => {
    setEditing(false);
    if (name !== null && name !== runName(run)) void renameRun(run.id, name);
    // Where the keyboard was before.
    setTimeout(() => pencil.current?.focus());
  };
  if (editing) {
    return (
      <TextInput
        aria-label="Name of the run"
        defaultValue={runName(run)}
        maxLength={LONGEST_NAME}
        autoFocus
        data-testid="run-name"
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') done(event.currentTarget.value);
          if (event.key === 'Escape') done(null);
        }}
        onBlur={(event) => editing && done(event.currentTarget.value)}
      />
    );
  }
  return (
    <Group gap={2} wrap="nowrap" align="flex-start">
      {children}
      <ActionIcon ref={pencil} size="sm" aria-label="Rename" onClick={() => setEditing(true)} data-testid="rename">
        <IconPencil size="0.875rem" stroke={1.6} />
      </ActionIcon>
    </Group>
  );
}
