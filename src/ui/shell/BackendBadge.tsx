import { Button, Divider, Group, Popover, SegmentedControl, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { BackendChoice, BackendName, BackendStep, Environment } from '@/experiment/events.ts';
import { usePreferences } from '@/state/preferences.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import classes from './shell.module.css';

const NAMES: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript' };
const CHOICES: { value: BackendChoice; label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'wasm', label: 'WebAssembly' },
  { value: 'cpu', label: 'JavaScript' },
];
const OUTCOMES: Record<BackendStep['outcome'], { icon: typeof IconCheck; colour: string; word: string }> = {
  chosen: { icon: IconCheck, colour: 'var(--good)', word: 'chosen' },
  skipped: { icon: IconMinus, colour: 'var(--mute)', word: 'skipped' },
  failed: { icon: IconX, colour: 'var(--bad)', word: 'failed' },
};

function Step({ step }: { step: BackendStep }) {
  const { icon: Icon, colour, word } = OUTCOMES[step.outcome];
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <Icon size={15} color={colour} style={{ flex: 'none', marginTop: 2 }} aria-hidden />
      <Text size="sm">
        <b>{NAMES[step.backend]}</b> {word}: {step.reason}
      </Text>
    </Group>
  );
}

function SelfCheck({ check }: { check: Environment['selfCheck'] }) {
  return (
    <Text size="xs" c="dimmed">
      {check.passed
        ? 'Values and gradients of all kernels in use agree with the reference'
        : 'Some kernels disagree with the reference'}
      {': '}largest error {check.worstError.toExponential(0)}
      {check.worstKernel && ` (${check.worstKernel})`},{' '}
      {check.cached ? 'checked on an earlier visit' : `checked in ${check.seconds.toFixed(1)} s`}.
    </Text>
  );
}

function Details({ environment }: { environment: Environment | null }) {
  const backend = usePreferences((state) => state.backend);
  const setBackend = usePreferences((state) => state.setBackend);
  const busy = useRun((state) => state.phase === 'running' || state.phase === 'preparing');
  const choose = (choice: BackendChoice) => {
    setBackend(choice);
    if (!busy) void session.warmUp(choice);
  };
  return (
    <Stack gap="sm">
      <Text fw={600} size="sm">
        What does the arithmetic
      </Text>
      {environment ? (
        <>
          {environment.steps.map((step) => (
            <Step key={step.backend} step={step} />
          ))}
          <SelfCheck check={environment.selfCheck} />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Not chosen yet: WebGPU, then WebAssembly, then plain JavaScript is tried and checked.
        </Text>
      )}
      <Divider />
      <SegmentedControl
        fullWidth
        aria-label="Backend"
        data={CHOICES}
        value={backend}
        onChange={(value) => choose(value as BackendChoice)}
      />
      <Text size="xs" c="dimmed">
        {busy ? 'Takes effect with the next run. ' : ''}Kept in this browser, not in links.
      </Text>
      {!environment && !busy && <Button onClick={() => void session.warmUp(backend)}>Choose and check now</Button>}
    </Stack>
  );
}

/** Which backend does the work, whether it was checked, and why it was chosen. */
export function BackendBadge() {
  const environment = useRun((state) => state.environment);
  const [opened, { toggle, close }] = useDisclosure(false);
  const checked = environment?.selfCheck.passed;
  const name = environment ? NAMES[environment.backend] : 'Choosing backend…';
  return (
    <Popover opened={opened} onChange={(open) => !open && close()} position="bottom-end" width="min(440px, 94vw)">
      <Popover.Target>
        <UnstyledButton
          className={classes.badge}
          data-checked={checked || undefined}
          onClick={toggle}
          data-testid="backend-badge"
          data-backend={environment?.backend}
        >
          <span>{name}</span>
          {environment?.adapter && <span className={classes.adapter}> · {environment.adapter}</span>}
          {environment && <span> · {checked ? 'checked ✓' : 'check failed'}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Details environment={environment} />
      </Popover.Dropdown>
    </Popover>
  );
}
