/** What a chart's menu offers: how it is drawn, which part is seen, and pictures to take along. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconCheck, IconDots } from '@tabler/icons-react';
import { Fragment } from 'react';

export interface ChartOption {
  key: string;
  name: string;
  checked: boolean;
  choose: () => void;
}

/** Choices of which one holds, or each on its own. */
export interface ChartOptions {
  label: string;
  kind: 'radio' | 'checkbox';
  options: readonly ChartOption[];
}

export interface ChartCommand {
  name: string;
  disabled: boolean;
  run: () => void;
}

interface ChartMenuProps {
  title: string;
  groups: readonly ChartOptions[];
  /** Sets of commands, apart from each other. */
  commands: readonly (readonly ChartCommand[])[];
}

const CHECK = <IconCheck size="0.875rem" />;

export function ChartMenu({ title, groups, commands }: ChartMenuProps) {
  return (
    <Menu position="bottom-end" alignItemsLabels="all">
      <Menu.Target>
        <ActionIcon size={22} aria-label={`Options and export of the chart "${title}"`}>
          <IconDots size="1rem" stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map(({ label, kind, options }) => (
          <Fragment key={label}>
            <Menu.Label>{label}</Menu.Label>
            {options.map(({ key, name, checked, choose }) =>
              kind === 'radio' ? (
                <Menu.RadioItem key={key} value={key} checked={checked} checkIcon={CHECK} onChange={choose}>
                  {name}
                </Menu.RadioItem>
              ) : (
                <Menu.CheckboxItem key={key} checked={checked} checkIcon={CHECK} onChange={choose}>
                  {name}
                </Menu.CheckboxItem>
              ),
            )}
          </Fragment>
        ))}
        {commands.map((set, i) => (
          <Fragment key={set[0].name}>
            {(i > 0 || groups.length > 0) && <Menu.Divider />}
            {set.map(({ name, disabled, run }) => (
              <Menu.Item key={name} disabled={disabled} onClick={run}>
                {name}
              </Menu.Item>
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
