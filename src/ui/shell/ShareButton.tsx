import { Button, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { useExperiment } from '@/state/experiment.ts';
import { linkTo } from '@/state/link.ts';
import { differsFromRun, useRun } from '@/state/run.ts';
import { notify } from '@/ui/notify.ts';
import classes from './shell.module.css';

/** The experiment to share: what is on screen, with what was changed while it ran, unless it was edited since. */
function shared() {
  const { experiment } = useExperiment.getState();
  const run = useRun.getState();
  return run.experiment && !differsFromRun(experiment, run) ? run.experiment : experiment;
}

/** Copies a link that holds exactly this experiment; shows it where the clipboard cannot be written (plain http). */
export function ShareButton() {
  const [link, setLink] = useState<string | null>(null);
  const share = async () => {
    if (link !== null) return setLink(null);
    const text = linkTo(shared());
    try {
      await navigator.clipboard.writeText(text);
      notify('link', { message: 'Link copied. It holds exactly this experiment.' });
    } catch {
      setLink(text);
    }
  };
  return (
    <Popover trapFocus opened={link !== null} onChange={(open) => !open && setLink(null)} position="bottom-end" width="min(420px, 94vw)">
      <Popover.Target>
        <Button className={classes.action} leftSection={<IconLink size={14} />} onClick={share} data-testid="share" aria-label="Share">
          Share
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          <Text size="sm">This link holds exactly this experiment. Copy it:</Text>
          <TextInput readOnly aria-label="Link to this experiment" value={link ?? ''} onFocus={(event) => event.currentTarget.select()} data-autofocus />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
