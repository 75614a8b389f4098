import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import { EvidenceButton } from './EvidenceButton.tsx';
import classes from './shell.module.css';

/** The question that the experiment asks, and the ways back when it has been changed. */
export function QuestionLine() {
  const experiment = useExperiment((state) => state.experiment);
  const canUndo = useExperiment((state) => state.past.length > 0);
  const undo = useExperiment((state) => state.undo);
  const reset = useExperiment((state) => state.reset);
  // Fields keep their own undo.
  useHotkeys([['mod+Z', undo]]);
  const preset = presetOf(experiment);
  const changed = !sameValue(preset.experiment, experiment);
  return (
    <p className={classes.question} data-part="question">
      <b data-testid="question">{experiment.question}</b>{' '}
      <span data-tool>{changed ? `Changed from the preset “${preset.title}”.` : 'First the data, then which layers are matched, last what is compared.'}</span>{' '}
      {!changed && <EvidenceButton preset={preset.id} />}{' '}
      {canUndo && (
        <Button size="compact-xs" variant="subtle" onClick={undo} data-testid="undo" data-tool>
          Undo
        </Button>
      )}
      {changed && (
        <Button size="compact-xs" variant="subtle" onClick={() => void reset()} data-testid="reset-experiment" data-tool>
          Back to the preset
        </Button>
      )}
    </p>
  );
}
