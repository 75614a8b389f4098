/** An arm in the list of arms: the list is the legend of all charts. */
import { UnstyledButton } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { armWords } from '@/experiment/armWords.ts';
import type { ArmSpec } from '@/experiment/schema/schema.ts';
import { highlight, toggleArm, useArmShown } from '@/state/armsShown.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { armColour } from '@/ui/colours.ts';
import { EditPopover } from './opening/EditPopover.tsx';
import { useBeside } from './opening/useBeside.ts';
import { Pencil } from './parts/Pencil.tsx';
import { StaleDot } from './parts/StaleDot.tsx';
import classes from './setup.module.css';

/** The arm's colour; pressed, its curves are not drawn. */
function Eye({ arm }: { arm: ArmSpec }) {
  const shown = useArmShown(arm.id);
  const label = `${shown ? 'Hide' : 'Show'} ${arm.name} in the charts`;
  return (
    <UnstyledButton
      className={classes.eye}
      aria-pressed={!shown}
      aria-label={label}
      title={label}
      onClick={() => toggleArm(arm.id)}
      data-testid={`eye-${arm.id}`}
      style={{ color: armColour(arm.id) }}
    >
      {shown ? <span className={classes.dot} /> : <IconEyeOff size={14} />}
    </UnstyledButton>
  );
}

/** @param score its validation score so far, as text; absent before the first evaluation */
export function ArmRow({ arm, score }: { arm: ArmSpec; score: string | undefined }) {
  const stale = useIsStale(`arms.${arm.id}`);
  const shown = useArmShown(arm.id);
  const statement = useExperiment(({ experiment }) => armWords(experiment, arm));
  const position = useBeside();
  return (
    <li
      className={classes.arm}
      data-testid={`arm-row-${arm.id}`}
      data-hidden={!shown || undefined}
      onPointerEnter={() => highlight(arm.id)}
      onPointerLeave={() => highlight(null)}
    >
      <Eye arm={arm} />
      <EditPopover
        label={`Edit the arm ${arm.name}: ${statement}`}
        title={arm.name}
        position={position}
        testId={`edit-arm-${arm.id}`}
        targetClassName={classes.armButton}
        target={
          <>
            <span className={classes.armName}>
              {arm.name}
              {stale && <StaleDot />}
            </span>
            <span className={classes.armText} title={statement}>
              {statement}
            </span>
            <Pencil />
          </>
        }
      >
        {({ ArmEditor }, close) => <ArmEditor arm={arm} onGone={close} />}
      </EditPopover>
      <span className={classes.score} style={{ color: armColour(arm.id) }}>
        {score}
      </span>
    </li>
  );
}
