import { Button, Title, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBook2, IconUpload } from '@tabler/icons-react';
import { ExplainDrawer } from '../explain/ExplainDrawer.tsx';
import { RUN_ID } from '../run/places.ts';
import { BackendBadge } from './BackendBadge.tsx';
import { FilesButton } from '@/ui/files/FilesButton.tsx';
import { PresetPicker } from './PresetPicker.tsx';
import { ShareButton } from './ShareButton.tsx';
import classes from './shell.module.css';
import { ThemeToggle } from './ThemeToggle.tsx';

/** Title, preset, backend, and what can be done with the experiment as a whole. */
export function Header() {
  const [explaining, { open, close }] = useDisclosure(false);
  return (
    <header className={classes.header}>
      {/* No link: the address holds the experiment. */}
      <UnstyledButton className={classes.skip} onClick={() => document.getElementById(RUN_ID)?.focus()} data-testid="skip-to-run">
        Skip to Run
      </UnstyledButton>
      <div className={classes.bar}>
        <Title order={1} className={classes.name}>
          Guidance Playground
        </Title>
        <PresetPicker />
        <span className={classes.grow} />
        <BackendBadge />
        <ShareButton />
        <FilesButton>
          {(props) => (
            <Button {...props} className={classes.action} leftSection={<IconUpload size={14} />} data-testid="import" aria-label="Import">
              Import
            </Button>
          )}
        </FilesButton>
        <Button className={classes.action} leftSection={<IconBook2 size={14} />} onClick={open} data-testid="explain" aria-label="Explain">
          Explain
        </Button>
        <ThemeToggle />
      </div>
      <ExplainDrawer opened={explaining} onClose={close} />
    </header>
  );
}
