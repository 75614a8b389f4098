import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEyeCog } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useRun } from '@/state/run.ts';
import { showSteps, stands, useStepStrip } from '@/state/stepStrip.ts';

const StepStrip = lazy(() => import('./StepStrip.tsx'));

/** What shows a step that was taken, and the way back to it where it was closed. */
export function StepPeek() {
  const { wanted, open, from } = useStepStrip();
  const still = useRun(({ phase, closed }) => stands(phase) && !closed);
  // While another step is being taken, the one before stays; the first comes once it is there.
  const shown = wanted && open && (from === null ? still : from > 0);
  return (
    <>
      {/* Step opens the strip by itself. The button stays where it is: what moved into its place would be pressed by mistake. */}
      {(!wanted || still || shown) && (
        <Tooltip label={shown ? 'Hide what a step does.' : 'Show what a step does: batch, similarity, loss, update.'}>
          <ActionIcon size="1.875rem" aria-label="Show what a step does" aria-pressed={shown} data-testid="step-peek" onClick={() => showSteps(!shown)}>
            <IconEyeCog size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      )}
      {shown && (
        <Suspense>
          <StepStrip />
        </Suspense>
      )}
    </>
  );
}
