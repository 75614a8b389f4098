/** What came out, arm by arm, and the ways to take it along. */
import { ActionIcon, Menu, Table, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { taskMetric } from '@/experiment/describe.ts';
import { encodeLink } from '@/experiment/link.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import type { Comparison } from '@/stats/verdict.ts';
import { Card } from '@/ui/Card.tsx';
import { download, fileName, textFile } from '@/ui/charts/download.ts';
import { meanAndSpread, type MetricWords, metricWords, plainNumber } from '@/ui/charts/format.ts';
import { useFrame, useSnapshot } from '@/ui/charts/redraw.ts';
import type { Point } from '@/ui/charts/series.ts';
import { armColour } from '@/ui/colours.ts';
import { number } from '@/ui/words.ts';
import classes from './compare.module.css';
import { csvBlocks, toJson } from './exports.ts';
import { type ArmRow, armRows, guideRows } from './resultRows.ts';
import { verdictOf } from './verdictOf.ts';

const BACKENDS = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' };

export function ResultTable() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data, version, result } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const environment = useRun((state) => state.environment);
  const experiment = data.experiment ?? edited;
  const metric = taskMetric(experiment.task);
  const words = metricWords(metric);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is filled in place; `version` tells when
  const { rows, guides } = useMemo(() => {
    const verdict = verdictOf(data, result !== null);
    return { rows: armRows(data, result, verdict), guides: guideRows(data) };
  }, [data, version, result]);
  const point = ({ mean, sd }: Point, format: (value: number) => string) => meanAndSpread(mean, sd, format);
  const reference = experiment.arms.find((arm) => arm.id === 'unguided') ?? experiment.arms[0];
  const shown = rows.length > 0 ? rows : experiment.arms.map((arm) => emptyRow(arm.id, arm.name));
  const done = result !== null;
  const unit = words.unit ? `, ${words.unit}` : '';
  const worker = environment && `${BACKENDS[environment.backend]} · ${environment.adapter}`;
  const note = [
    rows.length === 0
      ? ''
      : done
        ? `after ${number(experiment.base.steps)} steps`
        : `so far, at step ${number(data.lastEvaluation?.step ?? 0)}`,
    experiment.seeds.length > 1 ? `mean ± sd of ${experiment.seeds.length} seeds` : 'one seed',
    rows.length > 0 && worker ? `computed on ${worker}` : '',
  ]
    .filter(Boolean)
    .join(' · ');

  return (
    <Card title="Result" note={note} actions={<Exports />} data-testid="result">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={ref} className={classes.scroll} tabIndex={0} aria-label="Result table">
        <Table className={classes.table} verticalSpacing={5} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Arm</Table.Th>
              <Table.Th scope="col">
                <Hint text="Cross-entropy on the validation set at the last evaluation.">val loss</Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint text="Lowest validation loss of each seed over the run, then averaged.">best</Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint
                  text={`On the ${experiment.task.val} validation images at the last evaluation.`}
                >{`${metric.name}${unit}`}</Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint text="Best of each seed over the run, then averaged: it is chosen on the validation set and therefore flatters.">
                  best
                </Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint text={done ? 'On the training set.' : 'Mean over the last training batches.'}>train</Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint text="Validation score with batch-norm statistics recomputed over the training set. Known at the end of the run.">
                  recal.
                </Hint>
              </Table.Th>
              <Table.Th scope="col">
                <Hint
                  text={`Mean paired difference to ${reference.name} in ${words.differenceUnit || 'its unit'}, with its 95 % t interval over seeds.`}
                >{`vs ${reference.name.toLowerCase()}`}</Hint>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <Table.Tr key={row.id} data-testid={`result-${row.id}`}>
                <Table.Th scope="row">
                  <span className={classes.dot} style={{ background: armColour(row.id) }} />
                  {row.name}
                  <Diverged row={row} />
                </Table.Th>
                <Table.Td>{point(row.valLoss, plainNumber)}</Table.Td>
                <Table.Td>{plainNumber(row.bestLoss.mean)}</Table.Td>
                <Table.Td className={classes.main}>{point(row.valMetric, words.bare)}</Table.Td>
                <Table.Td>{bare(row.bestMetric, words)}</Table.Td>
                <Table.Td>{bare(row.trainMetric, words)}</Table.Td>
                <Table.Td>{bare(row.recalibrated, words)}</Table.Td>
                <Table.Td>
                  {row.id === reference.id ? '—' : <Difference comparison={row.comparison} words={words} />}
                </Table.Td>
              </Table.Tr>
            ))}
            {guides.map((guide) => (
              <Table.Tr key={guide.id} className={classes.guide}>
                <Table.Th scope="row">
                  {`${guide.id} guide itself`}{' '}
                  <span className={classes.small}>{guide.source === guide.id ? '' : guide.source}</span>
                </Table.Th>
                <Table.Td>{point(guide.valLoss, plainNumber)}</Table.Td>
                <Table.Td />
                <Table.Td>{point(guide.valMetric, words.bare)}</Table.Td>
                <Table.Td colSpan={4} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Card>
  );
}

const NOTHING: Point = { mean: Number.NaN, sd: Number.NaN, n: 0 };
const emptyRow = (id: string, name: string): ArmRow => ({
  id,
  name,
  valLoss: NOTHING,
  bestLoss: NOTHING,
  valMetric: NOTHING,
  bestMetric: NOTHING,
  trainMetric: NOTHING,
  recalibrated: NOTHING,
  diverged: [],
  comparison: null,
});

const bare = ({ mean }: Point, words: MetricWords): string => (Number.isFinite(mean) ? words.bare(mean) : '–');

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
  return (
    <span className={classes.warn}>
      {row.diverged.map(({ seed, step }) => `seed ${seed} diverged at step ${number(step)}`).join(', ')}
    </span>
  );
}

function Difference({ comparison, words }: { comparison: Comparison | null; words: MetricWords }) {
  if (!comparison || comparison.n === 0) return '–';
  const { meanDifference, ci } = comparison;
  return (
    <>
      {words.difference(meanDifference)}
      {ci && <span className={classes.small}>{` (${words.difference(ci[0])} to ${words.difference(ci[1])})`}</span>}
    </>
  );
}

/** The experiment as run, with what was changed while it ran. */
function Exports() {
  const edited = useExperiment((state) => state.experiment);
  const experiment = useRun((state) => state.experiment) ?? edited;
  const result = useRun((state) => state.result);
  const hasRun = useRun((state) => state.experiment !== null);
  const name = fileName(experiment.preset);

  const copyLink = async () => {
    const link = `${location.href.replace(/#.*$/, '')}#${encodeLink(experiment)}`;
    try {
      await navigator.clipboard.writeText(link);
      notifications.show({ message: 'The link to exactly this experiment is on the clipboard.' });
    } catch {
      // Plain http has no clipboard: put the link where it can be copied from.
      location.hash = encodeLink(experiment);
      notifications.show({ message: 'The link is in the address bar: copy it from there.' });
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Take the result along" data-testid="export-menu">
          <IconDownload size={16} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          data-testid="export-json"
          onClick={() =>
            download(`${name}${result ? '-result' : ''}.json`, textFile(toJson(experiment, result), 'application/json'))
          }
        >
          {result ? 'Experiment and result (JSON)' : 'Experiment (JSON); with the result once it is done'}
        </Menu.Item>
        <Menu.Item
          data-testid="export-csv"
          disabled={!hasRun}
          onClick={() =>
            download(`${name}-curves.csv`, new Blob([...csvBlocks(useRun.getState().data)], { type: 'text/csv' }))
          }
        >
          Curves (CSV)
        </Menu.Item>
        <Menu.Item data-testid="copy-link" onClick={() => void copyLink()}>
          Copy the link to this experiment
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
