/** What came out, arm by arm, and the ways to take it along. */
import { Table, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { armWords } from '@/experiment/armWords.ts';
import { labelGroups, taskMetric } from '@/experiment/networks/describe.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { askedBy } from '@/experiment/plan/lead.ts';
import type { Comparison } from '@/stats/types.ts';
import { Card } from '@/ui/Card.tsx';
import { meanAndSpread, type MetricWords, metricWords, plainNumber } from '@/ui/charts/format.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import type { Point } from '@/ui/charts/overSeeds.ts';
import { armColour } from '@/ui/colours.ts';
import { number, validationSet } from '@/ui/words.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import classes from './compare.module.css';
import { ArmTableRow } from './ArmTableRow.tsx';
import { ExportMenu } from './ExportMenu.tsx';
import { type ArmRow, armRows, guideRows } from './resultRows.ts';
import { verdictOf } from '@/state/verdictOf.ts';

const BACKENDS = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'the CPU backend', pytorch: 'PyTorch' };

export function ResultTable() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data, version, result } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const environment = useRun((state) => state.environment);
  const experiment = data.experiment ?? edited;
  const words = metricWords(taskMetric(experiment.task));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const { rows, guides } = useMemo(() => {
    const verdict = verdictOf(data, result !== null);
    return { rows: armRows(data, result, verdict), guides: guideRows(data) };
  }, [data, version, result]);
  const asked = askedBy(experiment);
  const reference = experiment.arms.find((arm) => arm.id === asked?.against) ?? experiment.arms[0];
  const deeds = new Map(experiment.arms.map((arm) => [arm.id, armWords(experiment, arm)]));
  const groups = labelGroups(experiment.task);
  const own = experiment.task.kind === 'image-files';
  const shown = rows.length > 0 ? rows : experiment.arms.map((arm) => emptyRow(arm.id, arm.name, groups.length));
  const done = result !== null;
  const heads = columnHeads(experiment, done, { ...reference, by: asked?.by === 'best' ? 'best' : 'final' });
  const made = result?.environment ?? environment;
  const worker = made && `${BACKENDS[made.backend]}: ${made.adapter}`;
  const note = [
    rows.length === 0 ? '' : done ? `after ${number(experiment.base.steps)} steps` : `so far, at step ${number(data.lastEvaluation?.step ?? 0)}`,
    experiment.seeds.length > 1 ? `mean ± sd of ${experiment.seeds.length} seeds` : 'one seed',
  ]
    .filter(Boolean)
    .join(' · ');

  return (
    <Card title="Result" note={note} actions={<ExportMenu />} data-part="table" data-testid="result">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={ref} className={`${classes.scroll} ${chartClasses.shades}`} tabIndex={0} aria-label="Result table">
        <Table className={classes.table} verticalSpacing={5} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Arm</Table.Th>
              {heads.map(({ name, hint }) => (
                <Table.Th key={name} scope="col">
                  <Hint text={hint}>{name}</Hint>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <ArmTableRow key={row.id} arm={row.id}>
                <Table.Th scope="row" title={deeds.get(row.id)}>
                  <span className={classes.dot} style={{ background: armColour(row.id) }} />
                  {row.name}
                  <Diverged row={row} />
                </Table.Th>
                <FinalAndBest final={row.valLoss} best={row.bestLoss} format={plainNumber} />
                <FinalAndBest final={row.valMetric} best={row.bestMetric} format={words.bare} strong />
                <Table.Td>{row.id === reference.id ? '—' : <Difference comparison={row.comparison} words={words} />}</Table.Td>
                {row.groups.map(({ perplexity, accuracy }, g) => (
                  <FinalAndAccuracy key={groups[g]} perplexity={perplexity} accuracy={accuracy} />
                ))}
                {own && <Table.Td>{row.balanced ? mean(row.balanced, words.bare) : '–'}</Table.Td>}
                <Table.Td>{mean(row.trainMetric, words.bare)}</Table.Td>
                <Table.Td>{mean(row.recalibrated, words.bare)}</Table.Td>
              </ArmTableRow>
            ))}
            {guides.map((guide) => (
              <Table.Tr key={guide.id} className={classes.guide}>
                <Table.Th scope="row">
                  {`${guide.id} guide itself`}
                  <span className={classes.below}>{guide.source}</span>
                </Table.Th>
                <Table.Td>{spread(guide.valLoss, plainNumber)}</Table.Td>
                <Table.Td>{spread(guide.valMetric, words.bare)}</Table.Td>
                <Table.Td colSpan={3 + groups.length + Number(own)} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {rows.length > 0 && worker && <p className={classes.readout}>{`Computed on ${worker}.`}</p>}
    </Card>
  );
}

const NOTHING: Point = { mean: Number.NaN, sd: Number.NaN, n: 0 };
const emptyRow = (id: string, name: string, groups: number): ArmRow => ({
  id,
  name,
  valLoss: NOTHING,
  bestLoss: NOTHING,
  valMetric: NOTHING,
  bestMetric: NOTHING,
  trainMetric: NOTHING,
  balanced: null,
  recalibrated: NOTHING,
  groups: Array.from({ length: groups }, () => ({ perplexity: NOTHING, accuracy: NOTHING })),
  diverged: [],
  comparison: null,
});

type Format = (value: number) => string;

const spread = ({ mean, sd }: Point, format: Format): string => meanAndSpread(mean, sd, format);
const mean = (point: Point, format: Format): string => (Number.isFinite(point.mean) ? format(point.mean) : '–');

/** The last value, and below it the best one of the run. */
function FinalAndBest(props: { final: Point; best: Point; format: Format; strong?: boolean }) {
  const { final, best, format, strong } = props;
  return (
    <Table.Td>
      <span className={strong ? classes.main : undefined}>{spread(final, format)}</span>
      {best.n > 0 && <span className={classes.below}>{`best ${mean(best, format)}`}</span>}
    </Table.Td>
  );
}

/** Perplexity on a group of labels, and below it the accuracy. */
function FinalAndAccuracy({ perplexity, accuracy }: { perplexity: Point; accuracy: Point }) {
  return (
    <Table.Td>
      {spread(perplexity, plainNumber)}
      {accuracy.n > 0 && <span className={classes.below}>{`${mean(accuracy, (v) => (100 * v).toFixed(1))} % right`}</span>}
    </Table.Td>
  );
}

/** Heads of the columns with what exactly they hold. */
function columnHeads(experiment: Experiment, done: boolean, reference: { name: string; by: 'best' | 'final' }): { name: string; hint: string }[] {
  const metric = taskMetric(experiment.task);
  const { unit, differenceUnit } = metricWords(metric);
  return [
    {
      name: 'val loss',
      hint: 'Cross-entropy on the validation set at the last evaluation. Below: the lowest of each seed over the run, averaged.',
    },
    {
      name: `val ${metric.name}${unit ? `, ${unit}` : ''}`,
      hint:
        `On the validation set of ${validationSet(experiment.task)} at the last evaluation. Below: the best of each seed over the run, ` +
        'averaged; it is chosen on the validation set and therefore flatters.',
    },
    {
      name: `vs ${reference.name.toLowerCase()}`,
      hint: `Mean paired difference of ${reference.by} scores to ${reference.name} in ${differenceUnit || 'the same unit'}. Below: its t interval over seeds, at 95 % or as the verdict’s correction has it.`,
    },
    ...labelGroups(experiment.task).map((name) => ({ name, hint: GROUP_HINTS[name] ?? OTHER_TOKENS })),
    ...(experiment.task.kind === 'image-files'
      ? [
          {
            name: 'balanced',
            hint: 'Balanced accuracy: the mean over classes of how much of a class was recognised. Where one class prevails, always answering it scores high in accuracy and no better than chance here.',
          },
        ]
      : []),
    { name: 'train', hint: done ? 'The same on the training set.' : 'The same on the last training batches.' },
    {
      name: 'recal.',
      hint: 'Validation score with batch-norm statistics recomputed over the training set. Known at the end of the run.',
    },
  ];
}

const OTHER_TOKENS = 'Perplexity on all other tokens, and the share of them that was guessed right.';
const GROUP_HINTS: Record<string, string> = {
  'returning name':
    'Perplexity on the names that return and whose first mention is in the window: what has to be remembered. Below: how many were guessed right.',
  'first letters': 'Perplexity on the first letters of words: which word comes next. Below: how many were guessed right.',
  'words seen in the window': 'Perplexity on words that the window already has. Below: how many were guessed right.',
};

function Hint({ text, children }: { text: string; children: string }) {
  return (
    <Tooltip label={text}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the hint must be reachable by keyboard */}
      <span tabIndex={0} className={classes.hint}>
        {children}
      </span>
    </Tooltip>
  );
}

function Diverged({ row }: { row: ArmRow }) {
  if (row.diverged.length === 0) return null;
  return <span className={classes.warn}>{row.diverged.map(({ seed, step }) => `seed ${seed} diverged at step ${number(step)}`).join(', ')}</span>;
}

function Difference({ comparison, words }: { comparison: Comparison | null; words: MetricWords }) {
  if (!comparison || comparison.n === 0) return '–';
  const { meanDifference, ci, split } = comparison;
  return (
    <>
      {words.difference(meanDifference)}
      {/* Seeds in two heaps are counted in the verdict: an interval of their mean would not cover it. */}
      {ci && !split && <span className={classes.below}>{`${words.difference(ci[0])} to ${words.difference(ci[1])}`}</span>}
    </>
  );
}
