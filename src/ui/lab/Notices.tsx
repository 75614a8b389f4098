import { Alert, Button, CopyButton, Group, Text, TextInput } from '@mantine/core';
import { useEffect } from 'react';
import { useAssets } from '@/state/assets.ts';
import { chooseBackend } from '@/state/backend.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useLink } from '@/state/link.ts';
import { usePreferences } from '@/state/preferences.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { useSharedResult } from '@/state/sharedResult.ts';
import { notifyEdit } from '@/ui/undoNote.tsx';
import classes from './lab.module.css';

function BrokenLinkNotice() {
  const broken = useLink((state) => state.broken);
  const dismiss = useLink((state) => state.dismiss);
  if (!broken) return null;
  return (
    <Alert
      className={classes.warning}
      title="This link could not be opened"
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={dismiss}
      data-testid="broken-link"
    >
      <Text size="sm">
        {broken.message[0].toUpperCase()}
        {broken.message.slice(1)}. The experiment below is not the one in the link.
      </Text>
      <Group mt={8} gap={6} wrap="nowrap">
        {/* In view, because plain http has no clipboard. */}
        <TextInput readOnly aria-label="The link as it was" value={broken.text} onFocus={(event) => event.currentTarget.select()} flex="0 1 480px" />
        <CopyButton value={broken.text}>{({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
      </Group>
    </Alert>
  );
}

function RefusedResultNotice() {
  const refused = useSharedResult((state) => state.refused);
  const dismiss = useSharedResult((state) => state.dismiss);
  if (refused === null) return null;
  return (
    <Alert
      className={classes.warning}
      title="The result in this link could not be shown"
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={dismiss}
      data-testid="refused-result"
    >
      <Text size="sm">{refused}</Text>
    </Alert>
  );
}

function FailureNotice() {
  const failure = useRun((state) => (state.phase === 'failed' ? state.failure : null));
  const forced = usePreferences((state) => state.backend !== 'auto');
  if (!failure) return null;
  const missing = failure.name === 'MissingFilesError';
  const letPageChoose = async () => {
    await session.reset();
    chooseBackend('auto');
  };
  return (
    <Alert className={classes.failure} title={missing ? 'Files are still needed' : 'The run failed'} data-testid="failure" role="alert">
      <Text size="sm">{failure.message}</Text>
      <Text size="sm">{failure.remedy}</Text>
      <Group mt={8} gap={6}>
        {missing && <Button onClick={() => useAssets.setState({ dialog: true })}>Files…</Button>}
        {forced && !missing && <Button onClick={() => void letPageChoose()}>Let the page choose the backend</Button>}
        <Button onClick={() => void session.reset()}>Dismiss</Button>
      </Group>
    </Alert>
  );
}

/** Edits that changed something else besides are told in passing. */
function useNotes(): void {
  const notes = useExperiment((state) => state.notes);
  useEffect(() => {
    if (notes.length > 0) notifyEdit('notes', notes.join(' '));
  }, [notes]);
}

/** What went wrong and what can be done about it, on top of the page. */
export function Notices() {
  useNotes();
  return (
    <>
      <BrokenLinkNotice />
      <RefusedResultNotice />
      <FailureNotice />
    </>
  );
}
