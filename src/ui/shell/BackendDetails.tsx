import { Divider, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { BackendChoice, BackendStep, Environment } from '@/experiment/contract/environment.ts';
import { chooseBackend, runHoldsBackend, useBackend } from '@/state/backend.ts';
import { usePreferences } from '@/state/preferences.ts';
import { useRun } from '@/state/run.ts';
import { BACKEND_NAMES } from './backendNames.ts';

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
        <b>{BACKEND_NAMES[step.backend]}</b> {word}: {step.reason}
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

/** What was tried, how it was checked, and the choice. */
export function BackendDetails({ environment }: { environment: Environment | null }) {
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
          Trying {backend === 'auto' ? 'what this browser has' : BACKEND_NAMES[backend]} and checking its kernels. On an emulated GPU that takes minutes.
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
