import { Button, Divider, Group, Menu, Stack, Text, TextInput } from '@mantine/core';
import { IconCopy, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ArmSpec, TermKind } from '@/experiment/schema/schema.ts';
import { addTerm, duplicateArm, removeArm } from '@/state/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { useField } from '../fields/useField.ts';
import { attempt } from '../parts/attempt.ts';
import { ArmTraining } from './ArmTraining.tsx';
import { ForkButton, ForkStep } from './ForkFields.tsx';
import { TERMS, TermFields } from './TermFields.tsx';
import { WarmupFields } from './WarmupFields.tsx';

/** What an arm's loss may have besides. */
function AddTerm({ arm }: { arm: string }) {
  return (
    <Menu position="bottom-start" width={300} withinPortal={false}>
      <Menu.Target>
        <Button leftSection={<IconPlus size={13} />} data-testid="add-term">
          Add to the loss
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(TERMS) as TermKind[]).map((kind) => (
          <Menu.Item key={kind} onClick={() => attempt((current) => addTerm(current, arm, kind))}>
            <Text size="sm">{TERMS[kind].name}</Text>
            <Text size="xs" c="dimmed">
              {TERMS[kind].hint}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Everything that one arm may state differently: what is added to its loss, and how it is trained. */
export function ArmEditor({ arm, onGone }: { arm: ArmSpec; onGone: () => void }) {
  const only = useExperiment((state) => state.experiment.arms.length === 1);
  const root = `arms.${arm.id}`;
  const name = useField(`${root}.name`, undefined, 'Name of the arm');
  return (
    <Stack gap="sm">
      <TextInput
        label={<FieldLabel label="Name" field={name} show={String} />}
        aria-label="Name of the arm"
        value={name.draft ?? String(name.value)}
        error={name.error}
        onChange={(event) => void name.set(event.currentTarget.value, event.currentTarget.value)}
        onBlur={name.settle}
      />
      <ForkStep arm={arm} root={root} />
      {arm.terms.map((term, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a term has no other name than its place
        <Stack key={`${term.kind} ${place}`} gap="sm">
          <Divider />
          <TermFields arm={arm} place={place} />
        </Stack>
      ))}
      <div>
        <AddTerm arm={arm.id} />
      </div>
      <Divider />
      <WarmupFields arm={arm} />
      <Divider />
      <ArmTraining arm={arm} root={root} />
      <Group gap="xs">
        <Button leftSection={<IconCopy size={13} />} onClick={() => attempt((current) => duplicateArm(current, arm.id))}>
          Duplicate
        </Button>
        <ForkButton arm={arm} onGone={onGone} />
        <Button
          leftSection={<IconTrash size={13} />}
          disabled={only}
          onClick={() => {
            if (attempt((current) => removeArm(current, arm.id))) onGone();
          }}
        >
          Remove
        </Button>
      </Group>
    </Stack>
  );
}
