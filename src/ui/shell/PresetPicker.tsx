import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { PRESETS } from '@/experiment/presets.ts';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';

/** Ready experiments: each by its title, the question it asks and what to expect. */
export function PresetPicker() {
  const experiment = useExperiment((state) => state.experiment);
  const replace = useExperiment((state) => state.replace);
  const current = presetOf(experiment);
  const changed = !sameValue(current.experiment, experiment);
  return (
    <Menu position="bottom-start" width="min(440px, 94vw)">
      <Menu.Target>
        <Button
          size="sm"
          fw={400}
          px={12}
          rightSection={<IconChevronDown size={14} />}
          data-testid="preset-picker"
          aria-label={`Preset: ${current.title}${changed ? ', changed' : ''}`}
        >
          {current.title}
          {changed && (
            <Text span size="xs" c="dimmed" ml={6}>
              changed
            </Text>
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PRESETS.map((preset) => (
          <Menu.Item key={preset.id} onClick={() => replace(preset.experiment)} data-testid={`preset-${preset.id}`}>
            <Text size="sm" fw={600}>
              {preset.title}
            </Text>
            <Text size="sm">{preset.experiment.question}</Text>
            <Text size="xs" c="dimmed">
              {preset.hint}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
