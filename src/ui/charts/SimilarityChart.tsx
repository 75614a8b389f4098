import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { describeNetwork, type NetworkDescription, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { observedPairs } from '@/experiment/plan/arms.ts';
import { measuresInUse } from '@/experiment/plan/plan.ts';
import { MEASURE_FACTS } from '@/experiment/schema/measures.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { ShownSimilarity } from '@/experiment/series.ts';
import type { Evaluation } from '@/state/runData.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import classes from './charts.module.css';
import { niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import { evaluatedWords, useGrowingRange } from './parts.ts';
import { RunChart, useDrawnRun } from './RunChart.tsx';
import { meanOverPairs, meanOverSeeds, similaritySeries } from './series.ts';

const ALL = 'all';
const CKA = 'cka';
const NONE: readonly [] = [];

/** Short words for the layers of a network. */
const tapLabels = ({ taps }: NetworkDescription): Map<string, string> => new Map(taps.map(({ name, label }) => [name, label]));

/** The recorded pairs of one guide, with names for the selector. */
function pairChoices(experiment: Experiment, guide: string): { index: number; name: string }[] {
  if (!(guide in experiment.guides)) return [];
  const guideLabels = tapLabels(describeGuide(experiment, guide));
  const targetLabels = tapLabels(describeNetwork(experiment.target, taskShape(experiment.task)));
  return observedPairs(experiment).flatMap((pair, index) =>
    pair.guide === guide ? [{ index, name: `${guideLabels.get(pair.guideTap)} → ${targetLabels.get(pair.targetTap)}` }] : [],
  );
}

/** CKA of the mapped layer pairs with one guide, or a measure that arms learn by, for every arm. */
export function SimilarityChart() {
  const drawn = useDrawnRun('evaluations');
  const { version, data, experiment, arms, shown, points } = drawn;
  const shownArm = useFocus((state) => state.arm);
  const shownGuide = useFocus((state) => state.guide);
  const showGuide = useFocus((state) => state.showGuide);
  const guide = focusOf(experiment, { arm: shownArm, guide: shownGuide })?.guide ?? '';
  const [chosen, setChosen] = useState(ALL);
  const [debiased, setDebiased] = useState(false);
  const measures = useMemo(() => measuresInUse(experiment), [experiment]);
  const [ofMeasure, showMeasure] = useState<string>(CKA);
  const measure = measures.find((name) => name === ofMeasure);
  const field: ShownSimilarity = measure ?? (debiased ? 'debiased' : 'cka');
  const words = measure ? MEASURE_FACTS[measure].label : debiased ? 'Debiased CKA' : 'CKA';

  const choices = useMemo(() => pairChoices(experiment, guide), [experiment, guide]);
  const choice = choices.find((c) => c.name === chosen);
  const pairs = useMemo(() => (choice ? [choice.index] : choices.map((c) => c.index)), [choice, choices]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const series = useMemo(() => similaritySeries(data, shown, pairs, field, points), [data, version, shown, pairs, field, points]);
  const key = useMemo(() => ({ data, shown, field, pairs }), [data, shown, field, pairs]);
  const range = useGrowingRange(key, FULL, Math.min(series.min, 0), series.max);

  const point = (evaluation: Evaluation, arm: string, of: ShownSimilarity) =>
    meanOverSeeds(data.arms.get(arm) ?? [], (m) => meanOverPairs(data, evaluation, m, pairs, of));
  const cells = (evaluation: Evaluation, { id }: { id: string }) => {
    const { mean, sd } = point(evaluation, id, field);
    if (measure) return [meanAndSpread(mean, sd, plainNumber)];
    const chance = field === 'debiased' ? 0 : point(evaluation, id, 'chance').mean;
    return [meanAndSpread(mean, sd, plainNumber), plainNumber(chance)];
  };
  const chanceLabel = {
    key: 'chance',
    text: 'chance',
    colour: 'var(--mute)',
    step: 0,
    value: series.chanceEnd?.value ?? Number.NaN,
    strong: false,
  };

  const guides = Object.keys(experiment.guides);
  const what = choice ? choice.name : `mean of ${choices.length} mapped pairs`;
  const controls = (
    <div className={classes.controls}>
      {measures.length > 0 && (
        <NativeSelect
          aria-label="Measure that is shown"
          size="xs"
          className={classes.select}
          title={words}
          value={measure ?? CKA}
          onChange={(event) => showMeasure(event.currentTarget.value)}
          data={[{ value: CKA, label: 'CKA' }, ...measures.map((value) => ({ value, label: MEASURE_FACTS[value].label }))]}
        />
      )}
      {guides.length > 1 && (
        <NativeSelect
          aria-label="Guide that the target is compared with"
          size="xs"
          className={classes.select}
          title={`${guide} guide`}
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
          title={what}
          value={choice ? choice.name : ALL}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[{ value: ALL, label: 'mean of all' }, ...choices.map((c) => c.name)]}
        />
      )}
    </div>
  );

  return (
    <RunChart
      drawn={drawn}
      title={measure ? words : debiased ? 'CKA, debiased' : 'CKA'}
      testId="chart-cka"
      caption={`${words} with the ${guide} guide, ${what}`}
      lines={`${field === 'cka' ? 'Linear CKA' : words} of target layers with layers of the guide “${guide}” by training step, on the first validation examples (at most 256): ${what}.${measure ? '' : ` Grey: chance level${debiased ? '' : ', the mean over all ways to pair the examples (from the lowest to the highest arm)'}.`}`}
      promise="How alike the guide’s and the target’s layers become"
      note=""
      controls={controls}
      options={measure ? [] : [{ key: 'debiased', name: 'Debiased CKA (chance level 0)', checked: debiased, toggle: () => setDebiased(!debiased) }]}
      series={series}
      range={range}
      columns={measure ? [words] : ['CKA', 'chance']}
      cells={cells}
      tableCaption={`${measure ? words : 'CKA'} with the ${guide} guide (${what}) of every arm, by step`}
      tableColumns={({ id, name, colour }) => [{ key: id, name, colour }, ...(measure ? [] : [{ key: `c${id}`, name: 'chance' }])]}
      summary={(last) =>
        `${words} with the ${guide} guide, ${what}, ${evaluatedWords(data)}: ` +
        `${arms
          .map((arm) =>
            [
              `${arm.name} ${cells(last, arm)[0]}`,
              ...cells(last, arm)
                .slice(1)
                .map((level) => `chance level ${level}`),
            ].join(', '),
          )
          .join('; ')}.`
      }
      labels={measure ? NONE : [chanceLabel]}
      plot={{ label: `${words} by training step, ${what}`, axis: axisNumber, chance: !measure }}
    />
  );
}

const FULL = niceRange(0, 1);
