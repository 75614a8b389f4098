/** How one arm is trained, where it differs from what all share: out of the way while it does not. */
import { Button, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { settingsWords } from '@/experiment/armWords.ts';
import { describeNetwork, taskShape, unusedClasses } from '@/experiment/networks/describe.ts';
import { copiedBy, possibleStart } from '@/experiment/plan/copied.ts';
import { standsAlone } from '@/experiment/plan/guides.ts';
import type { ArmSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { Fields, type FieldSpec } from '../fields/Fields.tsx';
import { Own } from '../parts/Own.tsx';
import { initChoices } from './networkSpecs.ts';
import { armOptimiserFields, sharedOr, startFields } from './specs.ts';

const LEARNING_RATE: FieldSpec = {
  kind: 'log',
  path: 'learningRate',
  label: "This arm's learning rate",
  hint: 'Instead of the common one.',
  from: 1e-5,
  to: 1e-1,
};
const UNUSED_BIAS: FieldSpec = { kind: 'number', path: 'unusedBias', label: 'Bias', hint: 'At 0 as likely as any other class.', step: 1 };
const SMOOTHING: FieldSpec = {
  kind: 'number',
  path: 'labelSmoothing',
  label: 'Label smoothing',
  hint: 'Share of every label that is spread over all classes.',
  step: 0.05,
  absent: 0,
  share: true,
};

/** A network of the arm's own, which a recipe has made; it goes back to the shared one. */
function OwnTarget({ arm, root }: { arm: ArmSpec; root: string }) {
  const task = useExperiment((state) => state.experiment.task);
  const set = useExperiment((state) => state.set);
  if (!arm.target) return null;
  return (
    <Group gap="xs" justify="space-between">
      <Text size="sm">Its own target: {describeNetwork(arm.target, taskShape(task)).title}</Text>
      <Button onClick={() => void set(`${root}.target`, undefined)}>Share the target</Button>
    </Group>
  );
}

/** Weights that are copied from a guide before the first step. */
function CopiedStart({ arm, root }: { arm: ArmSpec; root: string }) {
  const experiment = useExperiment((state) => state.experiment);
  const set = useExperiment((state) => state.set);
  const guides = Object.keys(experiment.guides).filter((id) => !standsAlone(experiment, id));
  const start = arm.start ?? possibleStart(experiment, arm, guides);
  if (!start) {
    return (
      <Text size="xs" c="dimmed">
        Weights cannot be copied from a guide: none has a matrix of the shape of one of the target’s.
      </Text>
    );
  }
  const copied = arm.start && copiedBy(experiment, arm);
  return (
    <Own
      label="Weights copied from a guide"
      hint="What a guide has in the same shape is where this arm starts: not from the paper, and with a trained guide no guidance but a transfer."
      on={arm.start !== undefined}
      onChange={(on) => void set(`${root}.start`, on ? start : undefined)}
    >
      <Fields root={`${root}.start`} specs={startFields(guides)} width={300} />
      {copied && (
        <Text size="xs" c="dimmed">
          Copied: {copied.map(({ from, to }) => (from === to ? to : `${to} (from ${from})`)).join(', ')}
        </Text>
      )}
    </Own>
  );
}

/** @param root path of the arm */
export function ArmTraining({ arm, root }: { arm: ArmSpec; root: string }) {
  const experiment = useExperiment((state) => state.experiment);
  const set = useExperiment((state) => state.set);
  const own = settingsWords(experiment, arm);
  const [open, { toggle }] = useDisclosure(own.length > 0);
  const inits = initChoices((arm.target ?? experiment.target).family);
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap={6}>
      <UnstyledButton onClick={toggle} aria-expanded={open} fz="sm" data-testid="arm-training">
        <Group gap={4} wrap="nowrap">
          <Chevron size={14} aria-hidden />
          <Text span size="sm" fw={500}>
            Training of this arm
          </Text>
          <Text span size="xs" c="dimmed" truncate>
            {own.length > 0 ? own.join(' · ') : 'like that of all others'}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap="sm">
          <Own
            label="Its own learning rate"
            hint="A fair comparison shares one, or tunes each arm alike."
            on={arm.learningRate !== undefined}
            onChange={(on) => void set(`${root}.learningRate`, on ? experiment.base.learningRate : undefined)}
          >
            <Fields root={root} specs={[LEARNING_RATE]} width={300} />
          </Own>
          <Fields root={root} specs={armOptimiserFields(arm.optimiser)} width={300} />
          <Fields root={root} specs={[SMOOTHING]} width={150} />
          {!arm.fork && (
            <>
              <OwnTarget arm={arm} root={root} />
              <CopiedStart arm={arm} root={root} />
              <Fields
                root={root}
                width={300}
                specs={[
                  {
                    kind: 'choice',
                    path: 'init',
                    label: 'Initial weights',
                    hint: 'Shared: what the target states.',
                    list: inits.length > 2,
                    choices: sharedOr(inits),
                  },
                ]}
              />
            </>
          )}
          {!arm.fork && unusedClasses(experiment.task).length > 0 && (
            <Own
              label="Unused classes start low"
              hint="Classes that are never the answer begin with a bias of their own."
              on={arm.unusedBias !== undefined}
              onChange={(on) => void set(`${root}.unusedBias`, on ? -5 : undefined)}
            >
              <Fields root={root} specs={[UNUSED_BIAS]} width={150} />
            </Own>
          )}
        </Stack>
      </Collapse>
    </Stack>
  );
}
