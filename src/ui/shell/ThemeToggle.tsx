import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';

/** Light or dark; until it is pressed, the system decides. */
export function ThemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const next = useComputedColorScheme('light') === 'dark' ? 'light' : 'dark';
  const Icon = next === 'dark' ? IconMoon : IconSun;
  return (
    <Tooltip label={`Use ${next} colours`}>
      <ActionIcon size={30} variant="default" aria-label={`Use ${next} colours`} onClick={() => setColorScheme(next)} data-testid="theme-toggle">
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
