import { type FloatingPosition, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './setup.module.css';

interface EditPopoverProps {
  /** Accessible name of the button, e.g. "Edit the target network". */
  label: string;
  /** Heading of what opens. */
  title: string;
  /** What the button shows. */
  target: ReactNode;
  targetClassName?: string;
  position?: FloatingPosition;
  width?: number;
  testId?: string;
  children: ReactNode | ((close: () => void) => ReactNode);
}

/** Something on the page that opens its own editor, in place. */
export function EditPopover({
  label,
  title,
  target,
  targetClassName,
  position = 'bottom-start',
  width = 400,
  testId,
  children,
}: EditPopoverProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <Popover opened={opened} onChange={(open) => !open && close()} position={position} width={`min(${width}px, 94vw)`}>
      <Popover.Target>
        <UnstyledButton
          aria-label={label}
          onClick={toggle}
          className={targetClassName ?? classes.edit}
          data-testid={testId}
          data-opened={opened || undefined}
        >
          {target}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <Stack gap="sm">
          <Text fw={600} size="sm">
            {title}
          </Text>
          {typeof children === 'function' ? children(close) : children}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
