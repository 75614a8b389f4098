import { Button, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBook2, IconPresentation, IconUpload } from '@tabler/icons-react';
import { RUN_ID } from '../run/places.ts';
import { BackendBadge } from './BackendBadge.tsx';
import { present } from '@/state/presenting.ts';
import { useView } from '@/state/view.ts';
import { FilesButton } from '@/ui/files/FilesButton.tsx';
import { ShareButton } from './ShareButton.tsx';
import classes from './shell.module.css';
import { ThemeToggle } from './ThemeToggle.tsx';
import { ViewLinks } from './ViewLinks.tsx';
import { whenFirst } from '../whenFirst.tsx';

const ExplainDrawer = whenFirst<{ opened: boolean; onClose: () => void }>(
  'The explanation',
  ({ opened }) => opened,
  async () => (await import('../explain/ExplainDrawer.tsx')).ExplainDrawer,
);

/** What can be done with the experiment as a whole. */
function LabTools() {
  const [explaining, { open, close }] = useDisclosure(false);
  return (
    <>
      <BackendBadge />
      <ShareButton />
      <Tooltip label="Show the page to a room: large, without tools (the key P)">
        <Button
          className={`${classes.action} ${classes.present}`}
          leftSection={<IconPresentation size={14} />}
          onClick={() => present(true)}
          data-testid="present"
          aria-label="Present"
        >
          Present
        </Button>
      </Tooltip>
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
      <ExplainDrawer opened={explaining} onClose={close} />
    </>
  );
}

/** Title, the views, and in the Lab backend and tools. */
export function Header() {
  const inLab = useView((state) => state.view === 'lab');
  return (
    <header className={classes.header} data-part="header">
      {/* No link: the address holds the experiment. */}
      {inLab && (
        <UnstyledButton className={classes.skip} onClick={() => document.getElementById(RUN_ID)?.focus()} data-testid="skip-to-run">
          Skip to Run
        </UnstyledButton>
      )}
      <div className={classes.bar}>
        <Title order={1} className={classes.name}>
          Guidance Playground
        </Title>
        <ViewLinks />
        <span className={classes.grow} />
        {inLab && <LabTools />}
        <ThemeToggle />
      </div>
    </header>
  );
}
