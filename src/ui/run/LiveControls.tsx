/** What can be changed while it runs: the learning rate and guidance. Each change is part of the experiment. */
import { Button, Popover, Switch, Text, TextInput, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { termOf } from '@/experiment/plan/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import type { NumberLimits } from '@/state/limits.ts';
import { numberText, readNumber, whyRefused } from '@/state/readNumber.ts';
import { currentSettings, useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { number } from '@/ui/words.ts';
import classes from './run.module.css';

const RATE: NumberLimits = { min: 1e-7, max: 10, integer: false };
const FACTORS: [text: string, factor: number][] = [
  ['÷ 10', 0.1],
  ['÷ 2', 0.5],
  ['× 2', 2],
  ['× 10', 10],
];

export function LiveControls() {
  const edited = useExperiment((state) => state.experiment);
  const run = useRun((state) => state.experiment);
  const { learningRate, guidance } = useRun(useShallow(currentSettings));
  const experiment = run ?? edited;
  const guided = experiment.arms.some((arm) => termOf(arm, 'align'));
  return (
    <div className={classes.live} data-tool>
      <LearningRate value={run ? learningRate : experiment.base.learningRate} initial={experiment.base.learningRate} />
      {guided && (
        <Tooltip label="The alignment terms of all arms, from the next step on. Marked on the charts.">
          <Switch
            checked={!run || guidance}
            label="Guidance"
            labelPosition="left"
            styles={{ label: { fontSize: 13 } }}
            data-testid="guidance-switch"
            onChange={(event) => void session.intervene({ guidance: event.currentTarget.checked })}
          />
        </Tooltip>
      )}
    </div>
  );
}

function LearningRate({ value, initial }: { value: number; initial: number }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const reading = readNumber(text);
  const refused = whyRefused(reading, RATE);
  const apply = (rate: number) => {
    setOpen(false);
    if (rate !== value) void session.intervene({ learningRate: rate });
  };
  const round = (rate: number) => Number(Math.min(RATE.max, Math.max(RATE.min, rate)).toPrecision(3));
  return (
    <Popover trapFocus opened={open} onChange={setOpen} position="bottom-end">
      <Tooltip label="Change the learning rate of all arms from the next step on. Marked on the charts.">
        {/* Around the popover's target, not inside it: the button gets the id that names what opens. */}
        <span>
          <Popover.Target>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              className={classes.rate}
              data-testid="learning-rate"
              onClick={() => {
                setText(numberText(value));
                setOpen(!open);
              }}
            >
              {`learning rate ${number(value)}`}
            </Button>
          </Popover.Target>
        </span>
      </Tooltip>
      <Popover.Dropdown>
        <form
          className={classes.rateForm}
          onSubmit={(event) => {
            event.preventDefault();
            if ('value' in reading && refused === null) apply(reading.value);
          }}
        >
          <Text size="xs" c="dimmed">
            From the next step on, in every arm:
          </Text>
          <div className={classes.factors}>
            {FACTORS.map(([name, factor]) => (
              <Button key={name} size="compact-xs" onClick={() => apply(round(value * factor))}>
                {name}
              </Button>
            ))}
          </div>
          <div className={classes.rateRow}>
            <TextInput
              aria-label="Learning rate"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              data-autofocus
              autoComplete="off"
              w={150}
              error={text.trim() === '' ? undefined : refused}
            />
            <Button type="submit" variant="filled" disabled={refused !== null}>
              Apply
            </Button>
          </div>
          {value !== initial && <Button variant="subtle" size="compact-xs" onClick={() => apply(initial)}>{`Back to ${number(initial)}`}</Button>}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
