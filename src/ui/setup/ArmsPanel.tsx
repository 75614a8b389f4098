import { Button, type FloatingPosition, Menu, Text, Tooltip, useMatches } from '@mantine/core';
import { IconChevronDown, IconPlus } from '@tabler/icons-react';
import type { ArmSpec, BaseSettings } from '@/experiment/schema/schema.ts';
import { ARM_TEMPLATES, addArm, withSeeds } from '@/state/arms.ts';
import { addControlArm, CONTROLS } from '@/state/controls.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { armColour } from '@/ui/colours.ts';
import { armStatement, plural } from '@/ui/words.ts';
import { attempt } from './parts/attempt.ts';
import { EditPopover } from './opening/EditPopover.tsx';
import { Pencil } from './parts/Pencil.tsx';
import classes from './setup.module.css';
import { StaleDot } from './parts/StaleDot.tsx';

function ArmRow({ arm, base }: { arm: ArmSpec; base: BaseSettings }) {
  const stale = useIsStale(`arms.${arm.id}`);
  const statement = useExperiment(({ experiment: { interventions } }) => armStatement(arm, base, interventions));
  // Beside the list, so that the arms stay in view; below on screens with no room beside it.
  const position = useMatches<FloatingPosition>({ base: 'bottom-end', md: 'left-start' });
  return (
    <li className={classes.arm} data-testid={`arm-row-${arm.id}`}>
      <EditPopover
        label={`Edit the arm ${arm.name}: ${statement}`}
        title={arm.name}
        position={position}
        testId={`edit-arm-${arm.id}`}
        targetClassName={classes.armButton}
        target={
          <>
            <span className={classes.dot} style={{ background: armColour(arm.id) }} />
            <span>
              <span className={classes.armName}>
                {arm.name}
                {stale && <StaleDot />}
              </span>
              <span className={classes.armText} title={statement}>
                {statement}
              </span>
            </span>
            <Pencil />
          </>
        }
      >
        {({ ArmEditor }, close) => <ArmEditor arm={arm} onGone={close} />}
      </EditPopover>
    </li>
  );
}

function AddArm() {
  const experiment = useExperiment((state) => state.experiment);
  return (
    // The list scrolls: what scrolls must be reached by keyboard.
    <Menu position="bottom-start" width={300} menuItemTabIndex={0}>
      <Menu.Target>
        <Button data-testid="add-arm" leftSection={<IconPlus size={13} />}>
          Add arm
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.longMenu}>
        {ARM_TEMPLATES.filter(({ suits }) => suits?.(experiment) ?? true).map((template) => (
          <Menu.Item key={template.id} onClick={() => attempt((current) => addArm(current, template))}>
            <Text size="sm">{template.name}</Text>
            <Text size="xs" c="dimmed">
              {template.hint}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Controls: is it really the guide?</Menu.Label>
        {CONTROLS.filter(({ suits }) => suits?.(experiment.task) ?? true).map(({ kind, name, tells }) => (
          <Menu.Item key={kind} onClick={() => attempt((current) => addControlArm(current, kind))}>
            <Text size="sm">Guided, {name}</Text>
            <Text size="xs" c="dimmed">
              {tells(experiment.task)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const SEED_COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** What the number of seeds allows to be said (docs/method.md, verdicts). */
const SEED_HINTS: Record<number, string> = {
  1: 'a quick look, no claim',
  2: 'too few for a claim',
  3: 'paired intervals',
  6: 'exact tests too',
};

function Seeds() {
  const seeds = useExperiment((state) => state.experiment.seeds);
  const stale = useIsStale('seeds');
  return (
    <Menu position="bottom-start" width={220}>
      <Tooltip label="Every arm runs once per seed; arms of one seed share weights and batches.">
        <span>
          <Menu.Target>
            <Button data-testid="seeds" rightSection={stale ? <StaleDot /> : <IconChevronDown size={13} />}>
              {plural(seeds.length, 'seed')}
            </Button>
          </Menu.Target>
        </span>
      </Tooltip>
      <Menu.Dropdown>
        <Menu.Label>Repeats of every arm</Menu.Label>
        <Menu.RadioGroup value={String(seeds.length)} onChange={(count) => void attempt((experiment) => withSeeds(experiment, Number(count)))}>
          {SEED_COUNTS.map((n) => (
            <Menu.RadioItem key={n} value={String(n)} py={4}>
              {n}
              {SEED_HINTS[n] && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  · {SEED_HINTS[n]}
                </Text>
              )}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The conditions that are compared. */
export function ArmsPanel() {
  const arms = useExperiment((state) => state.experiment.arms);
  const base = useExperiment((state) => state.experiment.base);
  return (
    <div className={classes.column} data-testid="arms" data-part="arms">
      <div className={classes.head}>
        <h2 className={classes.title}>Arms: only this differs</h2>
      </div>
      <ul className={classes.arms} aria-label="Arms" data-many={arms.length > 4 || undefined}>
        {arms.map((arm) => (
          <ArmRow key={arm.id} arm={arm} base={base} />
        ))}
      </ul>
      <div className={classes.footer} data-tool>
        <AddArm />
        <Seeds />
      </div>
    </div>
  );
}
