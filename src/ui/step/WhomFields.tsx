import { NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import type { ObservedPair } from '@/experiment/plan/arms.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { pairsToShow, samePair, type Whom } from '@/state/stepStrip.ts';
import classes from './step.module.css';

/** "block 1, conv 2 → linear 1" */
export function pairWords(experiment: Experiment, { guide, guideTap, targetTap }: ObservedPair): string {
  const label = (taps: readonly { name: string; label: string }[], name: string) => taps.find((tap) => tap.name === name)?.label ?? name;
  return `${label(describeGuide(experiment, guide).taps, guideTap)} → ${label(describeNetwork(experiment.target, taskShape(experiment.task)).taps, targetTap)}`;
}

interface WhomFieldsProps {
  experiment: Experiment;
  whom: Whom;
  onChange: (chosen: Partial<Whom>) => void;
  /** Let the pair be chosen, too. */
  withPairs?: boolean;
}

/** Which arm, seed and pair is looked at. */
export function WhomFields({ experiment, whom, onChange, withPairs }: WhomFieldsProps) {
  const pairs = useMemo(() => pairsToShow(experiment, whom.arm), [experiment, whom.arm]);
  const guides = new Set(pairs.map(({ guide }) => guide));
  return (
    <div className={classes.whom}>
      <NativeSelect
        aria-label="Arm"
        data-testid="whom-arm"
        data={experiment.arms.map(({ id, name }) => ({ value: id, label: name }))}
        value={whom.arm}
        onChange={(event) => onChange({ arm: event.currentTarget.value })}
      />
      {experiment.seeds.length > 1 && (
        <NativeSelect
          aria-label="Seed"
          data-testid="whom-seed"
          data={experiment.seeds.map((seed) => ({ value: String(seed), label: `seed ${seed}` }))}
          value={String(whom.seed)}
          onChange={(event) => onChange({ seed: Number(event.currentTarget.value) })}
        />
      )}
      {withPairs && pairs.length > 1 && (
        <NativeSelect
          aria-label="Pair of layers"
          data-testid="whom-pair"
          data={pairs.map((pair, i) => ({ value: String(i), label: `${guides.size > 1 ? `${pair.guide}: ` : ''}${pairWords(experiment, pair)}` }))}
          value={String(pairs.findIndex((pair) => whom.pair !== null && samePair(pair, whom.pair)))}
          onChange={(event) => onChange({ pair: pairs[Number(event.currentTarget.value)] })}
        />
      )}
    </div>
  );
}
