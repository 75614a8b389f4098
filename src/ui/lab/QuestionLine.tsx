import { Button } from '@mantine/core';
import { questionOf } from '@/experiment/question.ts';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import { EvidenceButton } from './EvidenceButton.tsx';
import classes from './lab.module.css';
import { PresetPicker } from './PresetPicker.tsx';
import { UndoButtons } from './UndoButtons.tsx';

/** The question that the experiment asks, the other questions, and the ways back when it has been changed. */
export function QuestionLine() {
  const experiment = useExperiment((state) => state.experiment);
  const reset = useExperiment((state) => state.reset);
  const preset = presetOf(experiment);
  const changed = !sameValue(preset.experiment, experiment);
  return (
    <div className={classes.question} data-part="question">
      <h2 data-testid="question">{questionOf(experiment)}</h2>
      <PresetPicker />
      {!changed && <EvidenceButton preset={preset.id} />}
      <UndoButtons />
      {changed && (
        <Button size="compact-sm" variant="subtle" fw={400} onClick={() => void reset()} data-testid="reset-experiment" data-tool>
          Back to the preset
        </Button>
      )}
    </div>
  );
}
