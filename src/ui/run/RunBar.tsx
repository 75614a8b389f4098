/** Start, watch and steer a run. It stays in view while the page scrolls. */
import { Button, Loader, Paper, Progress } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerTrackNext, IconRotate } from '@tabler/icons-react';
import { useAssets } from '@/state/assets.ts';
import { useGoesOn } from '@/state/forkHere.ts';
import { usePlayback } from '@/state/playback.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { useResultsOf } from '@/state/stale.ts';
import { stepAndShow } from '@/state/stepStrip.ts';
import { Estimate } from '@/ui/setup/Estimate.tsx';
import { StepPeek } from '@/ui/step/StepPeek.tsx';
import { whenFirst } from '@/ui/whenFirst.tsx';
import { Announcer } from './Announcer.tsx';
import { ButtonHint } from './ButtonHint.tsx';
import { CurvesJump } from './CurvesJump.tsx';
import { GuideTraining } from './GuideTraining.tsx';
import { type HeldUp, useHeldUp } from './heldUp.ts';
import { RUN_ID } from './places.ts';
import { PlayBackButton } from './PlayBackButton.tsx';
import { PLAYER } from './playing.ts';
import { percentTaken, placeWords, progressWords, runLabel } from './progress.ts';
import { resetRun } from './resetRun.tsx';
import classes from './run.module.css';
import { useRunKeys } from './useRunKeys.ts';

const LiveControls = whenFirst(
  'What can be changed in a run',
  () => true,
  async () => (await import('./LiveControls.tsx')).LiveControls,
);

export function RunBar() {
  useRunKeys();
  const phase = useRun((state) => state.phase);
  const stale = useResultsOf() !== 'this';
  const goesOn = useGoesOn();
  const running = phase === 'running';
  const preparing = phase === 'preparing';
  const live = running || phase === 'paused';
  const open = phase !== 'idle';
  const heldUp = useHeldUp();
  const waits = heldUp !== null;
  const playingBack = usePlayback((state) => state.status !== 'off');
  const noStep = preparing || phase === 'finished' || (waits && phase !== 'paused');

  if (playingBack && PLAYER.there) return <PLAYER.there.PlaybackBar />;
  return (
    <Paper component="section" aria-label="Run" className={classes.bar} data-part="run" data-live={live || undefined} data-testid="run-bar">
      <div className={classes.buttons}>
        <ButtonHint
          label={
            running
              ? 'Stop after this step; the run can go on from there.'
              : heldUp
                ? heldUp.hint
                : RUN_HINTS[phase === 'paused' && !stale ? 'resume' : goesOn ? 'goOn' : 'run']
          }
          keys="space"
        >
          {running ? (
            <Button
              id={RUN_ID}
              size="sm"
              variant="filled"
              className={classes.primary}
              data-testid="pause-button"
              leftSection={<IconPlayerPauseFilled size={15} />}
              onClick={() => void session.pause()}
            >
              Pause
            </Button>
          ) : (
            <Button
              id={RUN_ID}
              size="sm"
              variant="filled"
              className={classes.primary}
              data-testid="run-button"
              {...off(preparing || waits)}
              leftSection={preparing ? <Loader size={13} color="gray" /> : <IconPlayerPlayFilled size={15} />}
              onClick={() => !waits && void session.run()}
            >
              {runLabel(phase, stale, goesOn)}
            </Button>
          )}
        </ButtonHint>
        {phase === 'paused' && stale && (
          <ButtonHint label="Go on with the run on screen, without the changes made since.">
            <Button size="sm" className={classes.resume} onClick={() => void session.resume()} data-testid="resume-button">
              {goesOn ? 'Without it' : 'Resume'}
            </Button>
          </ButtonHint>
        )}
        <ButtonHint label="Train every arm for one step, then stop.">
          <Button
            size="sm"
            aria-label="Step once"
            data-testid="step-button"
            data-tool
            {...off(noStep)}
            leftSection={<IconPlayerTrackNext size={15} stroke={1.6} />}
            onClick={() => !noStep && void stepAndShow()}
            classNames={ICON_ON_PHONES}
          >
            Step
          </Button>
        </ButtonHint>
        <StepPeek />
        <ButtonHint label={preparing ? 'Stop preparing.' : 'Discard this run. The next one starts from the same weights and sees the same batches.'}>
          <Button
            size="sm"
            aria-label={preparing ? 'Cancel' : 'Reset'}
            data-testid="reset-button"
            data-tool
            {...off(!open)}
            leftSection={<IconRotate size={15} stroke={1.6} />}
            onClick={() => open && void resetRun()}
            classNames={ICON_ON_PHONES}
          >
            {preparing ? 'Cancel' : 'Reset'}
          </Button>
        </ButtonHint>
        <PlayBackButton classNames={ICON_ON_PHONES} />
        {open && !preparing && <CurvesJump icon={phase === 'paused' && stale} />}
      </div>
      <RunProgress heldUp={heldUp} />
      {live && <LiveControls />}
      <Announcer />
    </Paper>
  );
}

/** Nothing to press now. The attribute `disabled` would take the keyboard's focus away in the middle of a run. */
const off = (disabled: boolean) => ({ 'data-disabled': disabled || undefined, 'aria-disabled': disabled || undefined });

const RUN_HINTS = {
  run: 'Train all arms on the same batches, from the same starting weights unless an arm says otherwise.',
  resume: 'Go on from here.',
  goOn: 'Go on from here with what was added: the steps before are the same, and are not repeated.',
};
const ICON_ON_PHONES = { label: classes.labelOnWide, section: classes.loneIcon };

/** Before a run: what it will take, or what it waits for and the way there. */
function Ahead({ heldUp }: { heldUp: HeldUp | null }) {
  if (!heldUp) {
    return (
      <span className={classes.estimate} data-tool>
        <Estimate />
      </span>
    );
  }
  return (
    <span className={classes.awaited} data-testid={heldUp.by === 'files' ? 'files-awaited' : 'entry-refused'}>
      {heldUp.note}
      {heldUp.by === 'files' && (
        <Button size="compact-xs" onClick={() => useAssets.setState({ dialog: true })}>
          Files…
        </Button>
      )}
    </span>
  );
}

function RunProgress({ heldUp }: { heldUp: HeldUp | null }) {
  const phase = useRun((state) => state.phase);
  const taken = useRun(percentTaken);
  const place = useRun((state) => placeWords(state, ' of '));
  const text = useRun(progressWords);
  // How fast it goes is what a narrow window leaves out.
  const [words, rate = ''] = text.split(/(?= · [\d.]+ steps\/s)/);
  const stale = useResultsOf() !== 'this';
  const goesOn = useGoesOn();
  if (phase === 'preparing') return <GuideTraining />;
  if (phase === 'idle') {
    return (
      <div className={classes.progress}>
        <Ahead heldUp={heldUp} />
        <span className={classes.text} data-testid="progress-text">
          {text}
        </span>
      </div>
    );
  }
  return (
    <div className={classes.progress}>
      {/* Full, it says nothing that its words do not say. */}
      {phase !== 'finished' && <Progress value={taken} size={8} radius="xl" aria-label={place} className={classes.track} />}
      <span className={phase === 'failed' ? classes.failed : classes.text} title={text} data-testid="progress-text">
        {words}
        <span className={classes.rateWords}>{rate}</span>
      </span>
      {stale && (
        <span className={classes.stale} data-testid="stale-note">
          {goesOn ? 'edited from here on' : 'edited since this run'}
        </span>
      )}
      {(stale || phase === 'finished' || (phase === 'failed' && heldUp?.by === 'entry')) && <Ahead heldUp={heldUp} />}
    </div>
  );
}
