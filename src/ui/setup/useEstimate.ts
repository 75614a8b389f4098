import { useMemo } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useGuideLibrary } from '@/state/guideLibrary.ts';
import { usePreferences } from '@/state/preferences.ts';
import { type Estimate, estimate } from '@/state/rates.ts';
import { useRun } from '@/state/run.ts';
import { duration } from '@/ui/words.ts';

/** What an experiment will take on this device, as far as is known by now. */
export function useEstimate(experiment: Experiment): Estimate {
  const environment = useRun((state) => state.environment);
  const retrain = useRun((state) => state.retrain);
  const origins = useGuideLibrary((state) => state.origins);
  const rates = usePreferences((state) => state.rates);
  return useMemo(() => estimate(experiment, environment, rates, retrain, origins), [experiment, environment, rates, retrain, origins]);
}

/** "12 s". What is only assumed can be far off: one digit says as much as is known. */
export const estimatedTime = (seconds: number, { measured }: Pick<Estimate, 'measured'>): string =>
  duration(measured ? seconds : Number(seconds.toPrecision(1)));

/** "about 12 s" where this device was measured, "roughly 10 s" where it is assumed, and "under 1 s" as it is. */
export function aboutTime(seconds: number, { measured }: Pick<Estimate, 'measured'>): string {
  const time = estimatedTime(seconds, { measured });
  return time.startsWith('under') ? time : `${measured ? 'about' : 'roughly'} ${time}`;
}
