import { Checkbox, Collapse, Group, Select, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { taskTitle } from '@/experiment/networks/describe.ts';
import type { GuideOrigin } from '@/experiment/contract/lab.ts';
import type { TrainedGuideSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { recipeText, useGuideLibrary } from '@/state/guideLibrary.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { number, optimiserName, scheduleName } from '@/ui/words.ts';
import { defaultTask, type TaskKind } from '@/state/tasks.ts';
import { transferKinds, withGuideTask } from '@/state/transfer.ts';
import { attempt } from '../parts/attempt.ts';
import { Fields } from '../fields/Fields.tsx';
import { KeptGuidesButton } from '../parts/KeptGuidesButton.tsx';
import { taskFields } from './taskSpecs.ts';
import { recipeFields } from './specs.ts';

const OWN = 'own';

/** What it was trained on: the experiment's task, or (transfer) another one with the same inputs. */
function TrainedOn({ id, guide }: { id: string; guide: TrainedGuideSpec }) {
  const experiment = useExperiment((state) => state.experiment);
  const { task } = guide.training;
  // A parity of other labels is a task of the same kind.
  const kinds = [...new Set([...(task ? [task.kind] : []), ...transferKinds(experiment)])];
  if (kinds.length === 0) return null;
  return (
    <>
      <Select
        label="Trained on"
        aria-label="Trained on"
        data-testid="trained-on"
        description={
          task
            ? 'Transfer: it knows another task with the same inputs. Its score is on that task.'
            : 'Another task with the same inputs shows what carries over.'
        }
        data={[{ value: OWN, label: "The experiment's task" }, ...kinds.map((kind) => ({ value: kind, label: taskTitle(defaultTask(kind)) }))]}
        value={task?.kind ?? OWN}
        onChange={(kind) => kind && void attempt((current) => withGuideTask(current, id, kind === OWN ? null : (kind as TaskKind)))}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
      />
      {task && <Fields root={`guides.${id}.training.task`} specs={taskFields(task)} width={150} />}
    </>
  );
}

const ORIGINS: Record<GuideOrigin | 'unknown', string> = {
  shipped: 'Comes with the page.',
  kept: 'Trained in this browser before, and kept.',
  train: 'Not there yet: trained before the next run, then kept.',
  unknown: 'Looked for when a run begins.',
};

/** How a trained guide was trained, and whether to do it here. */
export function GuideRecipe({ id, guide }: { id: string; guide: TrainedGuideSpec }) {
  const [open, { toggle }] = useDisclosure(false);
  const here = useRun((state) => state.retrain.includes(id));
  const task = useExperiment((state) => state.experiment.task);
  const origin = useGuideLibrary((state) => state.origins.get(recipeText({ task }, guide)));
  const { training } = guide;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap={6}>
      <UnstyledButton onClick={toggle} aria-expanded={open} fz="sm">
        <Group gap={4} wrap="nowrap">
          <Chevron size={14} aria-hidden />
          <Text span size="sm" fw={500}>
            Recipe
          </Text>
          <Text span size="xs" c="dimmed" truncate>
            {training.task && `${taskTitle(training.task)}, `}
            {number(training.steps)} steps of {training.batchSize}, {optimiserName(training.optimiser)} {number(training.learningRate)},{' '}
            {scheduleName(training.schedule)}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap="sm">
          <TrainedOn id={id} guide={guide} />
          <Fields root={`guides.${id}.training`} specs={recipeFields(guide)} width={150} />
        </Stack>
      </Collapse>
      <Text size="xs" c="dimmed" data-testid="guide-origin">
        {ORIGINS[origin ?? 'unknown']}
      </Text>
      <Group justify="space-between">
        <Tooltip label="The page brings this guide or keeps it from an earlier run; train it again to see it learn.">
          <Checkbox label="Train it here instead, in the next run" checked={here} onChange={() => session.trainGuideHere(id)} />
        </Tooltip>
        <KeptGuidesButton />
      </Group>
    </Stack>
  );
}
