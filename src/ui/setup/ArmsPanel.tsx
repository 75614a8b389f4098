import { Button, Menu, Text, Tooltip } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { taskMetric } from '@/experiment/networks/describe.ts';
import { withSeeds } from '@/state/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useIsStale } from '@/state/stale.ts';
import { metricWords } from '@/ui/charts/format.ts';
import { meanOverSeeds } from '@/ui/charts/overSeeds.ts';
import { useSnapshot } from '@/ui/redraw.ts';
import { plural } from '@/ui/words.ts';
import { AddArm } from './AddArm.tsx';
import { ArmRow } from './ArmRow.tsx';
import { attempt } from './parts/attempt.ts';
import { StaleDot } from './parts/StaleDot.tsx';
import classes from './setup.module.css';

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

/** Mean score of every arm over its seeds at the last evaluation of the run on screen, as text by id. */
function useScores(): { scores: ReadonlyMap<string, string>; of: string } {
  const { data } = useSnapshot(true, 'evaluations');
  const task = useExperiment((state) => state.experiment.task);
  const metric = taskMetric(task);
  const words = metricWords(metric);
  const scores = new Map<string, string>();
  const evaluation = data.lastEvaluation;
  if (evaluation) {
    for (const [arm, members] of data.arms) {
      const { mean, n } = meanOverSeeds(members, (m) => evaluation.series.valMetric[m]);
      if (n > 0) scores.set(arm, words.bare(mean));
    }
  }
  return { scores, of: `val ${metric.name}${words.unit === '' ? '' : `, ${words.unit}`}` };
}

/** From so many arms on each takes one line, and the list alone scrolls. */
const ONE_LINE = 6;
/** The same in a low window, where the picture needs the room. */
const ONE_LINE_LOW = 4;
const SCROLLS = 9;

/** The conditions that are compared: each with its colour, how it learns, and what it reached. */
export function ArmsPanel() {
  const arms = useExperiment((state) => state.experiment.arms);
  const seeds = useExperiment((state) => state.experiment.seeds.length);
  const { scores, of } = useScores();
  return (
    <div className={classes.panel} data-testid="arms" data-part="arms">
      <div className={classes.line}>
        <h2 className={classes.title}>Arms</h2>
        <span className={classes.small}>only this differs</span>
        <span className={classes.scoreHead}>{scores.size > 0 ? `${of}${seeds > 1 ? ', mean' : ''}` : ''}</span>
      </div>
      <ul
        className={classes.arms}
        aria-label="Arms"
        data-dense={arms.length >= ONE_LINE ? 'always' : arms.length >= ONE_LINE_LOW ? 'low' : undefined}
        data-scrolls={arms.length >= SCROLLS || undefined}
      >
        {arms.map((arm) => (
          <ArmRow key={arm.id} arm={arm} score={scores.get(arm.id)} />
        ))}
      </ul>
      <div className={classes.footer} data-tool>
        <AddArm />
        <Seeds />
      </div>
    </div>
  );
}
