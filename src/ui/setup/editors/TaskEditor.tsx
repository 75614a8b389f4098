import { Button, Group, Input, SegmentedControl, Select, Text } from '@mantine/core';
import type { AssetInfo, TextFacts } from '@/experiment/schema/assets.ts';
import { taskAsset, withText } from '@/experiment/plan/assetRefs.ts';
import { isImageTask, type TaskSpec, type TextFileSpec } from '@/experiment/schema/schema.ts';
import { taskTitle } from '@/experiment/networks/describe.ts';
import { useAssets } from '@/state/assets.ts';
import { useExperiment } from '@/state/experiment.ts';
import { changesInputs, defaultTask, modelFor, withTaskKind } from '@/state/tasks.ts';
import { notifyEdit } from '@/ui/undoNote.tsx';
import { assetSummary } from '@/ui/files/words.ts';
import { attempt } from '../parts/attempt.ts';
import { Fields } from '../fields/Fields.tsx';
import { TASK_GROUPS, taskFields } from './taskSpecs.ts';

/** Tasks whose title is that of their files. */
const OWN: Partial<Record<TaskSpec['kind'], string>> = { 'image-files': 'Images of your own', 'text-file': 'A text of your own' };

const CHOICES = TASK_GROUPS.map(({ group, kinds }) => ({
  group,
  items: kinds.map((kind) => ({ value: kind, label: OWN[kind] ?? taskTitle(defaultTask(kind)) })),
}));

/** Say what went with the task, and how to have it back. */
function tellNetworksChanged(kind: TaskSpec['kind']): void {
  const { title } = modelFor(defaultTask(kind));
  notifyEdit(
    'networks-changed',
    `${isImageTask(defaultTask(kind)) ? 'Images' : 'Sequences'} need networks that read them: networks, training and weights are now those of “${title}”.`,
    'Networks and training changed too',
  );
}

function choose(kind: TaskSpec['kind']): void {
  const { task } = useExperiment.getState().experiment;
  if (kind === task.kind) return;
  const taken = changesInputs(task, kind);
  if (attempt((experiment) => withTaskKind(experiment, kind)) && taken) tellNetworksChanged(kind);
}

/** Characters or words: sizes and vocabulary follow, for a text has more of one than of the other. */
function TextUnit({ task, asset }: { task: TextFileSpec; asset: AssetInfo | undefined }) {
  const text = asset?.facts.kind === 'text' ? (asset as AssetInfo<TextFacts>) : null;
  return (
    <Input.Wrapper label="Tokens" description="What is read and guessed one by one.">
      <SegmentedControl
        aria-label="Tokens"
        fullWidth
        value={task.unit}
        onChange={(unit) =>
          attempt((experiment) => {
            const next = unit as TextFileSpec['unit'];
            return { ...experiment, task: text ? withText(task, next, text) : { ...task, unit: next } };
          })
        }
        data={[
          { value: 'characters', label: 'Characters' },
          { value: 'words', label: 'Words' },
        ]}
      />
    </Input.Wrapper>
  );
}

/** What is learnt, and its numbers. */
export function TaskEditor({ task }: { task: TaskSpec }) {
  const ref = taskAsset(task)?.ref;
  const asset = useAssets(({ assets }) => ref && assets?.find(({ hash }) => hash === ref.hash));
  return (
    <>
      <Select
        label="Kind"
        aria-label="Kind of task"
        description={ref ? 'Out of files that this browser keeps; nothing is sent anywhere.' : 'Drawn from the seed; nothing is downloaded.'}
        data={CHOICES}
        value={task.kind}
        onChange={(kind) => kind && choose(kind as TaskSpec['kind'])}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        maxDropdownHeight={320}
        data-testid="task-kind"
      />
      {ref && (
        <Group gap={8} wrap="nowrap" justify="space-between">
          <Text size="sm" truncate>
            {ref.name}
            {ref.hash === undefined && ', still to be chosen'}
            {asset && (
              <Text span fz={11} c="dimmed" display="block" style={{ whiteSpace: 'normal' }}>
                {assetSummary(asset)}
              </Text>
            )}
          </Text>
          <Button onClick={() => useAssets.setState({ dialog: true })}>Files…</Button>
        </Group>
      )}
      {task.kind === 'text-file' && <TextUnit task={task} asset={asset} />}
      <Fields root="task" specs={taskFields(task)} width={150} />
    </>
  );
}
