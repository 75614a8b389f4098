import { Button } from '@mantine/core';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import { EvidenceButton } from './EvidenceButton.tsx';
import classes from './shell.module.css';
import { UndoButtons } from './UndoButtons.tsx';

/** The question that the experiment asks, and the ways back when it has been changed. */
export function QuestionLine() {
  const experiment = useExperiment((state) => state.experiment);
  const reset = useExperiment((state) => state.reset);
  const preset = presetOf(experiment);
  const changed = !sameValue(preset.experiment, experiment);
  return (
    <p className={classes.question}>
      <b data-testid="question">{experiment.question}</b>{' '}
      {changed ? `Changed from the preset “${preset.title}”.` : 'First the data, then which layers are matched, last what is compared.'}{' '}
      {!changed && <EvidenceButton preset={preset.id} />} <UndoButtons />
      {changed && (
        <Button size="compact-xs" variant="subtle" onClick={() => void reset()} data-testid="reset-experiment">
          Back to the preset
        </Button>
      )}
    </p>
  );
}
