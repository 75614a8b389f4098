import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconDownload, IconPin, IconPinFilled, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useKeptRuns } from '@/state/keptRuns.ts';
import { overlay, removeOverlay, useOverlays } from '@/state/overlay.ts';
import { openInLab } from '@/state/screen.ts';
import { openRun, pinRun } from '@/state/shelf.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { download, fileName, textFile } from '../charts/download.ts';
import { toJson } from '../compare/exports.ts';
import { removeRun } from './removeRun.tsx';

async function take({ id, experiment }: ShelvedRun, name: string): Promise<void> {
  const opened = await openRun(id);
  if (opened) download(`${fileName(experiment.preset, name)}-result.json`, textFile(toJson(experiment, opened.result), 'application/json'));
}

interface ActionProps {
  label: string;
  testId: string;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

const Action = ({ label, testId, pressed, onClick, children }: ActionProps) => (
  <Tooltip label={label}>
    <ActionIcon size={30} aria-label={label} aria-pressed={pressed} onClick={onClick} data-testid={testId}>
      {children}
    </ActionIcon>
  </Tooltip>
);

/** Nothing of it shows here. */
const WHERE = 'drawn thin in the Lab’s charts';

/** What can be done with a run of the Notebook. */
export function RunActions({ run, name }: { run: ShelvedRun; name: string }) {
  const { id, pinned, checkpoint } = run;
  const overlaid = useOverlays(({ shown }) => shown.some((each) => each.id === id));
  const goesOn = useKeptRuns(({ names }) => checkpoint !== null && (names === null || names.has(checkpoint)));
  return (
    <>
      <Group gap={6} mt="sm">
        <Button variant="filled" onClick={() => void openInLab(id)} data-testid="open-run">
          {goesOn ? 'Go on in the Lab' : 'Open in the Lab'}
        </Button>
        <Tooltip label={WHERE}>
          <Button
            aria-pressed={overlaid}
            variant={overlaid ? 'light' : 'default'}
            onClick={() => (overlaid ? removeOverlay(id) : void overlay(id))}
            data-testid="overlay-run"
          >
            {overlaid ? 'Laid over' : 'Lay over'}
          </Button>
        </Tooltip>
        <Group gap={2} ml="auto">
          <Action
            label={pinned ? 'Unpin: it goes when it is the oldest' : 'Pin: it stays, however many come after it'}
            testId="pin-run"
            pressed={pinned}
            onClick={() => void pinRun(id, !pinned)}
          >
            {pinned ? <IconPinFilled size="1rem" /> : <IconPin size="1rem" stroke={1.6} />}
          </Action>
          <Action label="Take the result along (JSON)" testId="download-run" onClick={() => void take(run, name)}>
            <IconDownload size="1rem" stroke={1.6} />
          </Action>
          <Action label="Delete" testId="delete-run" onClick={() => void removeRun(id, name)}>
            <IconTrash size="1rem" stroke={1.6} />
          </Action>
        </Group>
      </Group>
      {overlaid && (
        <Text size="xs" c="dimmed" mt={4}>
          Laid over: {WHERE}
        </Text>
      )}
    </>
  );
}
