import { Divider, Group, Popover, SegmentedControl, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { BackendChoice, BackendName, BackendStep, Environment } from '@/experiment/contract/environment.ts';
import { chooseBackend, runHoldsBackend, useBackend } from '@/state/backend.ts';
import { usePreferences } from '@/state/preferences.ts';
import { useRun } from '@/state/run.ts';
import classes from './shell.module.css';

const NAMES: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript' };
const CHOICES: { value: BackendChoice; label: string }[] = [
  { value: 'auto', label: 'Auto' },
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
      {check.passed ? 'Values and gradients of all kernels in use agree with the reference' : 'Some kernels disagree with the reference'}
      {': '}largest error {check.worstError.toExponential(0)}
      {check.worstKernel && ` (${check.worstKernel})`}, {check.cached ? 'checked on an earlier visit' : `checked in ${check.seconds.toFixed(1)} s`}.
    </Text>
  );
}

function Details({ environment }: { environment: Environment | null }) {
  const backend = usePreferences((state) => state.backend);
  const { status, message } = useBackend();
  const failed = status === 'failed' && !environment;
  const busy = useRun(runHoldsBackend);
  return (
    <Stack gap="sm">
      <Text fw={600} size="sm">
        What does the arithmetic
      </Text>
      {failed && (
        <Text size="sm" c="var(--bad)">
          {message || 'No backend could be started.'}
        </Text>
      )}
      {status === 'checking' && (
        <Text size="sm">
          Trying {backend === 'auto' ? 'what this browser has' : NAMES[backend]} and checking its kernels. On an emulated GPU that takes minutes.
        </Text>
      )}
      {environment && status !== 'checking' && (
        <>
          {environment.adapter && <Text size="sm">{environment.adapter}</Text>}
          {environment.steps.map((step) => (
            <Step key={step.backend} step={step} />
          ))}
          <SelfCheck check={environment.selfCheck} />
        </>
      )}
      {!environment && !failed && status !== 'checking' && (
        <Text size="sm" c="dimmed">
          WebGPU, then WebAssembly, then plain JavaScript is tried; the first that works is checked.
        </Text>
      )}
      <Divider />
      <SegmentedControl fullWidth aria-label="Backend" data={CHOICES} value={backend} onChange={(value) => chooseBackend(value as BackendChoice)} />
      <Text size="xs" c="dimmed">
        {busy ? 'Takes effect with the next run. ' : ''}Kept in this browser, not in links.
      </Text>
    </Stack>
  );
}

/** Which backend does the work, whether it was checked, and why it was chosen. */
export function BackendBadge() {
  const environment = useRun((state) => state.environment);
  const status = useBackend((state) => state.status);
  const [opened, { toggle, close }] = useDisclosure(false);
  const known = status === 'checking' ? null : environment;
  const failed = status === 'failed' && !environment;
  const passed = known?.selfCheck.passed;
  return (
    <Popover trapFocus opened={opened} onChange={(open) => !open && close()} position="bottom-end" width="min(440px, 94vw)">
      <Popover.Target>
        <UnstyledButton
          className={classes.badge}
          data-checked={passed || undefined}
          data-failed={failed || passed === false || undefined}
          onClick={toggle}
          data-testid="backend-badge"
          data-backend={known?.backend}
        >
          {known ? (
            <>
              {NAMES[known.backend]}
              {known.software && ' (software)'}
              {passed ? ' · checked ✓' : ' · check failed'}
            </>
          ) : failed ? (
            'No backend'
          ) : (
            'Choosing backend…'
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Details environment={environment} />
      </Popover.Dropdown>
    </Popover>
  );
}
