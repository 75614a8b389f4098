import { type FloatingPosition, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useRef, useState } from 'react';
import { useStage } from '@/state/presenting.ts';
import { useRefused } from '@/state/refused.ts';
import classes from '../setup.module.css';
import { GAP, onScreen, type Place, placeBeside } from './place.ts';
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
  /** It says nothing about the mapping: it may lie over its picture. */
  apart?: boolean;
  testId?: string;
  children: (editors: Editors, close: () => void) => ReactNode;
}

/** What editors of layers, pairs and arms talk about. */
const PICTURE = '[data-picture]';

/** Something on the page that opens its own editor, beside the picture of the mapping where there is room for both. */
export function EditPopover({
  label,
  title,
  target,
  targetClassName,
  position = 'bottom-start',
  width = 400,
  apart = false,
  testId,
  children,
}: EditPopoverProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const [place, setPlace] = useState<Place>({ position, offset: GAP, clear: false });
  const button = useRef<HTMLButtonElement>(null);
  const { editors, withEditors } = useEditors();
  // An entry that cannot be used is not thrown away by a click on Run: that it is one is told there.
  const refused = useRefused((state) => state.fields.length > 0);
  const openBeside = () => {
    const picture = (!apart && document.querySelector(PICTURE)?.getBoundingClientRect()) || null;
    const { innerWidth, innerHeight } = window;
    const room = Math.min(width, 0.94 * innerWidth);
    if (button.current) setPlace(placeBeside(button.current.getBoundingClientRect(), picture, position, { width: innerWidth, height: innerHeight }, room));
    open();
  };
  const presenting = useStage((state) => state.presenting);
  if (presenting) return <span className={targetClassName ?? classes.edit}>{target}</span>;
  return (
    <Popover
      trapFocus
      opened={opened}
      closeOnClickOutside={!refused}
      onChange={(wanted) => !wanted && close()}
      position={place.position}
      offset={place.offset}
      width={`min(${width}px, 94vw)`}
      middlewares={onScreen(!place.clear)}
      // It may stand apart from what it belongs to, which is marked; and inside what scrolls an arrow would scroll, too.
      withArrow={false}
    >
      <Popover.Target>
        <UnstyledButton
          ref={button}
          aria-label={label}
          onClick={() => (opened ? close() : withEditors(openBeside))}
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
