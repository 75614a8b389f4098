import { Button, Collapse, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { baseSchema } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { interventionWords, trainingStatement } from '@/ui/words.ts';
import { cutWarmup } from './parts/cutWarmup.ts';
import classes from './setup.module.css';
import { StaleDot } from './parts/StaleDot.tsx';
import { useEditors } from './opening/useEditors.ts';

/** Of the common settings all but the mapping, which the picture shows and marks. */
const TRAINING_PATHS = Object.keys(baseSchema.shape)
  .filter((key) => key !== 'mapping')
  .map((key) => `base.${key}`);

/** What all arms share, in one line that opens in place. */
export function TrainingStrip() {
  const base = useExperiment((state) => state.experiment.base);
  const task = useExperiment((state) => state.experiment.task);
  const stale = useIsStale(...TRAINING_PATHS);
  const [open, { toggle }] = useDisclosure(false);
  const { editors, withEditors } = useEditors();
  const caution = cutWarmup(base);
  const Chevron = open ? IconChevronUp : IconChevronDown;
  return (
    <>
      <UnstyledButton className={classes.strip} onClick={() => withEditors(toggle)} aria-expanded={open} data-testid="training-settings" data-part="training">
        <span className={classes.title}>Training</span>
        {stale && <StaleDot />}
        {caution && (
          <Tooltip label={caution}>
            <IconAlertTriangle size={15} className={classes.caution} role="img" aria-label={caution} />
          </Tooltip>
        )}
        <span className={classes.stripText}>{trainingStatement(base)}</span>
        <Chevron size={15} className={classes.chevron} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={open}>
        <div className={classes.settings}>{editors && <editors.Fields root="base" specs={editors.trainingFields(base, task)} width={210} />}</div>
      </Collapse>
    </>
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
