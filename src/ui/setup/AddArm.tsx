import { Button, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { GAP, onScreen } from './opening/place.ts';
import { useEditors } from './opening/useEditors.ts';
import classes from './setup.module.css';

/** Everything that an arm can be, by name: one click adds it. */
export function AddArm() {
  const [opened, { open, close }] = useDisclosure(false);
  const { editors, withEditors } = useEditors();
  return (
    <Popover
      trapFocus
      opened={opened}
      onChange={(wanted) => !wanted && close()}
      position="bottom-start"
      offset={GAP}
      width="min(440px, 94vw)"
      middlewares={onScreen(true)}
      withArrow={false}
    >
      <Popover.Target>
        <Button data-testid="add-arm" leftSection={<IconPlus size={13} />} onClick={() => (opened ? close() : withEditors(open))}>
          Add arm
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} p={0}>
        {editors && <editors.RecipeList onDone={close} />}
      </Popover.Dropdown>
    </Popover>
  );
}
