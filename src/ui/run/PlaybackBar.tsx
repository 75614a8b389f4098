/** In the place of the run bar while a recorded run is told again: it says so all the time. */
import { Button, NativeSelect, Paper, Progress } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerTrackNext } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { LENGTHS, usePlayback } from '@/state/playback.ts';
import { endPlayback, pausePlayback, resumePlayback, setPlaybackLength } from '@/state/player.ts';
import { useRun } from '@/state/run.ts';
import { duration, number } from '@/ui/words.ts';
import classes from './run.module.css';
import { OWN_SPACE } from './useRunKeys.ts';

const toggle = () => (usePlayback.getState().status === 'playing' ? pausePlayback() : resumePlayback());

/** Space pauses and goes on, as it does for a run. */
function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== ' ' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(OWN_SPACE)) return;
      event.preventDefault();
      toggle();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

export function PlaybackBar() {
  useKeys();
  const { status, seconds, recordedSeconds } = usePlayback();
  const { step, steps } = useRun(useShallow(({ step, steps }) => ({ step, steps })));
  const playing = status === 'playing';
  const lengths = [
    ...LENGTHS.map((length) => ({ value: String(length), label: `in ${length} s` })),
    ...(recordedSeconds === null ? [] : [{ value: String(recordedSeconds), label: `as it ran (${duration(recordedSeconds)})` }]),
  ];
  return (
    <Paper component="section" aria-label="Playback" className={classes.bar} data-live data-part="run" data-testid="playback-bar">
      <div className={classes.buttons}>
        <Button
          size="sm"
          variant="filled"
          className={classes.primary}
          leftSection={playing ? <IconPlayerPauseFilled size={15} /> : <IconPlayerPlayFilled size={15} />}
          onClick={toggle}
          data-testid="playback-toggle"
        >
          {playing ? 'Pause' : 'Go on'}
        </Button>
        <Button
          size="sm"
          aria-label="Jump to the end"
          leftSection={<IconPlayerTrackNext size={15} stroke={1.6} />}
          onClick={endPlayback}
          classNames={{ label: classes.labelOnWide, section: classes.loneIcon }}
          data-testid="playback-end"
        >
          Jump to the end
        </Button>
        <NativeSelect
          aria-label="Time for the whole run"
          size="sm"
          w="9.5rem"
          data={lengths}
          value={String(seconds)}
          onChange={(event) => setPlaybackLength(Number(event.currentTarget.value))}
          data-testid="playback-length"
        />
      </div>
      <div className={classes.progress}>
        <Progress value={steps > 0 ? (100 * step) / steps : 0} size={8} radius="xl" aria-label={`step ${step} of ${steps}`} className={classes.track} />
        <span className={classes.text} data-testid="progress-text">
          step {number(step)} / {number(steps)}
        </span>
        <b className={classes.stale} role="status" data-testid="playback-mark">
          Recorded, playing back
        </b>
      </div>
    </Paper>
  );
}
