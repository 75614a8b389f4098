import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import { EvidenceButton } from './EvidenceButton.tsx';
import classes from './lab.module.css';
import { PresetPicker } from './PresetPicker.tsx';

/** The question that the experiment asks, the other questions, and the ways back when it has been changed. */
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
    <div className={classes.question} data-part="question">
      <h2 data-testid="question">{experiment.question}</h2>
      <PresetPicker />
      {!changed && <EvidenceButton preset={preset.id} />}
      {canUndo && (
        <Button size="compact-sm" variant="subtle" fw={400} onClick={undo} data-testid="undo" data-tool>
          Undo
        </Button>
      )}
      {changed && (
        <Button size="compact-sm" variant="subtle" fw={400} onClick={() => void reset()} data-testid="reset-experiment" data-tool>
          Back to the preset
        </Button>
      )}
    </div>
  );
}
