import { ActionIcon, Group, Input, NativeSelect, SegmentedControl, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { isImageTask, type NetworkSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { limitsAt } from '@/state/limits.ts';
import { withFamily } from '@/state/networks.ts';
import { familiesFor } from '@/state/tasks.ts';
import { count, number, plural } from '@/ui/words.ts';
import { Fields } from '../fields/Fields.tsx';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { useField } from '../fields/useField.ts';
import { tellProblems } from '../parts/attempt.ts';
import { FAMILY_NAMES, networkFields } from './networkSpecs.ts';

const MAX_STAGES = 4;

/** What the stages of a network consist of. */
const STAGES: Partial<Record<NetworkSpec['family'], string>> = { resnet: 'Blocks', convnet: 'Convolutions', convnext: 'Blocks' };

/** Blocks or convolutions per stage. */
function StagesField({ path, of }: { path: string; of: string }) {
  const field = useField(path);
  const stages = field.value as number[];
  const { min, max } = limitsAt(
    `${path}.0`,
    useExperiment((state) => state.experiment),
  ) ?? { min: 1, max: 1 };
  const choices = Array.from({ length: max - min + 1 }, (_, i) => String(min + i));
  const show = (value: unknown) => (value as number[]).join(' · ');
  return (
    <Input.Wrapper
      labelElement="div"
      label={<FieldLabel label={`${of} per stage`} field={field} show={show} />}
      description="Each stage after the first halves the resolution and doubles the channels."
      error={field.error}
    >
      <Group gap={6} mt={4}>
        {stages.map((blocks, i) => (
          <NativeSelect
            // biome-ignore lint/suspicious/noArrayIndexKey: stages are told apart by their place
            key={i}
            w={58}
            data={choices}
            aria-label={`${of} of stage ${i + 1}`}
            value={String(blocks)}
            onChange={(event) => field.set(stages.with(i, Number(event.currentTarget.value)))}
          />
        ))}
        <Tooltip label="One stage fewer">
          <ActionIcon aria-label="One stage fewer" disabled={stages.length <= 1} onClick={() => field.set(stages.slice(0, -1))}>
            <IconMinus size={14} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="One stage more">
          <ActionIcon aria-label="One stage more" disabled={stages.length >= MAX_STAGES} onClick={() => field.set([...stages, 1])}>
            <IconPlus size={14} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Input.Wrapper>
  );
}

/** The text editor comes when it is needed. */
const OwnNetwork = lazy(() => import('../own/OwnNetwork.tsx'));
/** What it takes up, so that nothing jumps when it is there. */
const OWN_NETWORK_HEIGHT = 390;

/** What a network comes to, live. */
export function NetworkFacts({ network }: { network: NetworkSpec }) {
  const task = useExperiment((state) => state.experiment.task);
  const { title, taps, parameters, flops } = describeNetwork(network, taskShape(task));
  return (
    <Text size="xs" c="dimmed" data-testid="network-facts">
      {title}: {plural(taps.length, 'layer')} that can be read, {count(parameters)} parameters, {count(flops)}FLOP per{' '}
      {isImageTask(task) ? 'image' : 'sequence'}.
    </Text>
  );
}

type Family = NetworkSpec['family'];

/** More names do not fit side by side on a phone. */
const MOST_BUTTONS = 3;

interface FamilyFieldProps {
  families: readonly Family[];
  value: Family;
  onChange: (family: Family) => void;
}

/** Which kind of network it is: buttons, or a list that opens where there are many. */
function FamilyField({ families, value, onChange }: FamilyFieldProps) {
  const data = families.map((family) => ({ value: family, label: FAMILY_NAMES[family] }));
  if (families.length <= MOST_BUTTONS) {
    return <SegmentedControl aria-label="Family" data={data} value={value} onChange={(family) => onChange(family as Family)} />;
  }
  return (
    <Select
      label="Family"
      data={data}
      value={value}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      maxDropdownHeight={320}
      onChange={(family) => family !== null && onChange(family as Family)}
    />
  );
}

interface NetworkEditorProps {
  /** Where the network is in the experiment. */
  path: string;
  network: NetworkSpec;
  /** Puts a network of another family in its place. */
  onFamily?: (network: NetworkSpec) => void;
}

/** A network's family and its numbers. */
export function NetworkEditor({ path, network, onFamily }: NetworkEditorProps) {
  const set = useExperiment((state) => state.set);
  const task = useExperiment((state) => state.experiment.task);
  const change = onFamily ?? ((next: NetworkSpec) => void tellProblems(set(path, next)));
  const stages = STAGES[network.family];
  return (
    <Stack gap="sm">
      <FamilyField families={familiesFor(task)} value={network.family} onChange={(family) => change(withFamily(network, family, taskShape(task)))} />
      {network.family === 'custom' && (
        <Suspense fallback={<div style={{ height: OWN_NETWORK_HEIGHT }} />}>
          <OwnNetwork key={path} path={path} network={network} />
        </Suspense>
      )}
      {stages && <StagesField path={`${path}.stages`} of={stages} />}
      <Fields root={path} specs={networkFields(network, taskShape(task))} width={150} />
      <NetworkFacts network={network} />
    </Stack>
  );
}

/** "3×384 FCN · 457 k parameters" */
export function networkLine(network: NetworkSpec, task: Parameters<typeof describeNetwork>[1]): { title: string; size: string } {
  const { title, parameters } = describeNetwork(network, task);
  return { title, size: `${parameters < 1000 ? number(parameters) : count(parameters)} parameters` };
}
