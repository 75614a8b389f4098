import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEyeCog } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useRun } from '@/state/run.ts';
import { showSteps, stands, useStepStrip } from '@/state/stepStrip.ts';

const StepStrip = lazy(() => import('./StepStrip.tsx'));

const HINTS = {
  on: 'Step shows what the step did: batch, similarity, loss, update. Press to close that.',
  off: 'Show what a step does: batch, similarity, loss, update.',
};

/** Beside Step: whether the step that was taken is shown, and the strip that shows it. */
export function StepPeek() {
  const { wanted, open, from } = useStepStrip();
  const still = useRun(({ phase, closed }) => stands(phase) && !closed);
  // While another step is being taken, the one before stays; the first comes once it is there.
  const shown = wanted && open && (from === null ? still : from > 0);
  const pressed = still ? shown : wanted;
  return (
    <>
      <Tooltip label={pressed ? HINTS.on : HINTS.off}>
        <ActionIcon size="1.875rem" aria-label="Show what a step does" aria-pressed={pressed} data-testid="step-peek" onClick={() => showSteps(!pressed)}>
          <IconEyeCog size={16} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      {shown && (
        <Suspense>
          <StepStrip />
        </Suspense>
      )}
    </>
  );
}
