import { Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useBackend } from '@/state/backend.ts';
import { useRun } from '@/state/run.ts';
import { piece, usePiece } from '../pieces.ts';
import { BACKEND_NAMES } from './backendNames.ts';
import classes from './shell.module.css';

const DETAILS = piece(async () => (await import('./BackendDetails.tsx')).BackendDetails);

/** Which backend does the work, whether it was checked, and why it was chosen. */
export function BackendBadge() {
  const environment = useRun((state) => state.environment);
  const status = useBackend((state) => state.status);
  const [opened, { open, close }] = useDisclosure(false);
  const [Details, withDetails] = usePiece(DETAILS, 'The details of the backend');
  const known = status === 'checking' ? null : environment;
  const failed = status === 'failed' && !environment;
  const passed = known?.selfCheck.passed;
  return (
    <Popover trapFocus opened={opened} onChange={(open) => !open && close()} position="bottom-end" width="min(440px, 94vw)">
      <Popover.Target>
        <UnstyledButton
          className={classes.badge}
          data-checked={passed || undefined}
          data-failed={failed || passed === false || undefined}
          onClick={() => (opened ? close() : withDetails(open))}
          data-testid="backend-badge"
          data-backend={known?.backend}
        >
          {known ? (
            <>
              {BACKEND_NAMES[known.backend]}
              {known.software && ' (software)'}
              {passed ? ' · checked ✓' : ' · check failed'}
            </>
          ) : failed ? (
            'No backend'
          ) : (
            'Choosing backend…'
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>{Details && <Details environment={environment} />}</Popover.Dropdown>
    </Popover>
  );
}
