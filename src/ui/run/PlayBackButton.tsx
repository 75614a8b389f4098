import { Button } from '@mantine/core';
import { IconPlayerSkipBack } from '@tabler/icons-react';
import { canPlayBack, playBack } from '@/state/playback.ts';
import { useRun } from '@/state/run.ts';
import { notify } from '@/ui/notify.ts';
import { ButtonHint } from './ButtonHint.tsx';

/** Tells a finished run again. */
export function PlayBackButton() {
  const can = useRun(canPlayBack);
  if (!can) return null;
  const start = () => {
    const problem = playBack();
    if (problem) notify('playback', { message: problem });
  };
  return (
    <ButtonHint label="Show this run again as it was recorded, from its beginning. Nothing is computed.">
      <Button size="compact-xs" variant="subtle" leftSection={<IconPlayerSkipBack size={13} />} onClick={start} data-testid="play-back">
        Play back
      </Button>
    </ButtonHint>
  );
}
