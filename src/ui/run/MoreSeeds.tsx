/** Further seeds, offered where a verdict rests on those that there are: what they would cost and what they could show. */
import { Anchor, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { session } from '@/state/session.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useResultsOf } from '@/state/stale.ts';
import { moreSeeds } from '@/stats/moreSeeds.ts';
import type { Verdict } from '@/stats/types.ts';
import { unitOf } from '@/stats/words.ts';
import { taskMetric } from '@/experiment/networks/describe.ts';
import { attempt } from '@/ui/setup/parts/attempt.ts';
import { heldUpNow } from './heldUp.ts';
import { aboutTime, useEstimate } from '@/ui/setup/useEstimate.ts';

const MORE = 3;
/** As many as an experiment may have (`experiment/schema/schema.ts`). */
const MOST_SEEDS = 32;

/** The same seeds and the next ones: what was measured is measured again, bit for bit. */
function withFurtherSeeds(experiment: Experiment): Experiment {
  const first = Math.max(...experiment.seeds) + 1;
  return { ...experiment, seeds: [...experiment.seeds, ...Array.from({ length: MORE }, (_, i) => first + i)] };
}

/** What is on screen comes again in the run that replaces it: nothing is lost. */
function runFurther(): void {
  if (attempt(withFurtherSeeds) && !heldUpNow()) void session.run();
}

function Offer({ experiment, verdict }: { experiment: Experiment; verdict: Verdict }) {
  const further = useMemo(() => withFurtherSeeds(experiment), [experiment]);
  const made = useEstimate(further);
  const asked = verdict.comparisons.find(({ arm }) => arm === verdict.lead?.arm);
  if (!asked) return null;
  const { smallest } = moreSeeds(asked, MORE);
  const cost = aboutTime(made.seconds + made.guideSeconds, made);
  // Of counts and of steps no such number is told.
  const shown = smallest === null || asked.split || verdict.sooner !== null ? null : unitOf(taskMetric(experiment.task).name).size(smallest);
  return (
    <>
      {' · '}
      <Tooltip
        label={`Adds three to the experiment and runs all ${further.seeds.length} from the start; those that there are give the same curves again.${shown === null ? '' : ` Scattering like these, they would tell a difference of ${shown} from noise.`}`}
      >
        <Anchor component="button" type="button" inherit data-testid="more-seeds" onClick={runFurther}>
          Run three more seeds
        </Anchor>
      </Tooltip>
      {`: ${cost} for all ${further.seeds.length}${shown === null ? '' : `, to tell ${shown} from noise`}`}
    </>
  );
}

/** Nothing while the result is not that of the experiment on the page, or where there is no room for more. */
export function MoreSeeds({ verdict }: { verdict: Verdict }) {
  const experiment = useExperiment((state) => state.experiment);
  const of = useResultsOf();
  if (of !== 'this' || experiment.seeds.length + MORE > MOST_SEEDS) return null;
  return <Offer experiment={experiment} verdict={verdict} />;
}
