import { Button } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { type Shared, shared } from '@/ui/share/links.ts';
import { whenFirst } from '../whenFirst.tsx';
import classes from './shell.module.css';

const ShareDialog = whenFirst<{ shared: Shared | null; onClose: () => void }>(
  'What shares the experiment',
  (props) => props.shared !== null,
  async () => (await import('@/ui/share/ShareDialog.tsx')).ShareDialog,
);

/** Opens what takes the experiment elsewhere: link, code, frame, room. */
export function ShareButton() {
  const [open, setOpen] = useState<Shared | null>(null);
  return (
    <>
      <Button className={classes.action} leftSection={<IconLink size={14} />} onClick={() => setOpen(shared())} data-testid="share" aria-label="Share">
        Share
      </Button>
      <ShareDialog shared={open} onClose={() => setOpen(null)} />
    </>
  );
}
