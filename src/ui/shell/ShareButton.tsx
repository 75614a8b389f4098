import { Button, Group, Modal } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { type Shared, shared } from '@/ui/share/links.ts';
import classes from './shell.module.css';

const ShareDialog = lazy(() => import('@/ui/share/ShareDialog.tsx'));

/** Opens what takes the experiment elsewhere: link, code, frame, room. */
export function ShareButton() {
  const [open, setOpen] = useState<Shared | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Button className={classes.action} leftSection={<IconLink size={14} />} onClick={() => setOpen(shared())} data-testid="share" aria-label="Share">
        Share
      </Button>
      {/* Put together from parts because Mantine's own head is a <header>: a second banner of the page. */}
      <Modal.Root opened={open !== null} onClose={close} size={560}>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body pt="md">
            <Group justify="space-between" mb="sm">
              <Modal.Title fz="lg" fw={600}>
                Share
              </Modal.Title>
              <Modal.CloseButton aria-label="Close" />
            </Group>
            <Suspense fallback={null}>{open && <ShareDialog shared={open} onClose={close} />}</Suspense>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
