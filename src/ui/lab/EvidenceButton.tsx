/** What the paper found, what was measured here, and whether the one bears the other out. */
import { Anchor, Button, Popover, Text } from '@mantine/core';
import { EVIDENCE, type Outcome, UNROUNDED } from '@/experiment/presets/evidence.ts';
import classes from './lab.module.css';

const WORDS: Record<Outcome, string> = {
  reproduces: 'The paper’s claim reproduces at this scale.',
  'reproduces in part': 'The paper’s claim reproduces in part at this scale.',
  'does not reproduce': 'The paper’s claim does not reproduce at this scale.',
  'not tried': 'The paper’s claim is not put to the test at this scale: no arm gets far enough.',
  'not in the paper': 'The paper has no such experiment.',
};

/** @param preset id of the preset whose numbers are told */
export function EvidenceButton({ preset }: { preset: string }) {
  const evidence = EVIDENCE[preset];
  if (!evidence) return null;
  return (
    <Popover width="min(460px, 94vw)" position="bottom-start" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" fw={400} data-testid="evidence" data-part="verdict" data-tool>
          Does it reproduce?
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600}>
          {WORDS[evidence.outcome]}
        </Text>
        <dl className={classes.evidence}>
          <dt>The paper</dt>
          <dd>{evidence.paper}</dd>
          <dt>Measured with this page</dt>
          <dd>{evidence.here}</dd>
        </dl>
        <Text size="xs" c="dimmed">
          Measured with {evidence.seeds}. {UNROUNDED} Press Run to see for yourself, or{' '}
          <Anchor href="https://arxiv.org/abs/2410.20035" target="_blank" rel="noreferrer" inherit>
            read the paper
          </Anchor>
          .
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
