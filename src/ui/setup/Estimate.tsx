import { Text, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { useExperiment } from '@/state/experiment.ts';
import { useGuideLibrary } from '@/state/guideLibrary.ts';
import { usePreferences } from '@/state/preferences.ts';
import { estimate } from '@/state/rates.ts';
import { useRun } from '@/state/run.ts';
import { bytes, count, duration, plural } from '@/ui/words.ts';

/** What the experiment being edited will take, before Run is pressed. */
export function Estimate() {
  const experiment = useExperiment((state) => state.experiment);
  const environment = useRun((state) => state.environment);
  const retrain = useRun((state) => state.retrain);
  const origins = useGuideLibrary((state) => state.origins);
  const rates = usePreferences((state) => state.rates);
  const made = useMemo(() => estimate(experiment, environment, rates, retrain, origins), [experiment, environment, rates, retrain, origins]);
  const { seconds, guideSeconds, measured, backend, cost } = made;
  const source = measured
    ? 'from how fast this device was before, when other work leaves it as much time'
    : `assuming ${backend} at its usual speed: measured once steps run here`;
  // What is only assumed can be far off: one digit says as much as is known.
  const time = (value: number) => duration(measured ? value : Number(value.toPrecision(1)));
  return (
    <Tooltip label={`Estimate: ${plural(cost.members, 'network')} of ${count(cost.parameters)} parameters, ${count(cost.flops)}FLOP in all, ${source}.`}>
      <Text span size="sm" c="dimmed" tabIndex={0} data-testid="estimate">
        {measured ? 'about' : 'roughly'} {time(seconds)}
        {guideSeconds > 0 && ` + ${time(guideSeconds)} for the guide`} · {bytes(made.bytes)}
      </Text>
    </Tooltip>
  );
}
