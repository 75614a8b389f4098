import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Fragment } from 'react';
import { PRESET_GROUPS } from '@/experiment/presets/presets.ts';
import { presetOf, useExperiment } from '@/state/experiment.ts';
import { sameValue } from '@/state/paths.ts';
import classes from './lab.module.css';

/** Ready experiments: each by its title, the question it asks and what to expect. */
export function PresetPicker() {
  const experiment = useExperiment((state) => state.experiment);
  const replace = useExperiment((state) => state.replace);
  const current = presetOf(experiment);
  const changed = !sameValue(current.experiment, experiment);
  return (
    // The list scrolls: what scrolls must be reached by keyboard.
    <Menu position="bottom-start" width="min(520px, 94vw)" menuItemTabIndex={0}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          fw={400}
          rightSection={<IconChevronDown size={14} />}
          data-testid="preset-picker"
          data-tool
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
      <Menu.Dropdown className={classes.presets}>
        {PRESET_GROUPS.map(({ name, presets }) => (
          <Fragment key={name}>
            <Menu.Label>{name}</Menu.Label>
            {presets.map((preset) => (
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
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
