import { Button, type ButtonProps } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { canPlayBack } from '@/state/playback.ts';
import { useRun } from '@/state/run.ts';
import { notify } from '@/ui/notify.ts';
import { withPiece } from '@/ui/pieces.ts';
import { ButtonHint } from './ButtonHint.tsx';
import { PLAYER } from './playing.ts';

/** Tells a finished run again. @param classNames as its neighbours have them */
export function PlayBackButton({ classNames }: Pick<ButtonProps, 'classNames'>) {
  const can = useRun(canPlayBack);
  if (!can) return null;
  const start = () =>
    withPiece(PLAYER, 'The parts that play back', ({ playBack }) => {
      const problem = playBack();
      if (problem) notify('playback', { message: problem });
    });
  return (
    <ButtonHint label="Show this run again as it was recorded, from its beginning. Nothing is computed.">
      <Button
        size="sm"
        aria-label="Play back"
        leftSection={<IconHistory size={15} stroke={1.6} />}
        onClick={start}
        classNames={classNames}
        data-testid="play-back"
      >
        Play back
      </Button>
    </ButtonHint>
  );
}
