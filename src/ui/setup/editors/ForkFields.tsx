/** Of an arm's editor what forks need: the button that makes one, and the step of one that is there. */
import { Button, Text } from '@mantine/core';
import { IconGitFork } from '@tabler/icons-react';
import type { ArmSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { forkHere, useGoesOn, useHere } from '@/state/forkHere.ts';
import { notify } from '@/ui/notify.ts';
import { number } from '@/ui/words.ts';
import { Fields, type FieldSpec } from '../fields/Fields.tsx';
import { tellProblems } from '../parts/attempt.ts';

const STEP: FieldSpec = { kind: 'number', path: 'fork.step', label: 'From step', hint: 'Steps of its own courses count from here.', step: 10 };

/** Where a fork leaves the arm that it was; nothing for an arm that is none. */
export function ForkStep({ arm, root }: { arm: ArmSpec; root: string }) {
  const parent = useExperiment(({ experiment }) => experiment.arms.find(({ id }) => id === arm.fork?.of)?.name);
  const goesOn = useGoesOn();
  if (!arm.fork) return null;
  return (
    <>
      <Fields root={root} specs={[STEP]} width={150} />
      <Text size="sm" data-testid="fork-note">
        Until then it is “{parent}”, with all that this has learnt. {goesOn && 'Run goes on from where it is.'}
      </Text>
    </>
  );
}

/** Makes a fork of an arm: where the run is, else in its middle. @param onGone closes the editor, whose arm stays as it is */
export function ForkButton({ arm, onGone }: { arm: ArmSpec; onGone: () => void }) {
  const here = useHere();
  const fork = async () => {
    const { step, problems } = await forkHere(arm.id);
    if (!tellProblems(problems)) return;
    onGone();
    const rest = here ? 'then go on: the steps before are not repeated.' : 'until then both are the same.';
    notify('fork', { title: `A fork at step ${number(step)}`, message: `Change the new arm, at the end of the list; ${rest}` });
  };
  return (
    <Button
      leftSection={<IconGitFork size={13} />}
      title={
        here ? 'Stop here, and go on from this step with other settings as well.' : 'The same arm until the middle of the run, with other settings from there.'
      }
      onClick={() => void fork()}
      data-testid="fork-button"
    >
      {here ? 'Fork here' : 'Fork'}
    </Button>
  );
}
