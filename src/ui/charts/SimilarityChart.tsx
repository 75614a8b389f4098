import { NativeSelect } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { describeNetwork, type NetworkDescription, taskShape } from '@/experiment/describe.ts';
import { describeGuide } from '@/experiment/guides.ts';
import { observedPairs } from '@/experiment/plan.ts';
import type { Experiment } from '@/experiment/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import type { Evaluation } from '@/state/runData.ts';
import { resolveView, useView } from '@/state/view.ts';
import { number } from '@/ui/words.ts';
import { ChartCard } from './ChartCard.tsx';
import { ChartTooltip } from './ChartTooltip.tsx';
import classes from './charts.module.css';
import { niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import { CHART_HEIGHT } from './LossChart.tsx';
import {
  armLabels,
  armViews,
  evaluationTable,
  momentsOf,
  nearestEvaluation,
  progressWords,
  useGrowingRange,
} from './parts.ts';
import { Plot } from './Plot.tsx';
import { useFrame, useSnapshot } from './redraw.ts';
import { meanOverPairs, meanOverSeeds, RESTING_POINTS, similaritySeries, STREAMING_POINTS } from './series.ts';

const ALL = 'all';

/** Short words for the layers of a network. */
const tapLabels = ({ taps }: NetworkDescription): Map<string, string> =>
  new Map(taps.map(({ name, label }) => [name, label]));

/** The recorded pairs of one guide, with names for the selector. */
function pairChoices(experiment: Experiment, guide: string): { index: number; name: string }[] {
  if (!(guide in experiment.guides)) return [];
  const guideLabels = tapLabels(describeGuide(experiment, guide));
  const targetLabels = tapLabels(describeNetwork(experiment.target, taskShape(experiment.task)));
  return observedPairs(experiment).flatMap((pair, index) =>
    pair.guide === guide
      ? [{ index, name: `${guideLabels.get(pair.guideTap)} → ${targetLabels.get(pair.targetTap)}` }]
      : [],
  );
}

/** CKA of the mapped layer pairs with one guide, for every arm. */
export function SimilarityChart() {
  const { ref, width, visible } = useFrame<HTMLDivElement>();
  const { version, data, resting } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const shownArm = useView((state) => state.arm);
  const shownGuide = useView((state) => state.guide);
  const showGuide = useView((state) => state.showGuide);
  const guide = resolveView(experiment, { arm: shownArm, guide: shownGuide })?.guide ?? '';
  const [chosen, setChosen] = useState(ALL);
  const [debiased, setDebiased] = useState(false);
  const field = debiased ? 'debiased' : 'cka';

  const arms = useMemo(() => armViews(experiment), [experiment]);
  const choices = useMemo(() => pairChoices(experiment, guide), [experiment, guide]);
  const choice = choices.find((c) => c.name === chosen);
  const pairs = useMemo(() => (choice ? [choice.index] : choices.map((c) => c.index)), [choice, choices]);
  const limit = resting ? RESTING_POINTS : STREAMING_POINTS;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => similaritySeries(data, pairs, field, limit), [data, version, pairs, field, limit]);
  const key = useMemo(() => ({ data, field, pairs }), [data, field, pairs]);
  const range = useGrowingRange(key, FULL, Math.min(series.min, 0), series.max);

  const point = useCallback(
    (evaluation: Evaluation, arm: string, of: 'cka' | 'debiased' | 'chance') =>
      meanOverSeeds(data.arms.get(arm) ?? [], (m) => meanOverPairs(data, evaluation, m, pairs, of)),
    [data, pairs],
  );
  const cells = useCallback(
    (evaluation: Evaluation, arm: string) => {
      const { mean, sd } = point(evaluation, arm, field);
      const chance = field === 'debiased' ? 0 : point(evaluation, arm, 'chance').mean;
      return [meanAndSpread(mean, sd, plainNumber), plainNumber(chance)];
    },
    [point, field],
  );
  const tooltip = useCallback(
    (step: number) => {
      const evaluation = data.evaluations[nearestEvaluation(data.evaluations, step)];
      return (
        evaluation && (
          <ChartTooltip
            head={`step ${number(evaluation.step)}`}
            columns={['CKA', 'chance']}
            lines={arms.map(({ id, name, colour }) => ({ key: id, name, colour, values: cells(evaluation, id) }))}
          />
        )
      );
    },
    [data, arms, cells],
  );
  const labels = useMemo(
    () => [
      ...armLabels(arms, series),
      {
        key: 'chance',
        text: 'chance',
        colour: 'var(--mute)',
        step: 0,
        value: series.chanceEnd?.value ?? Number.NaN,
        strong: false,
      },
    ],
    [arms, series],
  );

  const guides = Object.keys(experiment.guides);
  const what = choice ? choice.name : `mean of ${choices.length} mapped pairs`;
  const last = data.lastEvaluation;
  const controls = (
    <div className={classes.controls}>
      {guides.length > 1 && (
        <NativeSelect
          aria-label="Guide that the target is compared with"
          size="xs"
          className={classes.select}
          value={guide}
          onChange={(event) => showGuide(event.currentTarget.value)}
          data={guides.map((id) => ({ value: id, label: `${id} guide` }))}
        />
      )}
      {choices.length > 1 && (
        <NativeSelect
          aria-label="Pair of layers"
          size="xs"
          className={classes.select}
          value={choice ? choice.name : ALL}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[{ value: ALL, label: `mean of ${choices.length} pairs` }, ...choices.map((c) => c.name)]}
        />
      )}
    </div>
  );

  return (
    <ChartCard
      title={debiased ? 'CKA, debiased' : 'CKA'}
      testId="chart-cka"
      frame={ref}
      empty={series.rows.length === 0}
      caption={`${debiased ? 'Debiased CKA' : 'CKA'} with the ${guide} guide, ${what}`}
      promise="How alike the guide’s and the target’s layers become"
      note=""
      controls={controls}
      summary={
        last
          ? `${debiased ? 'Debiased CKA' : 'CKA'} with the ${guide} guide, ${what}, ${progressWords(data)}: ` +
            `${arms.map(({ id, name }) => `${name} ${cells(last, id)[0]}, chance level ${cells(last, id)[1]}`).join('; ')}.`
          : 'CKA chart: nothing has run yet.'
      }
      options={[
        {
          key: 'debiased',
          name: 'Debiased CKA (chance level 0)',
          checked: debiased,
          toggle: () => setDebiased(!debiased),
        },
      ]}
      table={() =>
        evaluationTable(
          data,
          `CKA with the ${guide} guide (${what}) of every arm, by step`,
          arms.flatMap(({ id, name, colour }) => [
            { key: id, name, colour },
            { key: `c${id}`, name: 'chance' },
          ]),
          (evaluation) => arms.flatMap(({ id }) => cells(evaluation, id)),
        )
      }
    >
      {width > 0 && (
        <Plot
          width={width}
          height={CHART_HEIGHT}
          label={`CKA by training step, ${what}`}
          series={series}
          arms={arms}
          steps={experiment.base.steps}
          range={range}
          log={false}
          axis={axisNumber}
          labels={labels}
          references={NONE}
          moments={momentsOf(data)}
          crosses={NONE}
          chance
          tooltip={tooltip}
        />
      )}
    </ChartCard>
  );
}

const FULL = niceRange(0, 1);
const NONE: never[] = [];
