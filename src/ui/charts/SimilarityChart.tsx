import { NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import { describeNetwork, type NetworkDescription, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { observedPairs } from '@/experiment/plan/arms.ts';
import { measuresInUse } from '@/experiment/plan/plan.ts';
import { measureKey, measureLabel } from '@/experiment/schema/measures.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { ShownSimilarity } from '@/experiment/series.ts';
import type { Evaluation } from '@/state/runData.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import classes from './charts.module.css';
import { niceRange } from './domain.ts';
import { axisNumber, meanAndSpread, plainNumber } from './format.ts';
import { evaluatedWords, useGrowingRange } from './parts.ts';
import { RunChart, useDrawnRun, useSmoothed } from './RunChart.tsx';
import { meanOverSeeds } from './overSeeds.ts';
import { meanOverPairs, similaritySeries } from './series.ts';

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
  const drawn = useDrawnRun('chart-cka', 'evaluations');
  const { version, data, experiment, arms, shown, points, choice: choices, choose } = drawn;
  const { debiased, smoothing } = choices;
  const fit = choices.axis === 'fit';
  const shownArm = useFocus((state) => state.arm);
  const shownGuide = useFocus((state) => state.guide);
  const showGuide = useFocus((state) => state.showGuide);
  const guide = focusOf(experiment, { arm: shownArm, guide: shownGuide })?.guide ?? '';
  const measures = useMemo(() => measuresInUse(experiment), [experiment]);
  const measure = measures.find((each) => measureKey(each) === choices.measure);
  const field: ShownSimilarity = measure ? measureKey(measure) : debiased ? 'debiased' : 'cka';
  const words = measure ? measureLabel(measure) : debiased ? 'Debiased CKA' : 'CKA';

  const offered = useMemo(() => pairChoices(experiment, guide), [experiment, guide]);
  const choice = offered.find(({ name }) => name === choices.pair);
  const pairs = useMemo(() => (choice ? [choice.index] : offered.map(({ index }) => index)), [choice, offered]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const recorded = useMemo(() => similaritySeries(data, shown, pairs, field, points), [data, version, shown, pairs, field, points]);
  const series = useSmoothed(recorded, drawn);
  const begun = Number.isFinite(series.max);
  const key = useMemo(() => ({ data, shown, field, pairs, fit, begun, smoothing }), [data, shown, field, pairs, fit, begun, smoothing]);
  const range = useGrowingRange(key, fit && begun ? niceRange(series.min, series.max) : FULL, fit ? series.min : Math.min(series.min, 0), series.max);

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
    name: 'chance',
    text: 'chance',
    colour: 'var(--mute)',
    value: series.chanceEnd?.value ?? Number.NaN,
    strong: false,
  };

  const guides = Object.keys(experiment.guides);
  const what = choice ? choice.name : `mean of ${offered.length} mapped pairs`;
  const controls = (
    <div className={classes.controls}>
      {measures.length > 0 && (
        <NativeSelect
          aria-label="Measure that is shown"
          size="xs"
          className={classes.select}
          title={words}
          value={measure ? measureKey(measure) : CKA}
          onChange={(event) => choose({ measure: event.currentTarget.value })}
          data={[{ value: CKA, label: 'CKA' }, ...measures.map((each) => ({ value: measureKey(each), label: measureLabel(each) }))]}
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
          data={guides.map((id) => ({ value: id, label: id }))}
        />
      )}
      {offered.length > 1 && (
        <NativeSelect
          aria-label="Pair of layers"
          size="xs"
          className={classes.select}
          title={what}
          value={choice ? choice.name : ALL}
          onChange={(event) => choose({ pair: event.currentTarget.value })}
          data={[{ value: ALL, label: 'mean of all' }, ...offered.map(({ name }) => name)]}
        />
      )}
    </div>
  );

  return (
    <RunChart
      drawn={drawn}
      title={measure ? words : debiased ? 'CKA, debiased' : 'CKA'}
      caption={`${words} with the ${guide} guide, ${what}`}
      lines={`${field === 'cka' ? 'Linear CKA' : words} of target layers with layers of the guide “${guide}” by training step, on the first validation examples (at most 256): ${what}.${measure ? '' : ` Grey: chance level${debiased ? '' : ', the mean over all ways to pair the examples (from the lowest to the highest arm)'}.`}`}
      promise="How alike the guide’s and the target’s layers become"
      // Beside a choice of measures there is no room for it; the line has its name at its end.
      note={measures.length > 0 ? '' : 'grey: chance'}
      controls={controls}
      options={[
        {
          label: 'Value axis',
          kind: 'checkbox',
          options: [{ key: 'fit', name: 'What the arms need', checked: fit, choose: () => choose({ axis: fit ? null : 'fit' }) }],
        },
        ...(measure
          ? []
          : [
              {
                label: 'Estimator',
                kind: 'checkbox' as const,
                options: [{ key: 'debiased', name: 'Debiased CKA (chance level 0)', checked: debiased, choose: () => choose({ debiased: !debiased }) }],
              },
            ]),
      ]}
      series={series}
      range={range}
      log={false}
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
