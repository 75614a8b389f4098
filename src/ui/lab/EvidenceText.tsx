import { Anchor, Text } from '@mantine/core';
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
export function EvidenceText({ preset }: { preset: string }) {
  const { outcome, paper, here, seeds } = EVIDENCE[preset];
  return (
    <>
      <Text size="sm" fw={600}>
        {WORDS[outcome]}
      </Text>
      <dl className={classes.evidence}>
        <dt>The paper</dt>
        <dd>{paper}</dd>
        <dt>Measured with this page</dt>
        <dd>{here}</dd>
      </dl>
      <Text size="xs" c="dimmed">
        Measured with {seeds}. {UNROUNDED} Press Run to see for yourself, or{' '}
        <Anchor href="https://arxiv.org/abs/2410.20035" target="_blank" rel="noreferrer" inherit>
          read the paper
        </Anchor>
        .
      </Text>
    </>
  );
}
