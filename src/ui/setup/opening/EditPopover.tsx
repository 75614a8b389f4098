import { type FloatingPosition, Popover, type PopoverProps, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useStage } from '@/state/presenting.ts';
import { useRefused } from '@/state/refused.ts';
import classes from '../setup.module.css';
import { type Editors, useEditors } from './useEditors.ts';

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
  children: (editors: Editors, close: () => void) => ReactNode;
}

const EDGE = 8;
/** Below this an editor is better partly off the screen (and scrolled to) than squeezed. */
const LEAST_HEIGHT = 240;

/** Stay on the screen, scrolling inside where too tall. */
const MIDDLEWARES: PopoverProps['middlewares'] = {
  shift: { padding: EDGE },
  flip: { padding: EDGE },
  size: {
    padding: EDGE,
    apply: ({ availableHeight, elements }) => {
      elements.floating.style.setProperty('--room', `${Math.max(LEAST_HEIGHT, Math.floor(availableHeight))}px`);
    },
  },
};

/** Something on the page that opens its own editor, in place. */
export function EditPopover({ label, title, target, targetClassName, position = 'bottom-start', width = 400, testId, children }: EditPopoverProps) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { editors, withEditors } = useEditors();
  // An entry that cannot be used is not thrown away by a click on Run: that it is one is told there.
  const refused = useRefused((state) => state.fields.length > 0);
  const presenting = useStage((state) => state.presenting);
  if (presenting) return <span className={targetClassName ?? classes.edit}>{target}</span>;
  return (
    <Popover
      trapFocus
      opened={opened}
      closeOnClickOutside={!refused}
      onChange={(open) => !open && close()}
      position={position}
      width={`min(${width}px, 94vw)`}
      middlewares={MIDDLEWARES}
    >
      <Popover.Target>
        <UnstyledButton
          aria-label={label}
          onClick={() => withEditors(toggle)}
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
          {editors && children(editors, close)}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
