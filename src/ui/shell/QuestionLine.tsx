import { Button } from '@mantine/core';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import classes from './shell.module.css';

/** The question that the experiment asks, and the way back when it has been changed. */
export function QuestionLine() {
  const experiment = useExperiment((state) => state.experiment);
  const reset = useExperiment((state) => state.reset);
  const preset = presetOf(experiment);
  const changed = !sameValue(preset.experiment, experiment);
  return (
    <p className={classes.question}>
      <b data-testid="question">{experiment.question}</b>{' '}
      {changed ? (
        <span>
          Changed from the preset “{preset.title}”.{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => void reset()} data-testid="reset-experiment">
            Back to the preset
          </Button>
        </span>
      ) : (
        <span>
          Left, the data. Middle, the guide, the target, and which layers are matched. Right, the conditions compared.
        </span>
      )}
    </p>
  );
}
