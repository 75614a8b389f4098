import { Button, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { baseSchema } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { interventionWords, trainingStatement } from '@/ui/words.ts';
import { cutWarmup } from './parts/cutWarmup.ts';
import { EditPopover } from './opening/EditPopover.tsx';
import { useBeside } from './opening/useBeside.ts';
import { Pencil } from './parts/Pencil.tsx';
import classes from './setup.module.css';
import { StaleDot } from './parts/StaleDot.tsx';

/** Of the common settings all but the mapping, which the picture shows and marks; and what is recorded besides. */
const TRAINING_PATHS = ['observe', ...Object.keys(baseSchema.shape).flatMap((key) => (key === 'mapping' ? [] : `base.${key}`))];

/** What all arms share, in one line. */
export function TrainingStrip() {
  const base = useExperiment((state) => state.experiment.base);
  const task = useExperiment((state) => state.experiment.task);
  const stale = useIsStale(...TRAINING_PATHS);
  const position = useBeside();
  const caution = cutWarmup(base);
  const statement = trainingStatement(base);
  return (
    <EditPopover
      label={`Edit the training: ${statement}`}
      title="Training, the same in every arm"
      testId="training-settings"
      position={position}
      width={460}
      targetClassName={classes.strip}
      target={
        <>
          <span className={classes.title}>Training</span>
          {stale && <StaleDot />}
          {caution && (
            <Tooltip label={caution}>
              <IconAlertTriangle size={15} className={classes.caution} role="img" aria-label={caution} />
            </Tooltip>
          )}
          <span className={classes.stripText} title={statement}>
            {statement}
          </span>
          <Pencil />
        </>
      }
    >
      {({ Fields, ObservedFields, trainingFields }) => (
        <>
          <Fields root="base" specs={trainingFields(base, task)} width={200} />
          <ObservedFields />
        </>
      )}
    </EditPopover>
  );
}

/** Changes made while an earlier run ran; they are repeated, so that the same link gives the same curves. */
export function InterventionsLine() {
  const interventions = useExperiment((state) => state.experiment.interventions);
  const set = useExperiment((state) => state.set);
  if (interventions.length === 0) return null;
  return (
    <div className={classes.interventions} data-testid="interventions">
      <Text span size="xs" fw={600}>
        Changes while it runs
      </Text>
      <span>{interventions.map(interventionWords).join('; ')}</span>
      <Button size="compact-xs" onClick={() => void set('interventions', [])}>
        Clear
      </Button>
    </div>
  );
}
