/** What is being prepared before the first step; a guide that trains here shows its own progress and curve. */
import { Progress } from '@mantine/core';
import { type Metric, taskMetric } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useRun } from '@/state/run.ts';
import type { GuideProgress, RunData } from '@/state/runData.ts';
import { metricWords, plainNumber } from '@/ui/charts/format.ts';
import { number } from '@/ui/words.ts';
import classes from './run.module.css';

const WIDTH = 132;
const HEIGHT = 30;
const POINTS = 66;

/** The guide in training, if one is. */
function inTraining(data: RunData): [id: string, progress: GuideProgress] | null {
  for (const [id, progress] of data.guideProgress) {
    if (!data.guidesReady.some((ready) => ready.guide === id)) return [id, progress];
  }
  return null;
}

/** Polyline of block means, from the first step to the last one planned. */
export function sparkline({ losses, steps }: Pick<GuideProgress, 'losses' | 'steps'>): string {
  if (losses.length === 0) return '';
  const size = Math.max(1, Math.ceil(losses.length / POINTS));
  const means: number[] = [];
  for (let i = 0; i < losses.length; i += size) {
    const block = losses.slice(i, i + size).filter(Number.isFinite);
    if (block.length > 0) means.push(block.reduce((a, b) => a + b, 0) / block.length);
  }
  const top = Math.max(...means, 1e-9);
  return means
    .map(
      (value, i) => `${((((i + 0.5) * size) / Math.max(steps, losses.length)) * WIDTH).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 5)).toFixed(1)}`,
    )
    .join(' ');
}

/** What a guide is judged by: its own task's metric, where it has one. */
function metricOf(experiment: Experiment, id: string): Metric {
  const guide = experiment.guides[id];
  return taskMetric((guide?.state === 'trained' ? guide.training.task : undefined) ?? experiment.task);
}

export function GuideTraining() {
  const detail = useRun((state) => state.detail);
  const data = useRun((state) => state.data);
  useRun((state) => state.version);
  const training = inTraining(data);
  if (!training) {
    return (
      <div className={classes.progress}>
        <Progress value={100} size={8} radius="xl" striped animated aria-label="preparing" className={classes.track} />
        <span className={classes.text} data-testid="progress-text">
          {detail}
        </span>
      </div>
    );
  }
  const [id, progress] = training;
  const metric = data.experiment ? metricOf(data.experiment, id) : null;
  const scored = progress.evaluations.findLast((e) => e.valMetric !== null)?.valMetric;
  const loss = progress.losses.at(-1);
  const facts = [
    `step ${number(progress.step)} / ${number(progress.steps)}`,
    scored === undefined || scored === null || metric === null
      ? loss === undefined
        ? ''
        : `loss ${plainNumber(loss)}`
      : `${metric.name} ${metricWords(metric).value(scored)}`,
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <div className={classes.progress} data-testid="guide-training">
      <Progress
        value={(100 * progress.step) / progress.steps}
        size={8}
        radius="xl"
        aria-label={`training the ${id} guide, ${facts}`}
        className={classes.track}
      />
      <svg
        width={WIDTH}
        height={HEIGHT}
        className={classes.spark}
        role="img"
        aria-label={`Training loss of the ${id} guide, now ${plainNumber(loss ?? Number.NaN)}`}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - 1.5} y2={HEIGHT - 1.5} stroke="var(--line)" />
        <polyline points={sparkline(progress)} fill="none" stroke="var(--accent)" strokeWidth={1.5} />
      </svg>
      <span className={classes.text} data-testid="progress-text">{`training the ${id} guide · ${facts}`}</span>
    </div>
  );
}
