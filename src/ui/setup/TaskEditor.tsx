import { Button, Group, Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { isImageTask, type TaskSpec } from '@/experiment/schema.ts';
import { taskTitle } from '@/experiment/describe.ts';
import { useAssets } from '@/state/assets.ts';
import { useExperiment } from '@/state/experiment.ts';
import { changesInputs, defaultTask, modelFor, withTaskKind } from '@/state/tasks.ts';
import { assetSummary } from '@/ui/files/words.ts';
import { attempt } from './attempt.ts';
import { Fields } from './fields/Fields.tsx';
import { TASK_GROUPS, taskFields } from './taskSpecs.ts';

const CHOICES = TASK_GROUPS.map(({ group, kinds }) => ({
  group,
  items: kinds.map((kind) => ({ value: kind, label: kind === 'image-files' ? 'Images of your own' : taskTitle(defaultTask(kind)) })),
}));

/** Say what went with the task, and how to have it back. */
function tellNetworksChanged(kind: TaskSpec['kind']): void {
  const { title } = modelFor(defaultTask(kind));
  // One that is still shown would stay as it is.
  notifications.hide('networks-changed');
  notifications.show({
    id: 'networks-changed',
    title: 'Networks and training changed too',
    message: `${isImageTask(defaultTask(kind)) ? 'Images' : 'Sequences'} need networks that read them: networks, training and weights are now those of “${title}”. Undo takes everything back.`,
  });
}

function choose(kind: TaskSpec['kind']): void {
  const { task } = useExperiment.getState().experiment;
  if (kind === task.kind) return;
  const taken = changesInputs(task, kind);
  if (attempt((experiment) => withTaskKind(experiment, kind)) && taken) tellNetworksChanged(kind);
}

/** What is learnt, and its numbers. */
export function TaskEditor({ task }: { task: TaskSpec }) {
  const asset = useAssets(({ assets }) => task.kind === 'image-files' && assets?.find(({ hash }) => hash === task.data.hash));
  return (
    <>
      <Select
        label="Kind"
        aria-label="Kind of task"
        description={
          task.kind === 'image-files'
            ? 'Out of files that this browser keeps; nothing is sent anywhere.'
            : 'Drawn from the seed; nothing is downloaded.'
        }
        data={CHOICES}
        value={task.kind}
        onChange={(kind) => kind && choose(kind as TaskSpec['kind'])}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        maxDropdownHeight={320}
        data-testid="task-kind"
      />
      {task.kind === 'image-files' && (
        <Group gap={8} wrap="nowrap" justify="space-between">
          <Text size="sm" truncate>
            {task.data.name}
            {task.data.hash === undefined && ', still to be chosen'}
            {asset && (
              <Text span fz={11} c="dimmed" display="block" style={{ whiteSpace: 'normal' }}>
                {assetSummary(asset)}
              </Text>
            )}
          </Text>
          <Button onClick={() => useAssets.setState({ dialog: true })}>Files…</Button>
        </Group>
      )}
      <Fields root="task" specs={taskFields(task)} width={150} />
    </>
  );
}
